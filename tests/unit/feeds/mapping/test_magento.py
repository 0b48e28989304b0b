"""What a Magento shop's export may hold beside the usual."""

from pathlib import Path

from tests.unit.feeds.mapping.platform_feeds import BRAND, SHOP, export, made, rows_of

ROW = {
    "sku": "M-1",
    "attribute_set_code": "Default",
    "product_type": "simple",
    "categories": "Default Category/Kitchen,Default Category/Kitchen/Mugs",
    "name": "Mug",
    "description": "A mug.",
    "weight": "1.250000",
    "product_online": "1",
    "visibility": "Catalog, Search",
    "price": "9.5000",
    "special_price": "8.0000",
    "special_price_from_date": "",
    "special_price_to_date": "",
    "url_key": "mug",
    "base_image": "m/u/mug.jpg",
    "additional_attributes": "manufacturer=Fernhollow",
    "qty": "3.0000",
    "is_in_stock": "1",
    "configurable_variations": "",
}


def test_a_special_price_is_told_where_its_days_are_sure(tmp_path: Path) -> None:
    days = [
        ("1", "", ""),
        ("2", "2026-11-20", "2026-12-24 00:00:00"),
        ("3", "20.11.26", "24.12.2026"),
        ("4", "11/20/26, 12:00 AM", "12/24/26"),
        ("5", "20/11/2026", "24/12/2026"),
        ("6", "11/2/26", "12/24/26"),
        ("7", "2026-11-20", ""),
        ("8", "", "2026-12-24"),
    ]
    rows = [
        ROW | {"sku": sku, "special_price_from_date": begins, "special_price_to_date": ends}
        for sku, begins, ends in days
    ]
    _, feed = made(export(tmp_path, *rows), tmp_path, SHOP + BRAND)
    found = {sku: (row["sale_price"], row["sale_price_effective_date"]) for sku, row in rows_of(feed).items()}
    both = ("8.00 EUR", "2026-11-20T00:00:00Z/2026-12-24T23:59:59Z")
    assert found == {
        "1": ("8.00 EUR", ""),
        **dict.fromkeys("2345", both),
        **dict.fromkeys("678", ("", "")),
    }


def test_what_a_shop_has_otherwise_is_said(tmp_path: Path) -> None:
    own = SHOP + (
        "mapping:\n  inputs: {weight_unit: {constant: lbs}}\n  attributes:\n"
        "    sale_price: {column: special_price}\n    link: {cases: [\n"
        '      {if: {column: parent url_key, present: true}, then: "{source.base_url}/{parent url_key|url}"},\n'
        '      {else: "{source.base_url}/{url_key|url}"}]}\n'
    )
    _, feed = made(
        export(tmp_path, ROW | {"special_price_from_date": "11/2/26", "price": "1299.0000"}), tmp_path, own
    )
    row = rows_of(feed)["M-1"]
    assert (row["shipping_weight"], row["price"], row["sale_price"]) == ("1.25 lb", "1299.00 EUR", "8.00 EUR")
    assert (row["link"], row["image_link"]) == (
        "https://shop.example.com/mug",
        "https://shop.example.com/media/catalog/product/m/u/mug.jpg",
    )


def test_variations_share_the_fate_of_their_product(tmp_path: Path) -> None:
    def product(sku: str, **changes: str) -> list[dict[str, str]]:
        variation = ROW | {"sku": f"{sku}-S", "visibility": "Not Visible Individually"}
        named = {"product_type": "configurable", "configurable_variations": f"size=S,sku={sku}-S|sku={sku}-M"}
        return [variation, ROW | {"sku": sku, **named, **changes}]

    rows = [
        *product("A", url_key="a"),
        *product("B", product_online="2"),
        *product("C", visibility="Not Visible Individually"),
    ]
    result, feed = made(export(tmp_path, *rows), tmp_path, SHOP + BRAND)
    assert {sku: row["item_group_id"] for sku, row in rows_of(feed).items()} == {"A-S": "A"}
    assert result.account.excluded["disabled"] == 2
