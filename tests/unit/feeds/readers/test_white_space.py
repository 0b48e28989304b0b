"""What is white space around a value, and that SQL and Python agree on it."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedscript.feeds.readers.white_space import BLANKS, trimmed, trimmed_each

SEPARATOR = "\x1f"
TEXT = st.text(st.sampled_from([*BLANKS, "a", "é", "\u200b", "\0"]), max_size=8)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def answer(connection: duckdb.DuckDBPyConnection, expression: str, text: str | None) -> str | None:
    row = connection.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS value)", [text]).fetchone()
    assert row is not None
    (found,) = row
    return found if found is None else str(found)


def test_all_that_unicode_calls_white_space_is_and_the_byte_order_mark() -> None:
    # The controls that Python counts besides are of no feed: tabs and ends of pages, files and records.
    others = set("\x0b\x0c\x1c\x1d\x1e\x1f")
    assert set(BLANKS) == {sign for sign in map(chr, range(0x110000)) if sign.isspace()} - others | {"\ufeff"}


@given(text=TEXT)
@example(text=BLANKS + "a" + BLANKS)
def test_a_value_is_trimmed_as_python_does(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert answer(connection, trimmed("value"), text) == text.strip(BLANKS)


@given(values=st.lists(TEXT, max_size=4))
@example(values=["a ", BLANKS, " b"])
def test_each_of_several_values_is_trimmed_and_empty_ones_go(
    connection: duckdb.DuckDBPyConnection, values: list[str]
) -> None:
    expected = SEPARATOR.join(filter(None, (value.strip(BLANKS) for value in values)))
    assert answer(connection, trimmed_each("value", SEPARATOR), SEPARATOR.join(values)) == expected


def test_null_stays_null(connection: duckdb.DuckDBPyConnection) -> None:
    assert answer(connection, trimmed("value"), None) is None
    assert answer(connection, trimmed_each("value", SEPARATOR), None) is None
