"""Whether a file may hold a blank row is told of its lines as of each by itself."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.scanning.blank_rows import blank_test
from feedscript.feeds.scanning.lines import lines_of, may_hold_blank
from tests.feeds_scanning import staged_text

LINES = st.lists(
    st.sampled_from(['a,"b"', ",", '"",""', '"', " ", "\t,", 'x"', "", ',"x"', '" ",', "a;b", '"x,y"'])
)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@settings(max_examples=60)
@given(lines=LINES)
def test_all_lines_at_once_tell_what_each_tells(end: str, delimiter: str, lines: list[str]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "feed.csv")
        path.write_text(end.join(["id,title", *lines, ""]), "utf-8", newline="")
        staged = replace(staged_text(path, ("id", "title")), delimiter=delimiter)
        is_blank = blank_test(staged)
        assert may_hold_blank(staged) == any(line and is_blank(line) for line in lines_of(path))


def test_a_line_that_goes_on_in_the_next_block_begins_nothing(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("id,title\n" + "\n".join(["1," + "," * 40] * 60_000), "utf-8")
    assert not may_hold_blank(staged_text(path, ("id", "title")))
    path.write_text("id,title\n" + "\n".join(["1," + "," * 40] * 60_000 + [",,"]), "utf-8")
    assert may_hold_blank(staged_text(path, ("id", "title")))
