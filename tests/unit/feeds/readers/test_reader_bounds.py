"""What is long, wide or folded up is told within the bounds, by its reader."""

import json
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from feedscript.feeds.engine.limits import MIB, Limits
from feedscript.feeds.readers.raw_markup import bare_ampersands, escaped
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


@pytest.mark.parametrize("form", ["json", "json-list", "xml", "parquet"])
def test_a_long_name_is_not_repeated_for_each_thing_within(tmp_path: Path, form: str) -> None:
    """As columns they would come to 60 MB."""
    name, parts = "n" * 100_000, [f"a{number}" for number in range(600)]
    match form:
        case "json":
            content = json.dumps([{"id": "1", name: dict.fromkeys(parts, "x")}]).encode()
        case "json-list":
            listed = [{"name": part, "value": "x"} for part in parts]
            content = json.dumps([{"id": "1", name: listed}]).encode()
        case "xml":
            inner = "".join(f"<{part}>x</{part}>" for part in parts)
            content = f"<items><item><id>1</id><{name}>{inner}</{name}></item></items>".encode()
        case _:
            path = tmp_path / "made.parquet"
            members = ", ".join(f"{part}: 1" for part in parts)
            with duckdb.connect() as connection:
                query = f"select 1 as id, {{{members}}} as {name}"
                connection.execute(f"copy ({query}) to '{path}' (format parquet)")
            content = path.read_bytes()
    tracemalloc.start()
    staged = stage_bytes(content, tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert staged.stopped_reason == "a column's name has 100000 characters, more than 1000"
    assert peak < 20 * MIB


def test_objects_in_one_another_count_as_parts_of_an_item(tmp_path: Path) -> None:
    one = '{"a":' * 90 + "1" + "}" * 90
    content = f'{{"id": "1", "a": [{",".join([one] * 1_200)}]}}\n{{"id": "2"}}\n'.encode()
    staged = stage_bytes(content, tmp_path)
    assert staged.faults.lost == {"malformed_json": 1}
    assert "an item has more than 100000 values" in staged.faults.samples["malformed_json"][0].message
    assert cells(staged) == [{"id": "2"}]


@pytest.mark.parametrize(
    "content",
    [b"<a/>" * 15_000, b'{"id": "1"}\n' + b"x\n" * 12_000, b'[{"id":"1"},' + b'{"id" 1},' * 12_000 + b"1]"],
    ids=["xml", "lines", "json"],
)
def test_what_is_nothing_but_faults_is_read_no_further(tmp_path: Path, content: bytes) -> None:
    staged = stage_bytes(content, tmp_path)
    assert staged.stopped_reason == "there are more than 10000 faults, and more than one in 256 bytes"
    assert staged.faults.totals.total() < 10_010


def test_many_faults_far_from_one_another_are_all_told(tmp_path: Path) -> None:
    content = (b'{"id": ' + b"x" * 300 + b"}\n") * 12_000
    staged = stage_bytes(b'{"id": "1"}\n' + content, tmp_path)
    assert staged.complete
    assert staged.faults.lost == {"malformed_json": 12_000}


@pytest.mark.parametrize("before", [1, 1_500], ids=["first", "behind-plain-items"])
def test_many_sections_without_an_end_take_no_time(tmp_path: Path, before: int) -> None:
    items = "".join(f"<item><id>{number}</id></item>" for number in range(before))
    content = f"<items>{items}<item>{'<![CDATA[' * 20_000}</item></items>".encode()
    began = time.process_time()
    staged = stage_bytes(content, tmp_path)
    assert time.process_time() - began < 3.0
    assert len(cells(staged)) == before
    assert staged.faults.totals["malformed_xml"]


def test_names_of_elements_are_bounded(tmp_path: Path) -> None:
    items = (
        "".join(f"<a{first + number}/>" for number in range(1_000)) for first in range(0, 101_000, 1_000)
    )
    linked = "".join(
        f"<item><id>1</id><link>{inner}<href>https://x.example</href></link></item>" for inner in items
    )
    staged = stage_bytes(f"<items>{linked}</items>".encode(), tmp_path)
    assert (staged.stopped_reason or "").endswith("elements and attributes have more than 100000 names")


def test_items_that_are_looked_at_before_the_first_is_written_are_bounded(tmp_path: Path) -> None:
    item = json.dumps({f"c{number}": "x" * 1_900 for number in range(16)}).encode()
    content = b"\n".join([item] * 900)
    tracemalloc.start()
    staged = stage_bytes(content, tmp_path, limits=Limits(max_field_bytes=20_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(cells(staged)) == 900
    assert peak < 12 * MIB


def test_keys_that_repeat_in_what_is_passed_over_are_not_kept(tmp_path: Path) -> None:
    passed = ",".join(f'{{"k{number}":1,"k{number}":1}}' for number in range(2_000))
    content = f'{{"x": [1,{passed}], "products": [{{"id": "1", "price": "2"}}]}}'.encode()
    staged = stage_bytes(content, tmp_path)
    assert cells(staged) == [{"id": "1", "price": "2"}]
    assert "duplicate_key" not in staged.faults.totals


def test_one_long_line_is_a_name_without_end(tmp_path: Path) -> None:
    staged = stage_bytes(b"x" * 200_000, tmp_path)
    assert staged.stopped_reason == "a column's name has 200000 characters, more than 1000"


def test_one_delimiter_is_no_header(tmp_path: Path) -> None:
    staged = stage_bytes(b",", tmp_path)
    assert staged.stopped_reason == "the header cannot be read: there are only empty lines"


@pytest.mark.parametrize("depth", [101, 480, 900])
@pytest.mark.parametrize(
    "form", ['{{"shop": {}}}', '{{"shop": {}, "products": [{{"id": "1"}}]}}', '{{"id": "1", "a": {}}}']
)
def test_how_deep_an_object_is_never_decides_by_itself_what_is_an_item(
    tmp_path: Path, form: str, depth: int
) -> None:
    document = form.format('{"a":' * depth + "1" + "}" * depth)
    staged = stage_bytes(document.encode(), tmp_path)
    if '"products"' in form:
        assert len(cells(staged)) == 1
    else:
        assert staged.faults.totals == {"malformed_json": 1, "no_items": 1}


def test_an_item_of_ampersands_takes_no_multiple_of_its_size() -> None:
    item = b"<item><title>" + b"&" * 500_000 + b"</title></item>"
    tracemalloc.start()
    try:
        mended = escaped(item, bare_ampersands(item))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert mended == item.replace(b"&", b"&amp;")
    assert peak < 25 * len(item)
