"""Exports of well-known interfaces, recognised by their columns and read by preset.

Ids name the kind: part.number.
"""

import csv
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.generation import Generated
from feedscript.feeds.mapping import AttributesUnmatched, Mapping, Preset, Rule, presets, recognised
from feedscript.feeds.mapping import preset as preset_module
from feedscript.feeds.mapping.operations import Micros, Unit, Without
from feedscript.feeds.mapping.preset import read_preset
from feedscript.feeds.profiles import load_profile
from feedscript.feeds.validation.validation import validate
from tests.unit.feeds.mapping.mapped_rows import mapped, worked
from tests.unit.feeds.products import VALID, generate_all

PRICE = {"value": "79.90", "currency": "USD"}
MICROS = {"amountMicros": "79900000", "currencyCode": "USD"}
COMMON: dict[str, object] = {
    name: VALID[name] for name in ("title", "description", "link", "brand", "condition")
}
CONTENT = {
    "kind": "content#product",
    "id": "online:en:US:SKU-1",
    "offerId": "SKU-1",
    "channel": "online",
    "contentLanguage": "en",
    "targetCountry": "US",
    **COMMON,
    "imageLink": VALID["image_link"],
    "additionalImageLinks": ["https://cdn.example.com/a,b.jpg", "https://cdn.example.com/c.jpg"],
    "availability": "in stock",
    "price": PRICE,
    "salePrice": {"value": "69.9", "currency": "USD"},
    "gtin": VALID["gtin"],
    "productTypes": ["Shoes > Running"],
    "productHighlights": ["Light, warm", "Soft"],
    "productDetails": [{"sectionName": "Care", "attributeName": "Wash", "attributeValue": "30"}],
    "shipping": [
        {
            "country": "US",
            "service": "Ground",
            "price": {"value": "5", "currency": "USD"},
            "maxTransitTime": "4",
        },
        {"country": "CA", "price": {"value": "15", "currency": "USD"}},
    ],
    "shippingWeight": {"value": 1.2, "unit": "kg"},
}
MERCHANT_ATTRIBUTES = {
    **COMMON,
    "imageLink": VALID["image_link"],
    "availability": "OUT_OF_STOCK",
    "condition": "NEW",
    "price": MICROS,
    "gtins": [VALID["gtin"]],
    "shipping": [{"country": "US", "price": {"amountMicros": "5490000", "currencyCode": "USD"}}],
    "sizeSystem": "US",
}
MERCHANT = {
    "name": "accounts/1/products/online~en~US~SKU-1",
    "offerId": "SKU-1",
    "feedLabel": "US",
    "productAttributes": MERCHANT_ATTRIBUTES,
}
NUMBERS = {
    **MERCHANT_ATTRIBUTES,
    "availability": 2,
    "condition": 1,
    "gender": 2,
    "ageGroup": 1,
    "sizeSystem": 11,
}
SCHEMA = {
    "@context": "https://schema.org",
    "@type": "Product",
    "sku": "SKU-1",
    "name": VALID["title"],
    "description": VALID["description"],
    "url": VALID["link"],
    "image": [VALID["image_link"], "https://cdn.example.com/side.jpg"],
    "brand": {"@type": "Brand", "name": "Acme"},
    "gtin13": VALID["gtin"],
    "offers": {
        "@type": "Offer",
        "price": 79.9,
        "priceCurrency": "USD",
        "availability": "https://schema.org/InStock",
        "itemCondition": "https://schema.org/NewCondition",
    },
}
PREORDER = {
    "@type": "Offer",
    "price": 79.9,
    "priceCurrency": "USD",
    "availability": "https://schema.org/PreOrder",
    "availabilityStarts": "2031-02-03",
}
GROUP = {
    "@type": "ProductGroup",
    "productGroupID": "G-1",
    "name": VALID["title"],
    "description": VALID["description"],
    "url": VALID["link"],
    "brand": {"@type": "Brand", "name": "Acme"},
    "audience": {"suggestedGender": "unisex"},
    "hasVariant": [
        {
            "sku": "G-1-R",
            "name": "Red bag",
            "color": "Red",
            "image": VALID["image_link"],
            "gtin13": VALID["gtin"],
            "offers": SCHEMA["offers"],
        },
        {
            "sku": "G-1-B",
            "color": "Blue",
            "size": {"@type": "SizeSpecification", "name": "L"},
            "image": [VALID["image_link"], "https://cdn.example.com/side.jpg"],
            "mpn": "M-1",
            "offers": {**PREORDER, "url": "https://shop.example.com/blue"},
        },
        {"@id": "https://shop.example.com/green#product"},
    ],
}


