"""What is long, wide or folded up is told within the bounds, by its reader."""

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from feedscript.feeds.engine.limits import MIB, Limits
from tests.feeds_scanning import cells, stage_bytes

#: A value that each of 3,000 rows has, which the file holds once: 20 MB in 2,048 rows, 30 MB in all.
_SHARED = "repeat('x', 10000)"


def parquet(folder: Path, value: str, rows: int = 3_000) -> bytes:
    path = folder / "made.parquet"
    with duckdb.connect() as connection:
        query = f"select 'a' || range as id, {value} as more from range({rows})"
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")
    return path.read_bytes()


@pytest.mark.parametrize("value", [_SHARED, f"{{'part': {_SHARED}}}"], ids=["column", "part-of-a-struct"])
@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        pytest.param({"memory_bytes": 36 * MIB}, "2048 rows take more than half of", id="memory"),
        pytest.param({"max_bytes": 29_000_000}, "the uncompressed feed is larger than", id="size"),
        pytest.param({"memory_bytes": 128 * MIB}, None, id="one-thread"),
        pytest.param({}, None, id="as-by-default"),
    ],
)
def test_texts_that_parquet_holds_once_are_counted_as_often_as_they_stand(
    tmp_path: Path, value: str, limits: dict[str, int], reason: str | None
) -> None:
    content = parquet(tmp_path, value)
    assert len(content) < 100_000
    staged = stage_bytes(content, tmp_path, limits=replace(Limits(), **limits))
    assert staged.complete is (reason is None)
    assert (staged.stopped_reason or "").startswith(reason or "")
    if reason is None:
        assert sum(len(row) == 2 for row in cells(staged)) == 3_000
    else:
        assert staged.faults.totals == {"too_large": 1}


def test_few_long_texts_of_many_rows_are_no_fault(tmp_path: Path) -> None:
    value = f"CASE WHEN range % 1000 = 0 THEN {_SHARED} ELSE 'short' END"
    staged = stage_bytes(parquet(tmp_path, value), tmp_path, limits=Limits(memory_bytes=36 * MIB))
    assert staged.complete
    assert len(cells(staged)) == 3_000


@pytest.mark.parametrize("form", ["csv", "tsv", "parquet", "json", "jsonl"])
def test_a_name_without_end_is_told(tmp_path: Path, form: str) -> None:
    name = "n" * 1_001
    match form:
        case "parquet":
            path = tmp_path / "made.parquet"
            with duckdb.connect() as connection:
                connection.execute(f"copy (select 1 as id, 2 as {name}) to '{path}' (format parquet)")
            content = path.read_bytes()
        case "json":
            content = f'[{{"id": "1", "{name}": "2"}}]'.encode()
        case "jsonl":
            content = f'{{"id": "1", "{name}": "2"}}\n'.encode()
        case _:
            sign = "," if form == "csv" else "\t"
            content = f"id{sign}{name}\n1{sign}2\n".encode()
    staged = stage_bytes(content, tmp_path)
    assert staged.stopped_reason == "a column's name has 1001 characters, more than 1000"
    assert staged.faults.totals["too_large"] == 1


def test_one_long_line_is_a_name_without_end(tmp_path: Path) -> None:
    staged = stage_bytes(b"x" * 200_000, tmp_path)
    assert staged.stopped_reason == "a column's name has 200000 characters, more than 1000"


def test_one_delimiter_is_no_header(tmp_path: Path) -> None:
    staged = stage_bytes(b",", tmp_path)
    assert staged.stopped_reason == "the header cannot be read: there are only empty lines"
