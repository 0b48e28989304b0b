"""White space around values is trimmed alike in feeds of every format, and told: nothing differs in silence."""

import csv
import json
from collections.abc import Mapping as AbstractMapping
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedscript.feeds.generation import Change, Generated
from feedscript.feeds.mapping import Mapping, Rule
from feedscript.feeds.mapping.operations import Blank
from tests.feeds_writing import write_feed
from tests.sweeps import sweep
from tests.unit.feeds.products import VALID, generate_all, product

CHEAP = settings(max_examples=sweep(short=2, long=40), deadline=None)
#: Of XML one that has all under its own names, and one that has not.
FORMATS = ("csv", "json", "jsonl", "xml", "rss", "parquet")
#: Beside spaces what stands around values: the layout of a document, and the white space of other scripts.
AROUND = st.sampled_from(
    ["", "", "", " ", "  ", "\n", "\n    ", "\t", "\u00a0", "\u3000", "\u2003\n", "\u2028"]
)
WORDS = [
    "Acme",
    "12,90 €",
    "9.90 USD",
    "in stock",
    "auf lager",
    "a  b",
    "<b>a</b>",
    "a &amp; b",
    "1,5KG",
    "5",
    "",
]
NAMES = ("title", "price", "availability", "brand", "mpn", "color", "shipping_weight", "custom_label_0")
PADDED = st.builds(lambda before, word, after: before + word + after, AROUND, st.sampled_from(WORDS), AROUND)
ITEMS = st.lists(st.dictionaries(st.sampled_from(NAMES), PADDED), min_size=1, max_size=16)


def generated(folder: Path, content: bytes, mapping: Mapping | None = None) -> Generated:
    source = folder / "export"
    source.write_bytes(content)
    return generate_all(source, folder / "feed.csv", mapping=mapping)


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "feed.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def totals(result: Generated) -> dict[tuple[str, str], int]:
    return {(repair.attribute, repair.operation): repair.total for repair in result.repairs}


def assert_told(
    source: list[AbstractMapping[str, str]], feed: list[dict[str, str]], told: dict[tuple[str, str], int]
) -> None:
    """Every value that differs between source and feed is covered by a repair, and there is none of what does not."""
    for name in source[0]:
        differing = sum(row[name] != item[name] for row, item in zip(feed, source, strict=True))
        repaired = [total for (attribute, _), total in told.items() if attribute == name]
        assert differing <= sum(repaired), name
        assert bool(differing) == bool(repaired), name


@CHEAP
@given(items=ITEMS)
@example(items=[{"brand": "\n    Acme\n  "}, {"brand": " \n "}, {"price": " 9.90 USD"}])
def test_every_format_gives_one_feed_and_tells_the_same_repairs(
    tmp_path_factory: pytest.TempPathFactory, items: list[dict[str, str]]
) -> None:
    names = [*VALID, *(name for name in NAMES if name not in VALID)]
    source = [
        dict.fromkeys(names, "") | product(number) | {"id": f" I{number}"} | item
        for number, item in enumerate(items)
    ]
    feeds: dict[str, list[dict[str, str]]] = {}
    told: dict[str, dict[tuple[str, str], int]] = {}
    for each in FORMATS:
        folder = tmp_path_factory.mktemp(each)
        told[each] = totals(generated(folder, write_feed(each, source)))
        feeds[each] = rows(folder)
        assert_told([*source], feeds[each], told[each])
    assert {name: feed for name, feed in feeds.items() if feed != feeds["csv"]} == {}
    assert {name: repairs for name, repairs in told.items() if repairs != told["csv"]} == {}


def item_of(extra: str) -> bytes:
    fields = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in product(1).items())
    return f"<items><item>{fields}{extra}</item></items>".encode()


SHIPPING = "\n  <country>\n US\n </country>\n <price>\n 5 USD </price>\n"
AMOUNT = {"amountMicros": " 5000000", "currencyCode": "USD"}


