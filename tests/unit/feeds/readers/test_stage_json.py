"""JSON, JSON Lines and Parquet: digits kept, envelopes found, bad lines told, memory bounded."""

import json
import time
import tracemalloc

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.json_decoding import ItemDecoder, JSONDefect
from feedscript.feeds.readers.json_scanner import JSONScanner
from tests.feeds_scanning import cells, fault_codes, lines, stage_bytes
from tests.feeds_writing import write_json, write_parquet

ITEMS = [{"id": "1", "title": "a"}, {"id": "2", "title": "b"}]


def test_numbers_keep_their_digits(tmp_path):
    line = b'{"gtin": 00, "id": 1}\n{"gtin": 12345678901234567890, "price": 9.90, "e": 1E5, "new": true, "no": null}\n'
    staged = stage_bytes(line, tmp_path)
    assert cells(staged) == [{"gtin": "12345678901234567890", "price": "9.90", "e": "1E5", "new": "true"}]
    assert fault_codes(staged) == {"malformed_json": 1}


def test_a_bad_line_is_a_fault_and_the_others_are_read(tmp_path):
    content = b'{"id": "1"}\n\n{"id": "2", }\n[1]\n{"id": "3"} x\n  {"id": "4"}  \n{"id": "5"'
    staged = stage_bytes(content, tmp_path)
    assert [fault.line for fault in staged.faults.samples["malformed_json"]] == [3, 4, 5, 7]
    assert cells(staged) == [{"id": "1"}, {"id": "4"}]
    assert lines(staged) == [1, 6]
    assert staged.complete


def test_a_damaged_first_line_does_not_hide_the_format(tmp_path):
    staged = stage_bytes(b'{"id": 1, "title": "a\n{"id": 2}\n{"id": 3}\n', tmp_path)
    assert staged.source.format == "jsonl"
    assert cells(staged) == [{"id": "2"}, {"id": "3"}]


def test_a_key_twice_in_one_object_is_told(tmp_path):
    staged = stage_bytes(b'{"id": 1}\n{"id": 2, "id": 3}\n', tmp_path)
    (fault,) = staged.faults.samples["duplicate_key"]
    assert (fault.line, fault.value, fault.severity) == (2, "id", "warning")
    assert cells(staged) == [{"id": "1"}, {"id": "3"}]


@pytest.mark.parametrize(
    ("document", "feed_format"),
    [
        (json.dumps(ITEMS), "json"),
        (json.dumps(ITEMS, indent=2), "json"),
        (json.dumps({"products": ITEMS}), "json"),
        (
            json.dumps({"version": 1, "shop": {"tags": ["x"]}, "products": ITEMS, "next": None}, indent=1),
            "json",
        ),
        (json.dumps({"data": {"count": 2, "items": ITEMS}}), "json"),
        ("\n".join(map(json.dumps, ITEMS)), "jsonl"),
        ("\ufeff" + "\r\n".join(map(json.dumps, ITEMS)), "jsonl"),
    ],
)
def test_items_are_found_in_any_envelope(tmp_path, document, feed_format):
    staged = stage_bytes(document.encode(), tmp_path)
    assert staged.source.format == feed_format
    assert cells(staged) == ITEMS
    assert fault_codes(staged) == {}


LONG = "x" * 300_000


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
@pytest.mark.parametrize(
    "first",
    [
        pytest.param({"id": "1", "title": LONG}, id="long-text"),
        pytest.param({"description": "ä€" * 150_000, "id": "1"}, id="long-text-first"),
        pytest.param(
            {"id": "1", "variants": [{"price": "1 USD", "note": "y" * 90}] * 4_000}, id="long-list-of-offers"
        ),
        pytest.param({"a": [{"b": "y" * 300_000, "price": "2"}], "id": "1"}, id="long-object-first"),
    ],
)
def test_a_first_line_longer_than_the_head_hides_no_item(tmp_path, first, end):
    content = "\n".join(json.dumps(item, ensure_ascii=False) for item in [first, *ITEMS]) + end
    staged = stage_bytes(content.encode(), tmp_path)
    assert staged.source.format == "jsonl"
    assert [item["id"] for item in cells(staged)] == ["1", "1", "2"]
    assert lines(staged) == [1, 2, 3]
    assert fault_codes(staged) == {}


