"""What a Squarespace site's export may hold beside the usual."""

from pathlib import Path

import yaml

from feedscript.feeds.generation.preview import preview
from feedscript.feeds.generation.suggestion import suggested
from tests.unit.feeds.mapping.platform_feeds import SHOP, export, made, rows_of, source_of

ROW = {
    "Product ID [Non Editable]": "p1",
    "Variant ID [Non Editable]": "v1",
    "Product Page": "our store",
    "Product URL": "mug",
    "Title": "Mug",
    "Description": "A mug.",
    "SKU": "",
    "Price": "9.50",
    "Sale Price": "8.00",
    "On Sale": "Yes",
    "Stock": "Unlimited",
    "Weight": "0.5",
    "Visible": "Yes",
    "Hosted Image URLs": " https://cdn.example.com/1.jpg\nhttps://cdn.example.com/2.jpg  https://cdn.example.com/3.jpg",
}


def test_rows_below_the_first(tmp_path: Path) -> None:
    below = dict.fromkeys(ROW, "")
    rows = [
        ROW,
        below
        | {
            "Variant ID [Non Editable]": "v2",
            "Price": "9.50",
            "Sale Price": "0.00",
            "On Sale": "Yes",
            "Stock": "0",
        },
        below | {"Variant ID [Non Editable]": "v3", "Price": "9.50", "Sale Price": "9.50", "Visible": "No"},
        ROW | {"Product ID [Non Editable]": "p2", "Variant ID [Non Editable]": "v4", "Visible": "No"},
        below | {"Variant ID [Non Editable]": "v5", "Price": "9.50", "Visible": "Yes"},
    ]
    own = "mapping: {attributes: {brand: {constant: A}}, inputs: {weight_unit: {constant: lb}}}\n"
    result, feed = made(export(tmp_path, *rows), tmp_path, SHOP + own)
    found = rows_of(feed)
    names = ("price", "sale_price", "availability", "item_group_id", "shipping_weight", "link")
    link = "https://shop.example.com/our%20store/p/mug"
    assert {sku: tuple(row[name] for name in names) for sku, row in found.items()} == {
        "v1": ("9.50 EUR", "8.00 EUR", "in_stock", "p1", "0.5 lb", link),
        "v2": ("9.50 EUR", "", "out_of_stock", "p1", "0.5 lb", link),
    }
    assert found["v2"]["image_link"] == "https://cdn.example.com/1.jpg"
    assert (
        found["v2"]["additional_image_link"] == "https://cdn.example.com/2.jpg,https://cdn.example.com/3.jpg"
    )
    assert result.account.excluded == {"not visible": 3}


def test_a_path_is_no_link_while_the_address_of_the_site_is_not_said() -> None:
    text = suggested(preview(source_of("squarespace"), values=1), "squarespace")
    assert "#   base_url: https://shop.example" in text
    assert "link" not in yaml.safe_load(text)["mapping"]["attributes"]