@pytest.mark.parametrize(
    ("content", "attribute", "before", "after"),
    [
        pytest.param(
            item_of("<color>\n  Red\n</color>"), "color", "\n  Red\n", "Red", id="layout-of-a-document"
        ),
        pytest.param(item_of("<color><![CDATA[ Red]]></color>"), "color", " Red", "Red", id="cdata"),
        pytest.param(item_of("<color> Re<!-- -->d</color>"), "color", " Red", "Red", id="comment"),
        pytest.param(item_of("<color> </color>"), "color", " ", None, id="white-space-alone"),
        pytest.param(item_of('<color lang="en"> Red </color>'), "color", " Red ", "Red", id="with-attribute"),
        pytest.param(item_of('<p name="Color"> Red</p>'), "color", " Red", "Red", id="named-value"),
        pytest.param(
            item_of("<color>Red </color><color> </color><color>Blue</color>"),
            "color",
            "Red , ,Blue",
            "Red,Blue",
            id="several-values",
        ),
        pytest.param(
            item_of(f"<shipping>{SHIPPING}</shipping>"),
            "shipping",
            " US:::5 USD",
            "US:::5 USD",
            id="sub-attributes",
        ),
        pytest.param(
            json.dumps([product(1, color=["Red ", " ", "Blue"])]).encode(),  # type: ignore[arg-type]
            "color",
            "Red , ,Blue",
            "Red,Blue",
            id="several-values-of-json",
        ),
        pytest.param(
            json.dumps([{**product(1), "shipping": {"country": "US ", "price": AMOUNT}}]).encode(),
            "shipping",
            " US:::5 USD",
            "US:::5 USD",
            id="sub-attributes-of-json",
        ),
    ],
)
def test_what_is_trimmed_is_told(
    content: bytes, attribute: str, before: str, after: str | None, tmp_path: Path
) -> None:
    mapping = Mapping({"color": Rule(columns=("p[Color]",))}) if b"<p " in content else None
    (trim, *_) = (each for each in generated(tmp_path, content, mapping).repairs if each.operation == "trim")
    assert (trim.attribute, trim.total) == (attribute, 1)
    assert trim.samples == (Change("SKU-1", before, after),)
    assert rows(tmp_path)[0][attribute] == (after or "").partition(",")[0]


def test_sub_attributes_of_parquet_are_trimmed_as_those_of_json(tmp_path: Path) -> None:
    (tmp_path / "items.json").write_text(
        json.dumps([{**product(1), "shipping": {"country": "US ", "price": "\n5 USD"}}]), "utf-8"
    )
    path = tmp_path / "items.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM read_json('{tmp_path}/items.json')) TO '{path}'")
    told = [generated(tmp_path, each.read_bytes()).repairs for each in (path, path.with_suffix(".json"))]
    assert told[0] == told[1]
    assert [each.samples for each in told[0]] == [(Change("SKU-1", " US:::5 USD", "US:::5 USD"),)]


def test_values_of_one_name_are_trimmed_each(tmp_path: Path) -> None:
    item = product(1) | {"Option1 Name": "Color", "Option1 Value": " Red", "Option2 Name": "Color"}
    mapping = Mapping({"color": Rule(columns=("Option[Color]",))})
    content = write_feed("csv", [item | {"Option2 Value": "Blue "}])
    (trim, first) = generated(tmp_path, content, mapping).repairs
    assert (trim.operation, trim.samples) == ("trim", (Change("SKU-1", " Red,Blue ", "Red,Blue"),))
    assert (first.operation, first.samples) == ("first_value", (Change("SKU-1", "Red,Blue", "Red"),))


@pytest.mark.parametrize("text", ["<color>\n</color>", "<color/>", "", "\n<color></color>\n"])
def test_an_element_of_white_space_alone_has_no_value(text: str, tmp_path: Path) -> None:
    generated(tmp_path, item_of(text))
    assert rows(tmp_path)[0].get("color", "") == ""


FIRST, SECOND = (st.sampled_from(["", " ", "n/a", " n/a", "X1", " X1", "X 1"]) for _ in range(2))


@CHEAP
@given(columns=st.lists(st.tuples(FIRST, SECOND), min_size=1, max_size=24))
@example(columns=[("n/a", "X1")])
@example(columns=[(" ", " ")])
def test_of_several_columns_the_value_is_that_of_one_or_its_repairs_are_told(
    tmp_path_factory: pytest.TempPathFactory, columns: list[tuple[str, str]]
) -> None:
    # That a column which is not taken was blank is no repair: nothing that the feed holds came of it.
    folder = tmp_path_factory.mktemp("feed")
    items = [product(number, old=old, new=new, mpn="") for number, (old, new) in enumerate(columns, start=1)]
    mapping = Mapping({"mpn": Rule(columns=("old", "new"), operations=(Blank(("n/a",)),))})
    told = totals(generated(folder, write_feed("csv", items), mapping))
    feed = [row["mpn"] for row in rows(folder)]
    of_no_column = sum(value not in given for value, given in zip(feed, columns, strict=True))
    assert of_no_column <= sum(total for (attribute, _), total in told.items() if attribute == "mpn")
