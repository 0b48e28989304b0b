"""A generation over row steps: which items there are, and the account of the rows that made none."""

import csv
from pathlib import Path

import pytest

from feedscript.feeds.config import load_config
from feedscript.feeds.generation import EmptyFeed, Generated, generate

EXPORT = (
    "Handle,Title,Body (HTML),Vendor,Variant SKU,Variant Price,Image Src,Status\n"
    'mug,Mug,A mug,Fernhollow,M-R,"9,50 EUR",https://cdn.example.com/1.jpg,active\n'
    'mug,,,,M-B,"9,90 EUR",https://cdn.example.com/2.jpg,\n'
    "mug,,,,,,https://cdn.example.com/3.jpg,\n"
    'cup,Cup,A cup,Fernhollow,C-1,"5,00 EUR",https://cdn.example.com/4.jpg,draft\n'
    "ragged\n"
)
MERCHANT = """\
rows:
  - fill_down: {group: Handle, columns: [Title, Body (HTML), Vendor, Status]}
  - collect: {group: Handle, column: Image Src, into: pictures, drop: {column: Variant SKU, present: false}}
  - exclude: {if: {column: Status, in: [draft, archived]}, reason: not published}
mapping:
  attributes:
    id: {column: Variant SKU}
    price: {column: Variant Price}
    link: {template: "https://shop.example.com/products/{Handle|url}"}
    additional_image_link: {column: pictures}
    availability: {constant: in_stock}
generation: {max_lost_ratio: 0.5}
"""


def made(folder: Path, export: str, merchant: str) -> Generated:
    (folder / "merchants").mkdir()
    (folder / "merchants" / "m.yaml").write_text(merchant, "utf-8")
    config, _ = load_config(folder, partner_id=None, merchant_id="m")
    source = folder / "export.csv"
    source.write_text(export, "utf-8")
    return generate(
        source, folder / "feed.csv", mapping=config.mapping, max_lost_ratio=config.max_lost_ratio or 0.01
    )


def test_items_are_made_of_the_rows_that_stay_and_all_others_are_told(tmp_path: Path) -> None:
    result = made(tmp_path, EXPORT, MERCHANT)
    with (tmp_path / "feed.csv").open(encoding="utf-8", newline="") as file:
        items = [*csv.DictReader(file)]
    assert [(item["title"], item["link"], item["price"]) for item in items] == [
        ("Mug", "https://shop.example.com/products/mug", "9.50 EUR"),
        ("Mug", "https://shop.example.com/products/mug", "9.90 EUR"),
    ]
    assert items[1]["additional_image_link"].count("https://") == 3
    account = result.account
    assert (account.seen, account.read, account.lost, account.items) == (5, 4, {"ragged_row": 1}, 2)
    assert account.excluded == {
        "a row of Image Src alone, collected into pictures": 1,
        "not published": 1,
    }
    assert "2 rows left out" in result.headline()
    assert result.items_written == 2


def test_samples_of_repairs_are_of_the_items_that_were_written(tmp_path: Path) -> None:
    repairs = made(tmp_path, EXPORT, MERCHANT).repairs
    (price,) = (each for each in repairs if each.attribute == "price")
    assert [(each.before, each.after) for each in price.samples] == [
        ("9,50 EUR", "9.50 EUR"),
        ("9,90 EUR", "9.90 EUR"),
    ]


def test_a_feed_of_which_every_row_is_left_out_is_not_published(tmp_path: Path) -> None:
    every = MERCHANT.replace("[draft, archived]", "[draft, active]")
    with pytest.raises(EmptyFeed, match=r"row steps leave out every row .*not published x3"):
        made(tmp_path, EXPORT, every)