def test_a_damaged_first_line_longer_than_the_head_is_told(tmp_path):
    content = '{"id": "0", "title": "' + LONG + "\n" + "\n".join(map(json.dumps, ITEMS)) + "\n"
    staged = stage_bytes(content.encode(), tmp_path)
    assert cells(staged) == ITEMS
    assert fault_codes(staged) == {"malformed_json": 1}


@pytest.mark.parametrize("keys", [("products",), ("title", "products"), ("data", "items")])
def test_an_envelope_in_one_line_longer_than_the_head(tmp_path, keys):
    items = [{"id": str(n), "title": "a" * 100} for n in range(5_000)]
    document = {keys[0]: "A shop", keys[1]: items} if keys[0] == "title" else items
    for key in () if keys[0] == "title" else reversed(keys):
        document = {key: document}
    staged = stage_bytes(json.dumps(document).encode() + b"\n", tmp_path)
    assert staged.source.format == "json"
    assert cells(staged) == items


def test_one_object_longer_than_the_head_is_one_item(tmp_path):
    item = {"id": "1", "price": "1 USD", "title": LONG, "images": [{"url": "a"}, {"url": "b"}]}
    staged = stage_bytes(json.dumps(item).encode(), tmp_path)
    assert [row["title"] for row in cells(staged)] == [LONG]


def test_a_first_line_that_a_limit_cuts_off_is_told_once(tmp_path):
    content = json.dumps({"id": "1", "title": "x" * 3_000_000}) + "\n"
    staged = stage_bytes(content.encode(), tmp_path, limits=Limits(max_bytes=1_000_000))
    assert not staged.complete
    assert cells(staged) == []


@pytest.mark.parametrize("indent", [None, 2])
def test_one_object_is_one_item(tmp_path, indent):
    item = {"id": "1", "price": "1 USD", "images": [{"url": "a"}, {"url": "b"}]}
    staged = stage_bytes(json.dumps(item, indent=indent).encode(), tmp_path)
    assert cells(staged) == [{"id": "1", "price": "1 USD", "images.url": "a\x1fb"}]


def test_a_second_array_is_told_to_be_left_out(tmp_path):
    document = {"products": ITEMS, "errors": [{"code": 1}]}
    staged = stage_bytes(json.dumps(document).encode(), tmp_path)
    assert cells(staged) == ITEMS
    (fault,) = staged.faults.samples["unknown_column"]
    assert fault.value == "errors"


def test_nested_and_repeated_values(tmp_path):
    item = {
        "id": 1,
        "additional_image_link": ["a", "b,c", ""],
        "shipping": [{"country": "US", "price": "5 USD"}, {"country": "CA", "region": "ON", "note": "n"}],
        "price": {"value": 9, "currency": "USD"},
        "empty": [],
    }
    assert cells(stage_bytes(json.dumps([item]).encode(), tmp_path)) == [
        {
            "id": "1",
            "additional_image_link": "a\x1fb,c",
            "shipping": "US:::5 USD\x1fCA:ON",
            "shipping.note": "n",
            "price.value": "9",
            "price.currency": "USD",
        }
    ]


def test_a_document_longer_than_the_buffer_has_true_lines(tmp_path):
    products = [{"id": str(number), "title": "x" * 200} for number in range(5_000)]
    staged = stage_bytes(write_json(products).encode(), tmp_path)
    assert cells(staged) == products
    assert lines(staged)[:3] == [2, 6, 10]
    assert lines(staged)[-1] == 2 + 4 * 4_999