def generated(
    folder: Path, *items: dict[str, object], mapping: Mapping | None = None
) -> tuple[Generated, list[dict[str, str]]]:
    source, feed = folder / "export.jsonl", folder / "feed.csv"
    source.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    result = generate_all(source, feed, mapping=mapping)
    with feed.open(encoding="utf-8", newline="") as file:
        return result, list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("item", "preset", "expected"),
    [
        pytest.param(
            CONTENT,
            "content_api",
            {
                "id": "SKU-1",
                "price": "79.90 USD",
                "sale_price": "69.90 USD",
                "availability": "in_stock",
                "image_link": VALID["image_link"],
                "additional_image_link": "https://cdn.example.com/a%2Cb.jpg,https://cdn.example.com/c.jpg",
                "product_type": "Shoes > Running",
                "product_highlight": '"Light, warm",Soft',
                "product_detail": "Care:Wash:30",
                "shipping": "US::Ground:5 USD::::4,CA:::15 USD",
                "shipping_weight": "1.2 kg",
            },
            id="3.11-content-api",
        ),
        pytest.param(
            MERCHANT,
            "merchant_api",
            {
                "id": "SKU-1",
                "title": VALID["title"],
                "price": "79.90 USD",
                "availability": "out_of_stock",
                "condition": "new",
                "gtin": VALID["gtin"],
                "shipping": "US:::5.49 USD",
                "size_system": "US",
            },
            id="3.11-merchant-api",
        ),
        pytest.param(
            {"offerId": "SKU-1", "attributes": {**MERCHANT_ATTRIBUTES, "gtin": [VALID["gtin"]]}},
            "merchant_api",
            {"id": "SKU-1", "title": VALID["title"], "price": "79.90 USD"},
            id="3.11-merchant-api-v1beta",
        ),
        pytest.param(
            {"offerId": "SKU-1", "productAttributes": NUMBERS},
            "merchant_api",
            {
                "availability": "out_of_stock",
                "condition": "new",
                "gender": "female",
                "age_group": "adult",
                "size_system": "US",
            },
            id="1.13-enumerations-as-numbers",
        ),
        pytest.param(
            {
                "offerId": "SKU-1",
                "product_attributes": {
                    **COMMON,
                    "image_link": VALID["image_link"],
                    "availability": 4,
                    "price": {"amount_micros": "1000000", "currency_code": "USD"},
                },
            },
            "merchant_api",
            {"availability": "in_stock", "price": "1.00 USD", "image_link": VALID["image_link"]},
            id="1.13-in-snake-case",
        ),
        pytest.param(
            SCHEMA,
            "schema_org",
            {
                "id": "SKU-1",
                "title": VALID["title"],
                "link": VALID["link"],
                "price": "79.90 USD",
                "brand": "Acme",
                "gtin": VALID["gtin"],
                "availability": "in_stock",
                "condition": "new",
                "image_link": VALID["image_link"],
                "additional_image_link": "https://cdn.example.com/side.jpg",
            },
            id="3.11-schema-org",
        ),
        pytest.param(
            {**SCHEMA, "image": VALID["image_link"], "brand": "Acme"},
            "schema_org",
            {"brand": "Acme", "image_link": VALID["image_link"], "additional_image_link": ""},
            id="3.11-schema-org-plain",
        ),
        pytest.param(
            {**SCHEMA, "image": {"@type": "ImageObject", "url": VALID["image_link"]}},
            "schema_org",
            {"image_link": VALID["image_link"], "additional_image_link": ""},
            id="3.11-schema-org-image-object",
        ),
        pytest.param(
            {**SCHEMA, "offers": PREORDER},
            "schema_org",
            {"availability": "preorder", "availability_date": "2031-02-03T00:00:00Z"},
            id="3.11-schema-org-preorder",
        ),
    ],
)
def test_case_3_11_an_interfaces_items_are_read_by_preset(
    tmp_path: Path, item: dict[str, object], preset: str, expected: dict[str, str]
) -> None:
    result, (row,) = generated(tmp_path, item)
    assert result.preset == preset
    assert {name: row[name] for name in expected} == expected


