"""Whether a file may hold a blank row is told of its lines."""

from pathlib import Path

from feedscript.feeds.scanning.lines import may_hold_blank
from tests.feeds_scanning import staged_text


def test_a_line_that_goes_on_in_the_next_block_begins_nothing(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("id,title\n" + "\n".join(["1," + "," * 40] * 60_000), "utf-8")
    assert not may_hold_blank(staged_text(path, ("id", "title")))
    path.write_text("id,title\n" + "\n".join(["1," + "," * 40] * 60_000 + [",,"]), "utf-8")
    assert may_hold_blank(staged_text(path, ("id", "title")))
