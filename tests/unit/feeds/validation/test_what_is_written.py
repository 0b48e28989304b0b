"""What a validation writes takes the place of an older list, and never that of the feed."""

import gzip
from pathlib import Path

import pytest
from click.testing import CliRunner

from feedscript.entrypoints.cli.validate import validate_command
from feedscript.feeds import validate


def test_a_file_that_is_no_feed_leaves_no_older_list(tmp_path: Path) -> None:
    source, findings = tmp_path / "feed.xml", tmp_path / "findings.jsonl.gz"
    source.write_text("<!DOCTYPE html><html><body>Not found</body></html>")
    findings.write_bytes(gzip.compress(b"{}"))
    assert not validate(source, findings=findings).valid
    assert gzip.decompress(findings.read_bytes()) == b""


@pytest.mark.parametrize("option", ["--report", "--html", "--findings"])
def test_the_feed_is_never_written_over(tmp_path: Path, option: str) -> None:
    source = tmp_path / "feed.csv"
    source.write_text("id,title\n1,Lamp\n")
    ended = CliRunner().invoke(validate_command, [str(source), option, str(source)])
    assert ended.exit_code == 2
    assert "is the source itself" in ended.output
    assert source.read_text() == "id,title\n1,Lamp\n"