BROKEN = [
    pytest.param('{"id": }', id="2.1-no-value"),
    pytest.param('{"id": 3, "title": "a "b" c"}', id="2.1-quotes-within"),
    pytest.param('{"id": 3 "title": "x"}', id="2.1-no-comma"),
    pytest.param('{"id": 3, "title": "x",}', id="2.1-comma-at-the-end"),
    pytest.param('{"id": 3, "images": [{"url": "a"}, {"url": }, {"url": "c"}]}', id="2.1-in-a-list-within"),
    pytest.param('{"id": 3, "title": NULL}', id="2.1-bare-word"),
]


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("wrapper", ["[\n%s]", '{"shop": "x",\n"products": [%s]}'])
def test_a_broken_element_is_lost_and_the_rest_is_read(tmp_path, broken, wrapper):
    good = '{"id": %d, "title": "x"}'
    content = wrapper % ",\n".join([good % 1, good % 2, broken, good % 4, good % 5])
    staged = stage_bytes(content.encode(), tmp_path)
    assert [item["id"] for item in cells(staged)] == ["1", "2", "4", "5"]
    assert [fault.line for fault in staged.faults.samples["malformed_json"]] == [4]
    assert (staged.faults.lost, staged.complete) == ({"malformed_json": 1}, True)
    assert lines(staged) == [2, 3, 5, 6]


LOST = [
    pytest.param('{"id": , "images": [{"url": "a"}, {"url": "b"}]}', id="2.1-list-within"),
    pytest.param(
        '{"id": x, "variants": [{"id": 8, "title": "v"}, {"id": 9, "title": "w"}]}', id="2.1-namesakes-within"
    ),
    pytest.param('{"id": 7, "title": "a\tb"}', id="2.1-tab"),
    pytest.param("{'id': 7}", id="2.1-single-quotes"),
]


@pytest.mark.parametrize("broken", LOST)
@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "between", "last"])
def test_a_broken_element_is_lost_wherever_it_stands(tmp_path, broken, place):
    elements = ['{"id": 1, "title": "x"}', '{"id": 2, "title": "y"}']
    elements.insert(place, broken)
    staged = stage_bytes(f"[{','.join(elements)}]".encode(), tmp_path)
    assert [item["id"] for item in cells(staged)] == ["1", "2"]
    assert (staged.faults.totals, staged.faults.lost) == ({"malformed_json": 1}, {"malformed_json": 1})
    assert staged.complete


def test_case_2_1_every_broken_element_is_counted(tmp_path):
    content = '[{"id": 0, "title": "x"},\n' + '{"id": , "title": "x"},\n' * 3_000 + '{"id": 1, "title": "x"}]'
    before = time.process_time()
    staged = stage_bytes(content.encode(), tmp_path)
    assert time.process_time() - before < 8
    assert (staged.faults.lost, len(cells(staged))) == ({"malformed_json": 3_000}, 2)
    message = staged.faults.samples["malformed_json"][1].message
    assert message.startswith("line 3, column 8: expecting value; the element that begins in line 3 is lost")


@pytest.mark.parametrize("quoted", ['"5" vase"', '"a" b", "c": "d"', '"un', '"x]" y"'])
def test_case_2_1_a_quote_too_many_takes_its_own_element_only(tmp_path, quoted):
    good = '{"id": %d, "title": "x"}'
    content = ",\n".join([good % 1, '{"id": 2, "title": ' + quoted + "}", good % 3, good % 4])
    staged = stage_bytes(f"[{content}]".encode(), tmp_path)
    assert [item["id"] for item in cells(staged)] == ["1", "3", "4"]
    assert (staged.faults.lost, staged.complete) == ({"malformed_json": 1}, True)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('[{"id": 1}\n{"id": 2}]', id="2.1-missing-comma"),
        pytest.param('[{"id": 1},, {"id": 2}]', id="2.1-comma-twice"),
        pytest.param('[{"id": 1}, {"id": 2},]', id="2.1-comma-at-the-end"),
        pytest.param('[{"id": 1}}, {"id": 2}]', id="2.1-bracket-too-many"),
        pytest.param('{"c": [{"n": }], "items": [{"id": 1}, {"id": 2}]}', id="2.1-in-another-list"),
    ],
)
def test_what_is_wrong_between_elements_loses_none(tmp_path, content):
    staged = stage_bytes(content.encode(), tmp_path, item="items" if "items" in content else None)
    assert [item["id"] for item in cells(staged)] == ["1", "2"]
    assert (staged.faults.totals["malformed_json"], staged.faults.lost) == (1, {})
    assert staged.complete


