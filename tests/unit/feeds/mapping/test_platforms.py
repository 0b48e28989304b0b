"""What shop platforms export, in `samples/exports`: read by preset, valid everywhere, and right value by value."""

import csv
import re
from pathlib import Path

import pytest
import yaml

from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.generation.preview import preview
from feedscript.feeds.generation.suggestion import suggested
from feedscript.feeds.mapping import NotSaid, presets, recognised
from feedscript.feeds.validation.validation import validate
from tests.sweeps import in_turn
from tests.unit.feeds.mapping.platform_feeds import (
    EXPORTS,
    FORMS,
    SHOP,
    Feeds,
    export,
    made,
    rows_of,
    said,
    source_of,
)
from tests.unit.feeds.mapping.platform_items import EXPECTED
from tests.unit.feeds.products import product

SHOPIFY = {
    "Handle": "mug",
    "Title": "Mug",
    "Body (HTML)": "A mug.",
    "Vendor": "Fernhollow",
    "Published": "true",
    "Option1 Name": "Title",
    "Option1 Value": "Default Title",
    "Variant SKU": "M-1",
    "Variant Inventory Tracker": "shopify",
    "Variant Inventory Qty": "3",
    "Variant Inventory Policy": "deny",
    "Variant Price": "9.50",
    "Image Src": "https://cdn.example.com/1.jpg",
    "Status": "active",
}
WOO = {
    "ID": "12",
    "Type": "simple",
    "SKU": "M-1",
    "Name": "Mug",
    "Published": "1",
    "Visibility in catalog": "visible",
    "Description": "A mug.",
    "In stock?": "1",
    "Regular price": "9.50",
    "Brands": "Fernhollow",
    "Images": "https://cdn.example.com/1.jpg",
    "Parent": "",
}


@pytest.mark.parametrize(("name", "profile"), in_turn([*EXPECTED], [*FORMS]))
def test_an_export_becomes_valid_feeds_with_four_lines_of_configuration(
    feeds: Feeds, name: str, profile: str
) -> None:
    assert said(name, profile).count("\n") <= 4
    result, feed = feeds.of(name, profile)
    assert result.preset == EXPECTED[name].preset
    assert result.items_written >= 30
    report = validate(feed, profile=profile)
    assert [issue.rule.id for issue in report.issues if issue.severity == "error"] == []


@pytest.mark.parametrize("name", EXPECTED)
def test_ten_items_are_right_value_by_value(feeds: Feeds, name: str) -> None:
    result, feed = feeds.of(name, "google")
    rows = rows_of(feed)
    found = {item: {each: rows[item][each] for each in right} for item, right in EXPECTED[name].items.items()}
    assert found == EXPECTED[name].items
    assert len(found) == 10
    assert result.account.excluded == EXPECTED[name].excluded


def header_of(name: str) -> tuple[str, ...]:
    source = source_of(name)
    with source.open(encoding="utf-8", errors="replace", newline="") as file:
        line = file.readline()
    return tuple(next(csv.reader([line], delimiter=max(",;", key=line.count))))


@pytest.mark.parametrize("name", EXPECTED)
def test_an_export_is_one_platforms_alone(name: str) -> None:
    """However its columns are ordered, and whatever columns stand beside them."""
    columns = header_of(name)
    for others in (columns, columns[::-1], ("Anmerkung", *columns, "my_field", "id 2")):
        assert [preset.name for preset in presets() if preset.recognises(others)] == [EXPECTED[name].preset]


@pytest.mark.parametrize("name", EXPECTED)
def test_what_an_export_does_not_hold_is_asked_for_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotSaid, match="Write in the merchant's file") as caught:
        made(source_of(name), tmp_path, "")
    assert {*caught.value.attributes} == EXPECTED[name].asked


@pytest.mark.parametrize(
    ("config", "lacking"),
    [
        ("", ("currency", "base_url")),
        ("source: {currency: EUR}", ("base_url",)),
        ("source: {base_url: https://shop.example}", ("currency",)),
    ],
)
def test_what_no_export_holds_is_asked_for_before_a_row_is_read(
    tmp_path: Path, config: str, lacking: tuple[str, ...]
) -> None:
    with pytest.raises(NotSaid, match="Write in the merchant's file") as caught:
        made(EXPORTS / "shopify-classic.csv", tmp_path, config)
    assert tuple(caught.value.attributes) == lacking
    assert all(f"{name}: " in str(caught.value).partition("source: {")[2] for name in lacking)
    assert not (tmp_path / "feed.csv").exists()


def test_what_the_merchants_own_mapping_gives_is_not_asked_for(tmp_path: Path) -> None:
    own = (
        "mapping:\n  inputs: {currency: {constant: SEK}}\n"
        '  attributes: {link: {template: "https://own.example/{Handle}"}}\n'
    )
    _, feed = made(export(tmp_path, SHOPIFY), tmp_path, own)
    row = rows_of(feed)["M-1"]
    assert (row["link"], row["price"]) == ("https://own.example/mug", "9.50 SEK")


