"""What a validation writes takes the place of an older list, and never that of the feed."""

import errno
import gzip
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from feedscript.entrypoints.cli.validate import validate_command
from feedscript.entrypoints.cli.whole import whole
from feedscript.feeds import validate


def test_a_file_that_is_no_feed_leaves_no_older_list(tmp_path: Path) -> None:
    source, findings = tmp_path / "feed.xml", tmp_path / "findings.jsonl.gz"
    source.write_text("<!DOCTYPE html><html><body>Not found</body></html>")
    findings.write_bytes(gzip.compress(b"{}"))
    assert not validate(source, findings=findings).valid
    assert gzip.decompress(findings.read_bytes()) == b""


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    source, full = tmp_path / "feed.csv", tmp_path / "full"
    source.write_text("id,title\n1,Lamp\n")
    full.symlink_to("/dev/full")
    for option in ("--report", "--html", "--findings"):
        ended = CliRunner().invoke(validate_command, [str(source), option, str(full)])
        assert (ended.exit_code, ended.output) == (3, f"feedscript: {full}: No space left on device\n"), (
            option
        )


def test_what_is_not_whole_takes_no_place(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    with pytest.raises(OSError, match=re.escape(str(path))):
        _write_half(path)
    assert [each.name for each in tmp_path.iterdir()] == ["report.json"]
    assert path.read_text() == "old"
    with whole(path) as place:
        assert place is not None
        place.write_text("new")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("report.json", "new")]


def _write_half(path: Path) -> None:
    with whole(path) as place:
        assert place is not None
        place.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("option", ["--report", "--html", "--findings"])
def test_the_feed_is_never_written_over(tmp_path: Path, option: str) -> None:
    source = tmp_path / "feed.csv"
    source.write_text("id,title\n1,Lamp\n")
    ended = CliRunner().invoke(validate_command, [str(source), option, str(source)])
    assert ended.exit_code == 2
    assert "is the source itself" in ended.output
    assert source.read_text() == "id,title\n1,Lamp\n"