ELEMENT = st.one_of(
    st.integers(1, 99).map(lambda number: f'{{"id": {number}, "title": "good"}}'),
    st.sampled_from(
        [
            '{"id": , "title": "x"}',
            '{"id": 5, "title": "a "b" c"}',
            '{"id": 5, "title": [{"id": 1}, {"title": 2}, }',
            '{"id": 5, "title": "}, {", }',
            '{"id": 5, "title": {"a": {"b": 1}',
            '{"id": 5 "title": "x"}',
        ]
    ),
)


@settings(max_examples=200, deadline=None)
@given(elements=st.lists(ELEMENT, max_size=12), length=st.integers(1, 300))
def test_good_elements_are_read_whatever_lies_between(elements: list[str], length: int) -> None:
    text = '[{"id": 0, "title": "good"}' + "".join(f",\n{element}" for element in elements)
    text += ',\n{"id": 100, "title": "good"}]'
    pieces = (text[start : start + length] for start in range(0, len(text), length))
    scanner = JSONScanner(pieces, ItemDecoder(), 10_000)
    read = [value for _, value in scanner.items() if not isinstance(value, JSONDefect)]
    good = [element for element in elements if element.endswith('"good"}')]
    assert [value["title"] for value in read if isinstance(value, dict)] == ["good"] * (len(good) + 2)


def test_a_large_document_is_not_read_to_its_end_for_one_broken_element(tmp_path):
    products = [{"id": str(number), "title": "x" * 50} for number in range(20_000)]
    content = write_json(products).replace('"10"', "", 1)
    staged = stage_bytes(content.encode(), tmp_path, limits=Limits(max_field_bytes=1_000))
    assert len(cells(staged)) == 19_999
    assert staged.complete


def test_a_malformed_document_keeps_the_items_before(tmp_path):
    staged = stage_bytes(b'[\n{"id": 1},\n{"id": 2},\n{"id": ', tmp_path)
    (fault,) = staged.faults.samples["malformed_json"]
    assert fault.line == 4
    assert cells(staged) == [{"id": "1"}, {"id": "2"}]
    assert not staged.complete


HALVES = [
    pytest.param("\\ude00 cup", id="6.16-second-half"),
    pytest.param("cup \\ud83d", id="6.16-first-half"),
    pytest.param("\\ude00\\ud83d", id="6.16-halves-the-wrong-way-round"),
]


@pytest.mark.parametrize("text", HALVES)
@pytest.mark.parametrize("wrapper", ["%s\n", "[%s]"])
def test_half_a_surrogate_pair_is_told(tmp_path, text, wrapper):
    staged = stage_bytes((wrapper % f'{{"id": "1", "title": "{text}"}}').encode(), tmp_path)
    (fault,) = staged.faults.samples["bad_encoding"]
    assert (fault.line, fault.attribute) == (1, "title")
    (item,) = cells(staged)
    assert "\ufffd" in item["title"]
    assert "?" not in item["title"]


def test_case_6_16_half_a_pair_in_a_key_is_told(tmp_path):
    staged = stage_bytes(b'[{"id": "1", "a\\ud83d": "x"}]', tmp_path)
    assert (staged.columns, fault_codes(staged)) == (("id", "a\ufffd"), {"bad_encoding": 1})