def test_case_3_11_a_product_group_is_an_item_for_each_variant(tmp_path: Path) -> None:
    elsewhere = {"@type": "ProductGroup", "name": "Scarf", "hasVariant": [{"@id": "#scarf"}]}
    result, rows = generated(tmp_path, GROUP, {**SCHEMA, "isVariantOf": {"productGroupID": "S-1"}}, elsewhere)
    assert result.preset == "schema_org"
    assert result.account.excluded == {"a group whose variants stand elsewhere": 1}
    names = (
        "id",
        "title",
        "link",
        "price",
        "color",
        "size",
        "item_group_id",
        "brand",
        "gender",
        "mpn",
        "availability_date",
    )
    link, title = VALID["link"], VALID["title"]
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("G-1-R", "Red bag", link, "79.90 USD", "Red", "", "G-1", "Acme", "unisex", "", ""),
        (
            "G-1-B",
            title,
            "https://shop.example.com/blue",
            "79.90 USD",
            "Blue",
            "L",
            "G-1",
            "Acme",
            "unisex",
            "M-1",
            "2031-02-03T00:00:00Z",
        ),
        ("SKU-1", title, link, "79.90 USD", "", "", "S-1", "Acme", "", "", ""),
    ]


def test_case_3_11_variants_on_pages_of_their_own_have_what_their_group_says(tmp_path: Path) -> None:
    shared = {"brand": GROUP["brand"], "material": "Wool", "productGroupID": "G-1"}
    group = {"@type": "ProductGroup", "@id": "#bag", **shared, "hasVariant": [{"@id": "#red"}]}
    variant = {name: value for name, value in SCHEMA.items() if name != "brand"}
    page = {"@type": "WebPage", "name": "Bags", "url": "https://shop.example.com/"}
    result, (row,) = generated(tmp_path, page, {**variant, "isVariantOf": {"@id": "#bag"}}, group)
    assert result.account.excluded == {"no product": 1, "a group whose variants stand elsewhere": 1}
    assert [row[name] for name in ("id", "brand", "material", "item_group_id")] == [
        "SKU-1",
        "Acme",
        "Wool",
        "G-1",
    ]


def test_case_3_11_a_name_within_the_document_is_no_address(tmp_path: Path) -> None:
    without = {name: value for name, value in SCHEMA.items() if name != "url"}
    items = (
        {**without, "sku": address, "@id": address} for address in ("#bag", "https://shop.example.com/bag")
    )
    _, rows = generated(tmp_path, SCHEMA, *items)
    assert [row["link"] for row in rows] == [VALID["link"], "", "https://shop.example.com/bag"]


@pytest.mark.parametrize(
    "item",
    [
        pytest.param(CONTENT, id="3.11-content-api"),
        pytest.param(MERCHANT, id="3.11-merchant-api"),
        pytest.param(SCHEMA, id="3.11-schema-org"),
    ],
)
def test_case_3_11_what_is_made_of_them_is_valid(tmp_path: Path, item: dict[str, object]) -> None:
    generated(tmp_path, item)
    report = validate(tmp_path / "feed.csv", country="US")
    assert [issue.rule.id for issue in report.issues if issue.severity == "error"] == []


def test_case_1_13_what_was_taken_for_what_is_told(tmp_path: Path) -> None:
    result, _ = generated(tmp_path, {"offerId": "SKU-1", "productAttributes": NUMBERS})
    changes = {(each.attribute, each.samples[0].before, each.samples[0].after) for each in result.repairs}
    assert {("availability", "2", "out_of_stock"), ("condition", "1", "new")} <= changes


def test_case_1_13_elsewhere_a_number_is_a_stock_count(tmp_path: Path) -> None:
    result, (row,) = generated(tmp_path, {**VALID, "availability": 2})
    assert (result.preset, row["availability"]) == (None, "in_stock")


@pytest.mark.parametrize("within", ["productAttributes", "attributes", "product_attributes"])
def test_case_1_13_a_number_of_the_interfaces_is_no_stock_count(tmp_path: Path, within: str) -> None:
    result, (row,) = generated(tmp_path, {"offerId": "SKU-1", within: NUMBERS})
    assert (result.preset, row["availability"]) == ("merchant_api", "out_of_stock")


@pytest.mark.parametrize(
    "item",
    [
        pytest.param({"offerId": "SKU-1", **NUMBERS}, id="1.13-not-within-attributes"),
        pytest.param(
            {"offerId": "SKU-1", "productAttributes": {"availability": 2, "title": "Mug"}}, id="1.13-no-price"
        ),
    ],
)
def test_case_1_13_what_is_not_recognised_of_an_interface_is_refused(
    tmp_path: Path, item: dict[str, object]
) -> None:
    with pytest.raises(AttributesUnmatched, match=r"is known to hold .*price"):
        generated(tmp_path, item)


