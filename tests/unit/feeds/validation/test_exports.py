"""An export that is given for a feed is told as one; ids name the kind: part.number."""

from pathlib import Path

import pytest

from feedscript.feeds import Report, validate
from feedscript.feeds.reports import render_html, render_text

HEADERS = {
    "4.12-shopify": ("Shopify", "Handle,Title,Body (HTML),Vendor,Variant SKU,Variant Price"),
    "4.12-shopify-new": ("Shopify", "Title,URL handle,Description,Vendor,SKU,Price,Product image URL"),
    "4.12-woocommerce": ("WooCommerce", 'ID,Type,SKU,Name,"In stock?","Regular price","Tax status",Images'),
    "4.12-magento": ("Magento", "sku,store_view_code,attribute_set_code,product_type,name,price,url_key"),
    "4.12-prestashop": ("PrestaShop", "Product ID,Active (0/1),Name *,Wholesale price,Reference #,EAN13"),
    "4.12-shopware": ("Shopware", "id,product_number,name,price_net,price_gross,manufacturer_name"),
    "4.12-heureka": ("Heureka", "ITEM_ID,PRODUCTNAME,DESCRIPTION,URL,IMGURL,PRICE_VAT"),
    "4.12-yml": ("YML", "id,url,price,currencyId,categoryId,picture,name,vendor"),
    "4.12-awin": ("Awin", "aw_deep_link,product_name,aw_product_id,search_price"),
}


def report(folder: Path, header: str) -> Report:
    source = folder / "export.csv"
    source.write_text(f"{header}\n" + f"{'x,' * header.count(',')}x\n" * 3, "utf-8")
    return validate(source)


@pytest.mark.parametrize("name", HEADERS)
def test_an_export_is_named_above_all_that_follows_from_it(tmp_path: Path, name: str) -> None:
    system, header = HEADERS[name]
    found = report(tmp_path, header)
    first = found.issues[0]
    assert first.rule.id == "google.file.foreign_export"
    assert (
        first.rule.message == f"This looks like a {system} export, not like a feed: generate a feed from it."
    )
    assert not found.valid
    assert "google.brand.missing_required" not in {issue.rule.id for issue in found.issues}
    document = found.document()
    assert document["issues"][0]["code"] == "foreign_export"
    for shown in (render_text(document), render_html(document)):
        assert shown.index(f"looks like a {system} export") < shown.index("missing_required_column")


def test_case_4_12_columns_that_look_like_missing_ones_are_named(tmp_path: Path) -> None:
    found = report(tmp_path, "sku,name,descriptoin,url,picture,stock,price,vendor")
    said = {issue.rule.attribute: issue.rule.message for issue in found.issues if issue.rule.attribute}
    near = {"title": "name", "id": "sku", "link": "url", "image_link": "picture", "brand": "vendor"}
    for attribute, column in (near | {"availability": "stock", "description": "descriptoin"}).items():
        assert said[attribute].endswith(f"; the column `{column}` looks like it."), attribute


def test_case_4_12_a_feed_that_lacks_a_column_is_no_export(tmp_path: Path) -> None:
    found = report(tmp_path, "id,title,description,link,image_link,price,brand,handle,vendor")
    assert {issue.rule.code for issue in found.issues if issue.severity == "error"} >= {
        "missing_required_column"
    }
    assert "foreign_export" not in {issue.rule.code for issue in found.issues}