def test_both_halves_are_a_character(tmp_path):
    staged = stage_bytes(b'{"id": "1", "title": "\\ud83d\\ude00"}', tmp_path)
    assert (cells(staged)[0]["title"], fault_codes(staged)) == ("\U0001f600", {})


MANY = [
    pytest.param("[{" + ",".join(f'"a{number}":1' for number in range(400_000)) + "}]", id="3.12-many-keys"),
    pytest.param('[{"a":[' + ",".join(["[]"] * 1_000_000) + "]}]", id="3.12-long-list"),
    pytest.param('{"a":1}\n{"b":[' + ",".join(["1"] * 1_000_000) + "]}", id="3.12-long-list-in-a-line"),
    pytest.param('[{"' + "a" * 1_900_000 + '": 1}]', id="3.12-long-key"),
]


@pytest.mark.parametrize("content", MANY)
def test_a_small_file_cannot_take_the_machine(tmp_path, content):
    tracemalloc.start()
    try:
        staged = stage_bytes(content.encode(), tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 150 * 1024 * 1024
    assert fault_codes(staged)


def test_case_3_2_the_merchant_names_the_list(tmp_path):
    content = b'{"categories": [{"id": 1, "name": "x"}], "goods": [{"id": 2}, {"id": 3}]}'
    staged = stage_bytes(content, tmp_path, item="goods")
    assert [item["id"] for item in cells(staged)] == ["2", "3"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"categories": [{"id": 1, "name": "x"}], "offers": [%s]}', id="3.2-categories-first"),
        pytest.param(
            '{"data": {"filters": [{"a": 1}, {"a": 2}, {"a": 3}], "offers": [%s]}}', id="3.2-more-filters"
        ),
        pytest.param(
            '{"offers": [%s], "menu": [{"a": 1, "b": 2, "c": 3, "d": 4, "e": 5}]}', id="3.2-richer-menu"
        ),
    ],
)
def test_the_list_of_items_is_found_by_what_items_have(tmp_path, content):
    offers = '{"id": 7, "price": "5"}, {"id": 8, "price": "6"}'
    staged = stage_bytes((content % offers).encode(), tmp_path)
    assert [item["id"] for item in cells(staged)] == ["7", "8"]
    assert staged.source.item == "offers"


def test_case_3_2_a_list_that_is_not_there_is_told(tmp_path):
    staged = stage_bytes(b'{"goods": [{"id": 2}, {"id": 3}]}', tmp_path, item="offers")
    assert fault_codes(staged) == {"no_items": 1, "unknown_column": 1}
    assert "no list of objects is called 'offers' (source: item)" in staged.stopped_reason


@pytest.mark.parametrize(
    "content", [b'[{"id": 1}', b'[{"id": 1}, ', b'{"a": [{"id": 1}', b'[{"id": 1}] x', b'[{"id": 1} 2]']
)
def test_what_follows_the_items_is_checked_too(tmp_path, content):
    staged = stage_bytes(content, tmp_path)
    assert fault_codes(staged) == {"malformed_json": 1}
    assert cells(staged) == [{"id": "1"}]


def test_an_element_that_is_no_object_is_a_fault(tmp_path):
    staged = stage_bytes(b'[{"id": 1}, 5, {"id": 2}]', tmp_path)
    assert fault_codes(staged) == {"malformed_json": 1}
    assert cells(staged) == [{"id": "1"}, {"id": "2"}]


@pytest.mark.parametrize("content", [b"[]", b"{}", b'{"products": []}'])
def test_no_items(tmp_path, content):
    assert fault_codes(stage_bytes(content, tmp_path)) == {"no_items": 1}