def test_the_merchants_own_mapping_speaks_before_the_preset(tmp_path: Path) -> None:
    own = Mapping({"id": Rule(columns=("productAttributes.mpn",)), "brand": Rule(constant="Fernhollow")})
    item = {**MERCHANT, "productAttributes": {**MERCHANT_ATTRIBUTES, "mpn": "M-1"}}
    result, (row,) = generated(tmp_path, item, mapping=own)
    assert (result.preset, row["id"], row["brand"], row["price"]) == (
        "merchant_api",
        "M-1",
        "Fernhollow",
        "79.90 USD",
    )


@pytest.mark.parametrize(
    "columns",
    [(), ("id", "title", "price"), ("offerId", "price"), ("name", "price", "offers"), tuple(VALID)],
)
def test_other_sources_are_taken_for_no_platforms(columns: tuple[str, ...]) -> None:
    assert recognised(columns) is None


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)
def test_presets_name_attributes_of_google_and_what_is_recognised_once(preset: Preset) -> None:
    known = {attribute.name for attribute in load_profile("google").attributes}
    assert preset.mapping.attributes.keys() <= known
    least = tuple(group[0] for group in preset.recognise)
    assert recognised(least) == preset
    assert all(
        len(column.strip()) > 1 for rule in preset.mapping.attributes.values() for column in rule.columns
    )


def test_a_mistake_in_a_preset_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text("title: a shop\nrecognise: [a]\nattributes:\n  id: {colum: a}\n", "utf-8")
    with pytest.raises(ConfigError, match=re.escape("Unknown field")) as caught:
        read_preset(path)
    assert caught.value.line == 4


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("12990000", "12.99", id="3.11-micros"),
        pytest.param("12000000", "12.00", id="3.11-micros-whole"),
        pytest.param("12995000", "12.995", id="3.11-micros-three-decimals"),
        pytest.param("1", "0.000001", id="3.11-micros-one"),
        pytest.param("0", "0.00", id="3.11-micros-nothing"),
        pytest.param("0012990000", "12.99", id="3.11-micros-zeros"),
        pytest.param(
            "123456789012345678901234567890", "123456789012345678901234.56789", id="3.11-micros-huge"
        ),
        pytest.param("12.99", "12.99", id="3.11-micros-done"),
        pytest.param("-12990000", "-12990000", id="3.11-micros-negative"),
        pytest.param(None, None, id="3.11-micros-null"),
    ],
)
def test_micros(value: str | None, expected: str | None) -> None:
    assert worked(value, Micros()) == expected
    assert worked(expected, Micros()) == expected


@given(st.integers(0, 10**18))
def test_micros_are_exact(micros: int) -> None:
    amount = worked(str(micros), Micros())
    assert amount is not None
    whole, decimals = amount.split(".")
    assert int(whole) * 10**6 + int(decimals.ljust(6, "0")) == micros


def test_a_unit_goes_behind_a_bare_number_alone() -> None:
    mapping = Mapping(
        {"shipping_weight": Rule(operations=(Unit("weight_unit"), Unit("weight_unit")))},
        {"weight_unit": Rule(columns=("unit",))},
    )
    rows = [("1.2", "kg"), ("1.2 g", "kg"), ("1.2", None), (None, "kg"), ("1,2", "kg")]
    found = [mapped(mapping, ("shipping_weight", "unit"), row)["shipping_weight"] for row in rows]
    assert found == ["1.2 kg", "1.2 g", "1.2", None, "1,2 kg"]


def test_without_leaves_the_others_value_out() -> None:
    mapping = Mapping({"one": Rule(), "all": Rule(operations=(Without("one"),))})
    rows = [("a", "a,b,a,c"), ("a", "a"), ("d", "a,b"), (None, "a,b"), ("a", None)]
    assert [mapped(mapping, ("one", "all"), row)["all"] for row in rows] == ["b,c", None, "a,b", "a,b", None]


def test_what_is_kept_of_a_preset_is_what_its_document_says() -> None:
    folder = Path(preset_module.__file__).parent / "presets"
    assert list(presets()) == [read_preset(path) for path in sorted(folder.glob("*.yaml"))]
