"""Texts of which much cannot be read are read row by row, within bounds, and tell the same as the engine would."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds import Limits, Report, validate
from feedscript.feeds.comparison.comparing import compare
from feedscript.feeds.engine.limits import MIB
from feedscript.feeds.generation.errors import TooMuchLost
from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.physical_lines import LONGEST_LINE, lines_of
from feedscript.feeds.readers.survey import start_index
from feedscript.feeds.scanning import row_by_row
from feedscript.feeds.scanning.row_by_row import read_row_by_row, whole_rows
from feedscript.feeds.scanning.settling import engine_can_note, settle
from tests.feeds_scanning import staged_text
from tests.unit.feeds.products import generate_all, product

AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
NAMES = list(product())
#: Under these the engine may note 27,962 things that are wrong with rows.
FEW = Limits(memory_bytes=64 * MIB)


def written(path: Path, rows: list[str], end: str = "\n") -> Path:
    path.write_text(end.join([",".join(NAMES), *rows, ""]), "utf-8", newline="")
    return path


def plain(number: int, **changes: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(product(number, **changes).values())
    return text.getvalue()


def told(report: Report) -> dict[str, object]:
    """All that a report says of its feed, but for how long it took and what that needed."""
    document = report.document()
    assert report.account is not None
    return {
        "issues": document["issues"],
        "account": report.account.document(),
        "status": report.status,
        "items": report.items_total,
        "bad": report.items_with_errors,
    }


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "rows", [['"', '"x'], ['"a"b,"c'] * 2], ids=["closed-in-the-next", "opened-by-a-fault"]
)
def test_rows_of_several_lines_that_cannot_be_read_do_not_vanish(
    tmp_path: Path, rows: list[str], end: str
) -> None:
    source = written(tmp_path / "feed.csv", [plain(1), *rows * 4_000], end)
    report = validate(source, as_of=AS_OF, limits=FEW)
    assert report.status == "failed"
    assert report.account is not None
    assert (report.account.read, report.account.lost) == (1, {"bad_quote": 4_000})
    assert report.account.first[0].line == 3


#: One thing wrong with each row, as the engine counts them.
MANY_SHORT = ["a"] * 3_200


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_is_read_row_by_row_is_told_as_the_engine_tells_it(tmp_path: Path, end: str) -> None:
    rows = [
        plain(1),
        "A9,too,short",
        plain(2, title="Lamp, and\nanother"),
        "",
        plain(3) + ",",
        "," * 9,
        "," * 4,
        "  ",
        plain(4, price="free"),
        '"a"b' + "," * 9,
        *MANY_SHORT,
        plain(5, id="SKU-4"),
    ]
    source = written(tmp_path / "feed.csv", rows, end)
    noted = validate(source, as_of=AS_OF)
    row_by_row_read = validate(source, as_of=AS_OF, limits=FEW)
    assert told(row_by_row_read) == told(noted)
    assert noted.account is not None
    assert noted.account.lost == {"bad_quote": 1, "ragged_row": 3_202}
    assert (noted.account.read, noted.account.blank) == (4, 3)


ROW = st.sampled_from(
    [
        plain(1),
        plain(2, description="over\ntwo lines, and more"),
        plain(3, title='in "quotes"'),
        plain(4) + ",more",
        "B1,short",
        "",
        "," * 9,
        '" "' + "," * 9,
        ", ,",
        plain(5, price="free"),
    ]
)


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(ROW, max_size=12))
def test_any_mixture_is_told_the_same(rows: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("mixed")
    source = written(folder / "feed.csv", [*rows, *MANY_SHORT, plain(9)])
    assert told(validate(source, as_of=AS_OF, limits=FEW)) == told(validate(source, as_of=AS_OF))


def test_a_feed_is_generated_from_what_can_be_read(tmp_path: Path) -> None:
    source = written(tmp_path / "feed.csv", [plain(1), *MANY_SHORT, plain(2), plain(3)])
    made = [
        generate_all(source, tmp_path / name, max_lost_ratio=1, limits=limits)
        for name, limits in (("row-by-row.csv", FEW), ("noted.csv", Limits()))
    ]
    assert (tmp_path / "row-by-row.csv").read_bytes() == (tmp_path / "noted.csv").read_bytes()
    assert [each.account.lost for each in made] == [{"ragged_row": 3_200}] * 2
    with pytest.raises(TooMuchLost) as refused:
        generate_all(source, tmp_path / "none.csv", limits=FEW)
    assert refused.value.account.first[0].line == 3


def test_a_comparison_reads_row_by_row_too(tmp_path: Path) -> None:
    old = written(tmp_path / "old.csv", [plain(1), *MANY_SHORT, plain(2)])
    new = written(tmp_path / "new.csv", [plain(1), plain(2, title="Another"), plain(3)])
    changes = compare(old, new, limits=FEW)
    assert (changes.added, changes.removed, changes.changed) == (1, 0, 1)


@pytest.mark.parametrize(
    ("row", "bearable"),
    [
        pytest.param("1,2,3", True, id="right"),
        pytest.param('1,"2,2,2,2,2,2",3', True, id="delimiters-in-quotes"),
        pytest.param("1", True, id="short"),
        pytest.param('"1"2,3,4', True, id="broken-quotes"),
        pytest.param("1," * 30_000, False, id="more-than-may-be-noted"),
        pytest.param("1," * 18_000, False, id="too-long-for-so-many"),
        pytest.param('"\n",' * 15_000, False, id="over-many-lines"),
        pytest.param('x"' + "," * 30_000 + '"', False, id="quotes-that-are-text"),
    ],
)
def test_what_the_engine_may_be_asked_to_note(tmp_path: Path, row: str, bearable: bool) -> None:
    # The rows are shown to the guard alone.
    path = tmp_path / "feed.csv"
    path.write_text(f"x,y,z\n{row}\n")
    staged = staged_text(path, ("x", "y", "z"))
    assert engine_can_note(staged, whole_rows(staged), FEW) is bearable


def test_short_rows_are_counted_by_the_fields_that_they_lack(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("x,y,z\n" + "1\n" * 14_000)
    staged = staged_text(path, ("x", "y", "z"))
    rows = list(whole_rows(staged))
    assert not engine_can_note(staged, rows, FEW)
    assert engine_can_note(staged, rows[:-100], FEW)


def test_a_line_longer_than_any_row_is_told(tmp_path: Path) -> None:
    source = written(tmp_path / "feed.csv", [plain(1), plain(2, title="x" * 20_000), plain(3)])
    report = validate(source, as_of=AS_OF, limits=replace(Limits(), max_field_bytes=10_000))
    assert report.account is not None
    assert (report.account.read, report.account.lost) == (2, {"field_too_large": 1})


def test_reading_ends_where_too_many_rows_are_unreadable(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("x,y\n" + "1\n" * 50)
    staged = staged_text(path, ("x", "y"))
    with pytest.raises(Stopped, match="more than 49 rows of the feed cannot be read"):
        read_row_by_row(staged, FEW, tmp_path, most=49)
    assert read_row_by_row(staged, FEW, tmp_path, most=50).blank == 0
    assert row_by_row.MOST_UNREADABLE > 1_000_000


def test_a_text_whose_every_row_is_an_item_is_scanned_as_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text('x,y\n1,2\n"3\n",4\n\n')
    staged = staged_text(path, ("x", "y"))
    settled = settle(staged, 2, start_index(path).result(), FEW, tmp_path)
    assert settled.staged is staged
    assert settle(staged, 1, start_index(path).result(), FEW, tmp_path).staged.has_unreadable


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"", []),
        (b"a", [b"a"]),
        (b"a\nb\n\n", [b"a", b"b", b""]),
        (b"a\r\nb", [b"a\r", b"b"]),
        (b"a\rb\r", [b"a", b"b"]),
    ],
)
def test_lines_come_without_their_ends(tmp_path: Path, content: bytes, lines: list[bytes]) -> None:
    path = tmp_path / "text"
    path.write_bytes(content)
    assert list(lines_of(path)) == lines


def test_of_a_line_without_end_only_the_beginning_is_held(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_bytes(b"a\n" + b"x" * (LONGEST_LINE + (4 << 20)) + b"\nb\n")
    first, long, last = lines_of(path)
    assert (first, last) == (b"a", b"b")
    assert LONGEST_LINE <= len(long) <= LONGEST_LINE + (1 << 20)


@pytest.mark.parametrize(
    ("content", "alone"),
    [
        (b"a\nb\n", False),
        (b"a\r\nb\r\n", False),
        (b"a\rb", True),
        (b"a\r\n\rb\n", True),
        (b"a\r", True),
        (b"x" * (32 * 1024 - 1) + b"\r\n", False),
        (b"x" * (32 * 1024 - 1) + b"\r.\n", True),
    ],
)
def test_a_carriage_return_alone_is_noticed(tmp_path: Path, content: bytes, alone: bool) -> None:
    path = tmp_path / "text"
    path.write_bytes(content)
    assert start_index(path).result().has_lone_returns is alone
