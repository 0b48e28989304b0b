"""What the engine reads in a Parquet file itself is what is read of its texts; where it is not, there is an error."""

import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.intake import LOOK_AHEAD, Follower
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.scanning.source_table import raw_table, source_table
from tests.feeds_scanning import LIMITS, SHAPES

#: More than the engine reads at a time to write the first.
ROWS = 5 * LOOK_AHEAD

#: Expressions of a value, by what the column is called; of row i most rows have the first.
TEXTS = [
    "'Lamp'",
    "''",
    "' '",
    "NULL",
    "'say \"hi\", twice'",
    "E'two\\r\\nlines'",
    "E'a\\x1fb'",
    "'ü 😀'",
    "'\"'",
]
KINDS = {
    "text": TEXTS,
    "number": ["12", "NULL", "-7", "2147483647"],
    "double": ["4.5::DOUBLE", "4::DOUBLE", "'NaN'::DOUBLE", "1e300::DOUBLE", "NULL", "-0.0::DOUBLE"],
    "moment": ["TIMESTAMP '2026-11-29 10:00:00'", "NULL", "TIMESTAMP '1969-12-31 23:59:59.9'"],
    "flag": ["true", "false", "NULL"],
    "many": ["['a', 'b']", "[]", "['', NULL, 'c\"d']", "NULL"],
    "shipping": ["{'country': 'US', 'price': '5 USD'}", "{'country': ' ', 'price': NULL}", "NULL"],
}


class Scanner(Follower):
    """Takes what it is shown, or does not."""

    def __init__(self, *, takes: bool) -> None:
        self.takes = takes
        self.shown: Staged | None = None

    def begin(self, staged: Staged) -> None:
        raise AssertionError(f"{staged} is not written as it is read")

    def grown(self) -> None:
        raise AssertionError("nothing grows")

    def scanned(self, staged: Staged) -> bool:
        self.shown = staged
        return self.takes


def rows_of(staged: Staged, limits: Limits) -> list[tuple[Any, ...]]:
    names = ", ".join(f"c{place}" for place in range(len(staged.columns)))
    with duckdb.connect() as connection:
        return connection.execute(
            f"SELECT {names}, line FROM {raw_table(staged, limits, rejects=True)}"
        ).fetchall()


def staged_from(path: Path, folder: Path, follower: Follower, limits: Limits) -> Staged:
    workdir = Path(tempfile.mkdtemp(dir=folder))
    return stage(path, workdir=workdir, shapes=SHAPES, limits=limits, follower=follower)


def parquet_of(folder: Path, columns: dict[str, str], rows: int) -> Path:
    path = folder / "feed.parquet"
    listed = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {listed} FROM range({rows}) AS made(i)) TO '{path}' (FORMAT parquet)"
        )
    return path


@st.composite
def tables(draw: st.DrawFn) -> dict[str, str]:
    """Columns, whose rows are now one and now another of the values of their kind."""
    chosen = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=4, unique=True))
    made = {"id": "i::VARCHAR"}
    for name in chosen:
        values = draw(st.lists(st.sampled_from(KINDS[name]), min_size=1, max_size=4))
        cases = " ".join(f"WHEN i % 7 = {number} THEN {value}" for number, value in enumerate(values[1:], 1))
        made[name] = f"CASE {cases} ELSE {values[0]} END" if cases else values[0]
    return made


@settings(max_examples=40, deadline=None)
@given(tables())
def test_what_is_read_in_place_is_what_is_read_of_the_texts(columns: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = parquet_of(folder, columns, ROWS)
        in_place = staged_from(path, folder, Scanner(takes=True), LIMITS)
        written = staged_from(path, folder, Scanner(takes=False), LIMITS)
        assert (in_place.query is None, written.query is None) == (False, True)
        assert in_place.columns == written.columns
        assert rows_of(in_place, LIMITS) == rows_of(written, LIMITS)
        with duckdb.connect() as connection:
            places = connection.execute(f"SELECT n, c0 FROM {source_table(in_place, LIMITS)}").fetchall()
        assert places == [(n, str(n)) for n in range(ROWS)]


@pytest.mark.parametrize(
    ("column", "limits"),
    [
        pytest.param(r"CASE i WHEN 4500 THEN '\xFF'::BLOB ELSE i::VARCHAR::BLOB END", LIMITS, id="bytes"),
        pytest.param(
            "CASE i WHEN 4500 THEN repeat('a', 2000) ELSE 'a' END",
            Limits(max_field_bytes=1900),
            id="a long row",
        ),
        pytest.param(
            "CASE i WHEN 4500 THEN repeat('\"', 1000) ELSE 'a' END", Limits(max_field_bytes=1900), id="quotes"
        ),
    ],
)
def test_what_has_to_be_told_of_texts_is_an_error_in_place(
    tmp_path: Path, column: str, limits: Limits
) -> None:
    path = parquet_of(tmp_path, {"id": "i::VARCHAR", "x": column}, ROWS)
    staged = staged_from(path, tmp_path, Scanner(takes=True), limits)
    with pytest.raises(duckdb.InvalidInputException):
        rows_of(staged, limits)


def test_bytes_among_the_first_leave_the_other_columns(tmp_path: Path) -> None:
    made = {"id": "i::VARCHAR", "x": r"CASE i WHEN 7 THEN '\xFF'::BLOB ELSE 'a'::BLOB END"}
    staged = staged_from(parquet_of(tmp_path, made, ROWS), tmp_path, Scanner(takes=True), LIMITS)
    assert (staged.columns, staged.query, dict(staged.faults.totals)) == (("id",), None, {"binary_column": 1})


@pytest.mark.parametrize("limits", [Limits(max_items=ROWS - 1), Limits(max_columns=1)])
def test_past_a_limit_nothing_is_read_in_place(tmp_path: Path, limits: Limits) -> None:
    path = parquet_of(tmp_path, {"id": "i::VARCHAR", "x": "'a'"}, ROWS)
    scanner = Scanner(takes=True)
    assert not staged_from(path, tmp_path, scanner, limits).complete
    assert scanner.shown is None


def test_the_few_items_of_a_small_file_are_written(tmp_path: Path) -> None:
    scanner = Scanner(takes=True)
    path = parquet_of(tmp_path, {"id": "i::VARCHAR"}, LOOK_AHEAD)
    assert staged_from(path, tmp_path, scanner, LIMITS).query is None
    assert scanner.shown is None
