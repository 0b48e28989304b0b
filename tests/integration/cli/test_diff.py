"""`feedscript diff` as a pipeline calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from feedscript.entrypoints.cli import main
from tests.unit.feeds.products import product, write_csv


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "old.csv", [product(1), product(2)])


def test_the_same_feed_exits_with_0(old: Path) -> None:
    told = CliRunner().invoke(main, ["diff", str(old), str(old)])
    assert (told.exit_code, "the same 2 items" in told.output) == (0, True)


def test_what_differs_is_told_and_exits_with_1(old: Path, tmp_path: Path) -> None:
    new = write_csv(tmp_path / "new.csv", [product(2, title="Red\x1b[31m boot"), product(3)])
    told = CliRunner().invoke(main, ["diff", str(old), str(new)])
    assert told.exit_code == 1
    assert "1 items added, 1 removed, 1 changed" in told.output
    assert "changed by attribute: title x1" in told.output
    assert {"+ SKU-3", "- SKU-1", "~ SKU-2"} <= {*told.output.splitlines()}
    assert "\x1b" not in told.output


def test_as_json(old: Path, tmp_path: Path) -> None:
    new = write_csv(tmp_path / "new.csv", [product(1)])
    told = CliRunner().invoke(main, ["diff", str(old), str(new), "--format", "json"])
    document = json.loads(told.output)
    assert (told.exit_code, document["same"]) == (1, False)
    assert document["removed"] == {"total": 1, "first": ["SKU-2"]}


@pytest.mark.parametrize("content", [None, "", "<a><b", "name\nMug\n", "\x00\x01\x02"])
def test_what_cannot_be_compared_exits_with_2_and_one_line(
    content: str | None, old: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.csv"
    if content is not None:
        new.write_text(content, "utf-8")
    told = CliRunner().invoke(main, ["diff", str(old), str(new)])
    assert told.exit_code == 2, told.output
    assert told.output.startswith("feedscript: ")
    assert len(told.output.splitlines()) == 1
