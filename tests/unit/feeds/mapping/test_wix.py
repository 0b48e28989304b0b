"""What a Wix shop's exports may hold beside the usual."""

from pathlib import Path

from tests.unit.feeds.mapping.platform_feeds import BRAND, SHOP, export, made, rows_of

TODAY = {
    "handle": "mug",
    "fieldType": "PRODUCT",
    "name": "Mug",
    "visible": "TRUE",
    "plainDescription": "A mug.",
    "media": "1.jpg",
    "price": "9.50",
    "strikethroughPrice": "12.00",
    "inventory": "",
    "preOrderEnabled": "FALSE",
    "sku": "",
    "productOptionName1": "Farbe",
    "productOptionChoices1": "#ff0000:Rot;#000:Schwarz",
}
BEFORE = {
    "handleId": "mug",
    "fieldType": "Product",
    "name": "Mug",
    "description": "A mug.",
    "productImageUrl": "1.jpg",
    "sku": "",
    "price": "10",
    "surcharge": "",
    "visible": "true",
    "discountMode": "AMOUNT",
    "discountValue": "2.5",
    "inventory": "InStock",
}


def test_variants_of_today(tmp_path: Path) -> None:
    empty = dict.fromkeys(TODAY, "") | {"handle": "mug", "fieldType": "VARIANT"}
    rows = [
        TODAY,
        empty | {"sku": "both", "inventory": "3", "productOptionChoices1": "#ff0000:Rot"},
        empty | {"sku": "price", "price": "11", "inventory": "0", "productOptionChoices1": "Schwarz"},
        empty | {"sku": "hidden", "visible": "FALSE", "inventory": "3"},
        TODAY | {"handle": "cup", "sku": "cup", "inventory": "IN_STOCK", "weight": "0.5"},
        TODAY | {"handle": "jug", "visible": "FALSE"},
        empty | {"handle": "jug", "sku": "of a hidden one", "visible": "TRUE", "inventory": "3"},
    ]
    result, feed = made(export(tmp_path, *rows), tmp_path, SHOP + BRAND)
    found = {
        sku: (row["price"], row["sale_price"], row["availability"], row["color"], row["item_group_id"])
        for sku, row in rows_of(feed).items()
    }
    assert found == {
        "both": ("12.00 EUR", "9.50 EUR", "in_stock", "Rot", "mug"),
        "price": ("11.00 EUR", "", "out_of_stock", "Schwarz", "mug"),
        "cup": ("12.00 EUR", "9.50 EUR", "in_stock", "Schwarz", ""),
    }
    assert rows_of(feed)["cup"]["image_link"] == "https://static.wixstatic.com/media/1.jpg"
    assert result.account.excluded["not visible"] == 3


def test_prices_of_before(tmp_path: Path) -> None:
    empty = dict.fromkeys(BEFORE, "") | {"handleId": "mug", "fieldType": "Variant"}
    rows = [
        BEFORE,
        empty | {"sku": "plain", "surcharge": "0"},
        empty | {"sku": "dearer", "surcharge": "3.25", "inventory": "0"},
        BEFORE | {"handleId": "cup", "sku": "cup", "discountMode": "PERCENT", "discountValue": "10.0"},
        BEFORE | {"handleId": "jug", "sku": "jug", "discountValue": "0"},
    ]
    _, feed = made(export(tmp_path, *rows), tmp_path, SHOP + BRAND)
    assert {
        sku: (row["price"], row["sale_price"], row["availability"]) for sku, row in rows_of(feed).items()
    } == {
        "plain": ("10.00 EUR", "7.50 EUR", "in_stock"),
        "dearer": ("13.25 EUR", "10.75 EUR", "out_of_stock"),
        "cup": ("10.00 EUR", "9.00 EUR", "in_stock"),
        "jug": ("10.00 EUR", "", "in_stock"),
    }
