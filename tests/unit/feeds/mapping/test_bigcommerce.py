"""What a BigCommerce shop's exports may hold beside the usual."""

from pathlib import Path

from tests.unit.feeds.mapping.platform_feeds import BRAND, SHOP, export, made, rows_of

ROW = {
    "Item": "Product",
    "ID": "1",
    "Name": "Mug",
    "SKU": "M-1",
    "Options": "",
    "Inventory Tracking": "product",
    "Current Stock": "3",
    "Price": "9.50",
    "Sale Price": "8.00",
    "Description": "A mug.",
    "Product URL": "/mug/",
    "Is Visible": "TRUE",
    "Weight": "1.5000",
    "Variant Image URL": "",
    "Internal Image URL (Export)": "",
    "Image Sort Order": "",
}
EMPTY = dict.fromkeys(ROW, "")
PICTURE = EMPTY | {"Item": "Image", "ID": "1", "Internal Image URL (Export)": "https://cdn.example.com/1.jpg"}
VARIANT = EMPTY | {"Item": "Variant", "ID": "1", "SKU": "M-R", "Options": "Type=Swatch|Name=Colour|Value=Red"}


def test_what_a_variants_price_and_offer_are(tmp_path: Path) -> None:
    variants = [
        ("neither", "", ""),
        ("price", "12.00", ""),
        ("both", "12.00", "11.00"),
        ("offer", "", "7.00"),
        ("zero", "0.00", "0.00"),
    ]
    rows = [VARIANT | {"SKU": sku, "Price": price, "Sale Price": sale} for sku, price, sale in variants]
    _, feed = made(export(tmp_path, ROW, *rows, PICTURE), tmp_path, SHOP + BRAND)
    assert {sku: (row["price"], row["sale_price"]) for sku, row in rows_of(feed).items()} == {
        "neither": ("9.50 EUR", "8.00 EUR"),
        "price": ("12.00 EUR", ""),
        "both": ("12.00 EUR", "11.00 EUR"),
        "offer": ("9.50 EUR", "7.00 EUR"),
        "zero": ("9.50 EUR", "8.00 EUR"),
    }


def test_whose_stock_counts(tmp_path: Path) -> None:
    stocks = [
        ("untracked", "none", "0", "0"),
        ("products", "product", "2", ""),
        ("no products", "product", "0", "5"),
        ("no variants", "variant", "9", "0"),
        ("variants", "variant", "0", "1"),
    ]
    rows = [
        row
        for number, (sku, tracking, product, variant) in enumerate(stocks)
        for row in (
            ROW | {"ID": str(number), "Inventory Tracking": tracking, "Current Stock": product},
            VARIANT | {"SKU": sku, "Current Stock": variant},
            PICTURE,
        )
    ]
    weighed = "mapping: {attributes: {brand: {constant: A}}, inputs: {weight_unit: {constant: lb}}}\n"
    _, feed = made(export(tmp_path, *rows), tmp_path, SHOP + weighed)
    found = rows_of(feed)
    assert {sku: (row["availability"], row["item_group_id"]) for sku, row in found.items()} == {
        "untracked": ("in_stock", "0"),
        "products": ("in_stock", "1"),
        "no products": ("out_of_stock", "2"),
        "no variants": ("out_of_stock", "3"),
        "variants": ("in_stock", "4"),
    }
    assert {(row["color"], row["shipping_weight"]) for row in found.values()} == {("Red", "1.5 lb")}