def test_a_merchants_own_template_may_use_what_is_said(tmp_path: Path) -> None:
    own = SHOP + 'mapping: {attributes: {link: {template: "{source.base_url}/p/{Variant SKU}"}}}'
    _, feed = made(export(tmp_path, SHOPIFY), tmp_path, own)
    assert rows_of(feed)["M-1"]["link"] == "https://shop.example.com/p/M-1"


def test_the_currency_that_is_said_holds_for_any_source(tmp_path: Path) -> None:
    item = {
        "id": "1",
        "title": "Mug",
        "description": "A mug.",
        "link": "https://shop.example.com/1",
        "image_link": "https://cdn.example.com/1.jpg",
        "price": "9.50",
        "brand": "Fernhollow",
        "availability": "in_stock",
    }
    result, feed = made(export(tmp_path, item), tmp_path, "source: {currency: eur}")
    assert (result.preset, rows_of(feed)["1"]["price"]) == (None, "9.50 EUR")


@pytest.mark.parametrize(
    ("told", "said", "price"),
    [
        ("USD", "EUR", "9.50 USD"),
        ("", "EUR", "9.50 EUR"),
        ("€", "EUR", "9.50 EUR"),
        ("kr", "SEK", "9.50 SEK"),
    ],
)
def test_the_currency_that_is_said_stands_behind_what_the_source_tells(
    tmp_path: Path, told: str, said: str, price: str
) -> None:
    item = product(1, price="9.50") | {"Currency": told}
    _, feed = made(export(tmp_path, item), tmp_path, f"source: {{currency: {said}}}")
    assert [row["price"] for row in rows_of(feed).values()] == [price]


def test_platform_overrides_recognition(tmp_path: Path) -> None:
    few = {name: cell for name, cell in SHOPIFY.items() if name != "Variant Inventory Policy"}
    assert recognised(tuple(few)) is None
    result, feed = made(
        export(tmp_path, few), tmp_path, SHOP.replace("source: {", "source: {platform: Shopify, ")
    )
    assert (result.preset, [*rows_of(feed)]) == ("shopify_classic", ["M-1"])
    assert recognised(tuple(WOO), "shopify") is not None
    assert recognised(tuple(SHOPIFY), "none") is None


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("source: {platform: shoppify}", r"no platform 'shoppify' \(did you mean shopify\?\)"),
        ("source: {platform: 7}", "7 is no text"),
        ("source: {base_url: shop.example}", "must be the address of the shop"),
        ('source: {base_url: "https://shop.example/?a=1"}', "must be the address of the shop"),
        ("source: {currency: EURO}", "three letters of ISO 4217"),
    ],
)
def test_a_mistake_in_what_is_said_is_told_with_its_line(tmp_path: Path, config: str, told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        made(EXPORTS / "shopify-classic.csv", tmp_path, config)
    assert caught.value.line == 1


def test_shopifys_stock(tmp_path: Path) -> None:
    stock: list[tuple[dict[str, str], str]] = [
        ({}, "in_stock"),
        ({"Variant Inventory Qty": "0"}, "out_of_stock"),
        ({"Variant Inventory Qty": "-2"}, "out_of_stock"),
        ({"Variant Inventory Qty": "0", "Variant Inventory Policy": "continue"}, "in_stock"),
        ({"Variant Inventory Qty": "", "Variant Inventory Tracker": ""}, "in_stock"),
    ]
    mugs = [
        SHOPIFY | {"Handle": f"mug-{place}", "Variant SKU": f"{place}"} | changes
        for place, (changes, _) in enumerate(stock)
    ]
    _, feed = made(export(tmp_path, *mugs), tmp_path, SHOP)
    found = {item: row["availability"] for item, row in rows_of(feed).items()}
    assert found == {f"{place}": availability for place, (_, availability) in enumerate(stock)}


def test_shopifys_ids(tmp_path: Path) -> None:
    named: list[tuple[dict[str, str], str]] = [
        ({"Variant SKU": "M-1"}, "M-1"),
        ({}, "mug-1"),
        ({"Option1 Name": "Size", "Option1 Value": "Größe L"}, "mug-2-grosse-l"),
        ({"Option1 Value": "Red", "Option2 Value": "L", "Option3 Value": "Oak"}, "mug-3-red-l-oak"),
    ]
    blank = {"Variant SKU": "", "Option2 Value": "", "Option3 Value": ""}
    mugs = [
        SHOPIFY | blank | {"Handle": f"mug-{place}"} | changes for place, (changes, _) in enumerate(named)
    ]
    _, feed = made(export(tmp_path, *mugs), tmp_path, SHOP)
    rows = rows_of(feed)
    assert [*rows] == [item for _, item in named]
    assert {row.get("item_group_id", "") for row in rows.values()} == {""}


def test_shopifys_link_leads_to_the_variant_where_its_number_is_known(tmp_path: Path) -> None:
    _, feed = made(export(tmp_path, SHOPIFY | {"Variant ID": "'4012"}), tmp_path, SHOP)
    assert rows_of(feed)["M-1"]["link"] == "https://shop.example.com/products/mug?variant=4012"


def test_numbers_of_variants_may_be_looked_up(tmp_path: Path) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "variants.csv").write_text("sku,variant\nM-1,4012\n", "utf-8")
    page = "{source.base_url}/products/{Handle|url}"
    own = (
        f"{SHOP}rows:\n"
        "  - look_up: {column: Variant SKU, file: variants.csv, key: sku, take: {number: variant}}\n"
        "mapping: {attributes: {link: {cases: [\n"
        f'  {{if: {{column: number, present: true}}, then: "{page}?variant={{number}}"}}, {{else: "{page}"}}]}}}}}}\n'
    )
    _, feed = made(export(tmp_path, SHOPIFY, SHOPIFY | {"Variant SKU": "M-2"}), tmp_path, own)
    assert {sku: row["link"] for sku, row in rows_of(feed).items()} == {
        "M-1": "https://shop.example.com/products/mug?variant=4012",
        "M-2": "https://shop.example.com/products/mug",
    }


