"""A generation tells which values it changed, by attribute and operation; nothing else differs from the source."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.generation import Change, Generated
from feedscript.feeds.mapping import Mapping, Rule
from feedscript.feeds.mapping.operations import Blank, Price
from tests.sweeps import sweep
from tests.unit.feeds.products import VALID, generate_all, product

CHEAP = settings(max_examples=sweep(short=10, long=200), deadline=None)


def generated(folder: Path, *items: dict[str, object], mapping: Mapping | None = None) -> Generated:
    source = folder / "export.jsonl"
    source.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    return generate_all(source, folder / "feed.csv", mapping=mapping)


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "feed.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def totals(result: Generated) -> dict[tuple[str, str], int]:
    return {(repair.attribute, repair.operation): repair.total for repair in result.repairs}


def test_a_right_item_is_not_repaired(tmp_path: Path) -> None:
    assert generated(tmp_path, product(1), product(2)).repairs == ()


def test_each_operation_is_told_with_counts_and_the_first_three_values(tmp_path: Path) -> None:
    prices = ["12,90 EUR", "9.90 EUR", "8,90 EUR", "EUR 7.90", "6,9 EUR", "5,90 EUR"]
    result = generated(tmp_path, *(product(number, price=price) for number, price in enumerate(prices)))
    (repair,) = result.repairs
    assert (repair.attribute, repair.operation, repair.total) == ("price", "price", 5)
    assert repair.samples == (
        Change(product(0)["id"], "12,90 EUR", "12.90 EUR"),
        Change(product(2)["id"], "8,90 EUR", "8.90 EUR"),
        Change(product(3)["id"], "EUR 7.90", "7.90 EUR"),
    )


def test_blanks_around_and_values_behind_the_first_are_told(tmp_path: Path) -> None:
    result = generated(
        tmp_path, product(1, brand="  Acme "), product(2, link=["https://a.example/1", "https://b.example/2"])
    )
    assert totals(result) == {("brand", "trim"): 1, ("link", "first_value"): 1}


def test_operations_in_a_row_are_told_apart(tmp_path: Path) -> None:
    (title,) = (
        each
        for each in generated(tmp_path, product(1, title="<b>" + "A mug " * 40)).repairs
        if each.operation == "truncate"
    )
    assert title.samples[0].before is not None
    assert not title.samples[0].before.startswith("<b>")


def test_the_first_changes_are_found_far_into_the_file(tmp_path: Path) -> None:
    items = [product(number) for number in range(20_000)]
    items[19_990] = product(19_990, price="1,50 EUR")
    (repair,) = generated(tmp_path, *items).repairs
    assert (repair.total, repair.samples[0].item_id) == (1, product(19_990)["id"])


WORDS = st.sampled_from(
    [
        "in stock",
        "auf lager",
        "5",
        "0",
        "soon",
        "12,90 €",
        "9.90 EUR",
        " x ",
        "<b>a</b>",
        "a &amp; b",
        "1,5KG",
    ]
)


@CHEAP
@given(
    items=st.lists(
        st.dictionaries(
            st.sampled_from(["title", "price", "availability", "brand", "shipping_weight"]), WORDS
        ),
        min_size=1,
        max_size=6,
    )
)
def test_no_value_differs_from_the_source_without_a_repair(
    tmp_path_factory: pytest.TempPathFactory, items: list[dict[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("feed")
    source = [VALID | item | {"id": f"I{number}"} for number, item in enumerate(items)]
    result = generated(folder, *source)
    for name in source[0]:
        differing = sum(
            row[name] != given.get(name, "") for row, given in zip(rows(folder), source, strict=True)
        )
        repaired = [repair.total for repair in result.repairs if repair.attribute == name]
        assert differing <= sum(repaired)
        assert bool(differing) == bool(repaired)


def test_a_constant_is_no_repair_of_a_column(tmp_path: Path) -> None:
    result = generated(tmp_path, product(1), mapping=Mapping({"brand": Rule(constant="Fernhollow")}))
    assert result.repairs == ()


def test_case_1_14_of_several_columns_the_repairs_of_the_one_taken_are_told(tmp_path: Path) -> None:
    mapping = Mapping(
        {"price": Rule(columns=("old", "new"), operations=(Blank(("0.00",)), Price(("currency",))))},
        {"currency": Rule(constant="EUR")},
    )
    prices = [("0.00", "9,90"), ("12,00", "9,90"), (None, "8.00 EUR"), ("0.00", None)]
    items = [{**product(place), "old": old, "new": new} for place, (old, new) in enumerate(prices)]
    repairs = {each.operation: each for each in generated(tmp_path, *items, mapping=mapping).repairs}
    assert [row["price"] for row in rows(tmp_path)] == ["9.90 EUR", "12.00 EUR", "8.00 EUR", ""]
    assert [(each.before, each.after) for each in repairs["price"].samples] == [
        ("9,90", "9.90 EUR"),
        ("12,00", "12.00 EUR"),
    ]
    assert [(each.before, each.after) for each in repairs["blank"].samples] == [("0.00", None)]


@pytest.mark.parametrize(
    ("header", "row", "column"),
    [
        pytest.param(
            ["Attribute 1 name", "Attribute 1 value(s)", "Attribute 2 name", "Attribute 2 value(s)"],
            ["Color", " <b>Red</b> ", "Size", "L"],
            "Attribute[Color]",
            id="3.4-woocommerce",
        ),
        pytest.param(
            ["Option1 Name", "Option1 Value"], ["color", " <b>Red</b> "], "option[Color]", id="3.4-shopify"
        ),
    ],
)
def test_case_3_4_repairs_of_a_value_asked_for_by_name(
    header: list[str], row: list[str], column: str, tmp_path: Path
) -> None:
    item = product(1)
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*item, *header], [*item.values(), *row]])
    mapping = Mapping({"color": Rule(columns=(column,))})
    result = generate_all(tmp_path / "export.csv", tmp_path / "feed.csv", mapping=mapping)
    assert result.matched["color"] == (column,)
    assert not set(header[:2]) & set(result.unmatched)
    assert rows(tmp_path)[0]["color"] == "Red"
    told = {repair.operation: repair.samples for repair in result.repairs}
    assert told["trim"] == (Change(item["id"], " <b>Red</b> ", "<b>Red</b>"),)
    assert told["plain_text"] == (Change(item["id"], "<b>Red</b>", "Red"),)


def test_case_3_4_values_behind_the_first_of_a_name_are_told(tmp_path: Path) -> None:
    item = product(1)
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([[*item, "attrs"], [*item.values(), "Color=Red,Color=Blue"]])
    mapping = Mapping({"color": Rule(columns=("attrs[Color]",))})
    (repair,) = generate_all(tmp_path / "export.csv", tmp_path / "feed.csv", mapping=mapping).repairs
    assert (repair.attribute, repair.operation) == ("color", "first_value")
    assert repair.samples == (Change(item["id"], "Red,Blue", "Red"),)


def test_case_3_4_a_known_label_of_xml_is_named_as_matched(tmp_path: Path) -> None:
    params = '<param name="Farbe">Red</param><param name="Size">L</param><param name="Name">x</param>'
    fields = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in product(1).items())
    (tmp_path / "export.xml").write_text(f"<items><item>{fields}{params}</item></items>", "utf-8")
    result = generate_all(tmp_path / "export.xml", tmp_path / "feed.csv")
    assert (result.matched["color"], result.matched["size"]) == (("param[Farbe]",), ("param[Size]",))
    assert result.unmatched == ("param[Name]",)
    assert (rows(tmp_path)[0]["color"], rows(tmp_path)[0]["size"]) == ("Red", "L")
