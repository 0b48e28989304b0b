"""What a Lightspeed shop's export may hold beside the usual."""

from pathlib import Path

import pytest

from feedscript.feeds.mapping.column_patterns import AmbiguousColumn
from tests.unit.feeds.mapping.platform_feeds import SHOP, export, made, rows_of

ROW = {
    "Internal_ID": "1",
    "Internal_Variant_ID": "11",
    "Visible": "Y",
    "Brand": "Fernhollow",
    "NL_Title_Short": "Mok",
    "NL_Description_Long": "Een mok.",
    "NL_URL": "mok",
    "NL_Category_1": "Keuken",
    "NL_Variant": '"Kleur: Rood", "Maat: L"',
    "Price": "9.50",
    "Price_Old": "12",
    "Stock_Level": "3",
    "Images": "https://cdn.example.com/1.jpg",
    "Weight": "420",
    "Tax": "21",
}


def test_the_language_is_that_of_the_columns(tmp_path: Path) -> None:
    _, feed = made(
        export(tmp_path, ROW), tmp_path, SHOP + "mapping: {inputs: {weight_unit: {constant: g}}}\n"
    )
    row = rows_of(feed)["11"]
    names = ("title", "link", "product_type", "color", "size", "price", "sale_price", "shipping_weight")
    assert tuple(row[name] for name in names) == (
        "Mok",
        "https://shop.example.com/mok.html",
        "Keuken",
        "Rood",
        "L",
        "12.00 EUR",
        "9.50 EUR",
        "420 g",
    )


def test_of_several_languages_one_has_to_be_said(tmp_path: Path) -> None:
    with pytest.raises(AmbiguousColumn, match="NL_Title_Short, EN_Title_Short: name the one that is meant"):
        made(export(tmp_path, ROW | {"EN_Title_Short": "Mug"}), tmp_path, SHOP)
    own = SHOP + "mapping: {attributes: {title: {column: EN_Title_Short}}}\n"
    _, feed = made(export(tmp_path, ROW | {"EN_Title_Short": "Mug"}), tmp_path, own)
    assert rows_of(feed)["11"]["title"] == "Mug"