@pytest.mark.parametrize(
    "deep", ["[" * 100_000, '{"a":' * 100_000, '{"a":' + "[" * 900 + "1" + "]" * 900 + "}"]
)
def test_nesting_without_end_is_survived(tmp_path, deep):
    staged = stage_bytes(b'{"id": 1}\n' + deep.encode() + b'\n{"id": 2}\n', tmp_path)
    assert fault_codes(staged) == {"malformed_json": 1}
    assert cells(staged) == [{"id": "1"}, {"id": "2"}]


def test_a_nested_document_without_end_is_survived(tmp_path):
    staged = stage_bytes(b'[{"id": 1}, ' + b"[" * 300_000, tmp_path)
    assert staged.stopped_reason == "line 1: an item has more than 100000 values"
    assert fault_codes(staged) == {"too_large": 1}
    assert cells(staged) == [{"id": "1"}]


@pytest.mark.parametrize("start", [b'{"id": 1}\n{"id": "', b'[{"id": 1}, {"id": "'])
def test_an_item_without_end_does_not_fill_the_memory(tmp_path, start):
    staged = stage_bytes(start + b"x" * 4_000_000, tmp_path, limits=Limits(max_field_bytes=10_000))
    assert not staged.complete
    assert cells(staged)[0] == {"id": "1"}


def parquet_of(tmp_path, query):
    path = tmp_path / "made.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to '{path}' (format parquet)")
    return path.read_bytes()


def test_parquet_types_become_the_text_of_the_other_formats(tmp_path):
    query = """select 1::bigint as id, 9.90::decimal(10, 2) as price, 4006381333931.0::double as gtin, 9.9::double as w,
        true as adult, date '2026-01-02' as d, timestamp '2026-01-02 03:04:05' as t,
        timestamptz '2026-01-02 03:04:05+00' as tz, ['a', '', 'b'] as additional_image_link,
        {'country': 'US', 'price': '5 USD', 'note': 'n'} as shipping,
        [{'months': 3, 'amount': '1 USD'}, {'months': 6, 'amount': null}] as installment, [{'url': 'u'}] as image,
        null::varchar as none, 'x'::blob as bytes"""
    assert cells(stage_bytes(parquet_of(tmp_path, query), tmp_path)) == [
        {
            "id": "1",
            "price": "9.90",
            "gtin": "4006381333931",
            "w": "9.9",
            "adult": "true",
            "d": "2026-01-02",
            "t": "2026-01-02T03:04:05",
            "tz": "2026-01-02T03:04:05Z",
            "additional_image_link": "a\x1fb",
            "shipping": "US:::5 USD",
            "shipping.note": "n",
            "installment": "3:1 USD\x1f6",
            "image.url": "u",
            "bytes": "x",
        }
    ]


def test_a_damaged_parquet_file_is_a_fault(tmp_path):
    content = write_parquet(ITEMS)
    staged = stage_bytes(content[: len(content) // 2], tmp_path)
    assert fault_codes(staged) == {"malformed_parquet": 1}
    assert not staged.complete


def test_a_parquet_column_whose_name_is_no_text(tmp_path):
    content = write_parquet(ITEMS).replace(b"title", b"ti\xfftl")
    assert fault_codes(stage_bytes(content, tmp_path)) == {"malformed_parquet": 1}


def test_parquet_items_are_bounded(tmp_path):
    staged = stage_bytes(write_parquet(ITEMS * 5), tmp_path, limits=Limits(max_items=3))
    assert "max_items" in (staged.stopped_reason or "")
    assert len(cells(staged)) == 3


def test_parquet_columns_are_bounded(tmp_path):
    staged = stage_bytes(write_parquet(ITEMS), tmp_path, limits=Limits(max_columns=1))
    assert "max_columns" in (staged.stopped_reason or "")


def test_a_parquet_file_without_rows(tmp_path):
    staged = stage_bytes(parquet_of(tmp_path, "select 1 as id limit 0"), tmp_path)
    assert (staged.columns, cells(staged), staged.complete) == (("id",), [], True)