def test_a_variation_of_what_is_not_published_is_none_either(tmp_path: Path) -> None:
    rows = [WOO]
    reasons = {"-1": "a draft", "0": "private", "2": "not reviewed"}
    for number, published in enumerate(reasons, 20):
        parent = {
            "ID": f"{number}",
            "Type": "variable",
            "SKU": "",
            "Published": published,
            "Regular price": "",
        }
        variation = {"ID": f"{number}1", "Type": "variation", "SKU": f"V-{number}", "Description": ""}
        rows += [WOO | parent, WOO | variation | {"Parent": f"id:{number}"}]
    result, feed = made(export(tmp_path, *rows), tmp_path, SHOP)
    assert [*rows_of(feed)] == ["M-1"]
    assert result.account.excluded == dict.fromkeys(reasons.values(), 2)


def test_a_sale_in_woocommerce(tmp_path: Path) -> None:
    whole, begins, ends = "2026-11-20T00:00:00Z/2026-12-24T23:59:59Z", "2026-11-20", "2026-12-24"
    sales = [
        ("", "", "8.00 EUR", ""),
        ("2026-11-20 0:00:00", "2026-12-24 23:59:59", "8.00 EUR", whole),
        (begins, ends, "8.00 EUR", whole),
        ("", ends, "8.00 EUR", ""),
        (begins, "", "", ""),
    ]
    mugs = [
        WOO
        | {"ID": f"{place}", "SKU": f"{place}", "Sale price": "8"}
        | {"Date sale price starts": start, "Date sale price ends": end}
        for place, (start, end, _, _) in enumerate(sales)
    ]
    _, feed = made(export(tmp_path, *mugs), tmp_path, SHOP)
    told = ("price", "sale_price", "sale_price_effective_date")
    found = [tuple(row[name] for name in told) for row in rows_of(feed).values()]
    assert found == [("9.50 EUR", sale, days) for _, _, sale, days in sales]


@pytest.mark.parametrize(
    ("unit", "weight", "expected"),
    [("kg", "0,42", "0.42 kg"), ("lbs", "1.5", "1.5 lb"), ("g", "420", "420 g"), ("oz", "", "")],
)
def test_a_weight_in_woocommerce_has_its_unit_in_the_header(
    tmp_path: Path, unit: str, weight: str, expected: str
) -> None:
    _, feed = made(export(tmp_path, WOO | {f"Weight ({unit})": weight}), tmp_path, SHOP)
    assert rows_of(feed)["M-1"]["shipping_weight"] == expected


@pytest.mark.parametrize(
    "name", ["shopify-classic", "shopify-template", "woocommerce", "woocommerce-de", "shopware-6"]
)
def test_a_first_file_for_it_loads_and_asks_for_what_is_to_be_said(tmp_path: Path, name: str) -> None:
    text = suggested(preview(EXPORTS / f"{name}.csv", values=3), name)
    assert "#   base_url: https://shop.example" in text
    assert "#   currency: EUR" in text
    loaded = yaml.safe_load(text)
    assert "link" not in loaded["mapping"]["attributes"]
    filled = text.replace("# source:\n", "source:\n").replace("#   base_url", "  base_url")
    filled = re.sub("    brand: .*", "    brand: {constant: Fernhollow}", filled)
    result, feed = made(
        EXPORTS / f"{name}.csv",
        tmp_path,
        filled.replace("#   currency", "  currency"),
    )
    own = {item: row["price"] for item, row in rows_of(feed).items()}
    assert result.preset == EXPECTED[name].preset
    assert {item: own[item] for item in EXPECTED[name].items if item in own} == {
        item: right["price"] for item, right in EXPECTED[name].items.items() if item in own
    }
