"""A generation over row steps: which items there are, and the account of the rows that made none."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from feedscript.feeds.config import load_config
from feedscript.feeds.engine.errors import BadConfig, ConfigError
from feedscript.feeds.generation import EmptyFeed, Generated, Standard, generate

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


def made(folder: Path, export: str, merchant: str, **wishes: Any) -> Generated:
    (folder / "merchants").mkdir()
    (folder / "merchants" / "m.yaml").write_text(merchant, "utf-8")
    config, _ = load_config(folder, partner_id=None, merchant_id="m")
    source = folder / "export.csv"
    source.write_text(export, "utf-8")
    asked = {"max_lost_ratio": config.generation.max_lost_ratio or 0.01, "standard": Standard(exclude=False)}
    return generate(source, folder / "feed.csv", mapping=config.mapping, **(asked | wishes))


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


STEPS = """\
rows:
  - exclude: {if: {column: status, in: [draft]}, reason: a draft}
  - fill_down: {group: handle, columns: [title]}
  - split: {columns: [id], separators: "/"}
  - join_variants: {group: group, lowest: [price]}
  - sort: {column: order, numbers: true}
"""
#: With a row of two lines, one that cannot be read, and one that is left out; four items are wrong.
ROWS = (
    "handle,title,id,group,price,order,status\n"
    'A,"Mug,\nred",A-1,,x,5,\n'
    "A,,A-2,,1.00 USD,4,\n"
    "ragged\n"
    "B,Cup,B-1,,1.00 USD,1,draft\n"
    "C,Pot,C-1/C-2,,y,3,\n"
    "D,Jar,D-1,D,2.00 USD,2,\n"
    "D,Jar,D-2,D,z,9,\n"
    "E,Jar,E-1,D,1.00 USD,9,\n"
    "F,,F-1,,1.00 USD,1,\n"
)
REST = """\
mapping:
  attributes:
    link: {template: "https://shop.example.com/{id|url}"}
    image_link: {constant: "https://cdn.example.com/1.jpg"}
    description: {constant: A pot}
    availability: {constant: in_stock}
    brand: {constant: Acme}
    mpn: {column: id}
"""


def as_json(text: str) -> str:
    rows = list(csv.DictReader(text.replace("ragged\n", "").splitlines(keepends=True)))
    return json.dumps(rows, indent=0)


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        ("csv", {"F-1": (9, 11), "C-1": (5, 7), "C-2": (5, 7), "A-1": (1, 2)}),
        ("json", {"F-1": (8, None), "C-1": (4, None), "C-2": (4, None), "A-1": (1, None)}),
    ],
)
def test_a_reject_stands_where_its_first_row_does(
    kind: str, places: dict[str, tuple[int, int | None]], tmp_path: Path
) -> None:
    export = ROWS if kind == "csv" else as_json(ROWS)
    made(tmp_path, export, STEPS + REST, standard=Standard(max_rejected_ratio=1.0), max_lost_ratio=0.5)
    with gzip.open(tmp_path / "feed.csv.rejects.jsonl.gz", "rt", encoding="utf-8") as file:
        told = [json.loads(line) for line in file]
    errors = {each["item_id"]: (each["item"], each["line"]) for each in told if each["severity"] == "error"}
    if kind == "json":
        errors = {name: (item, None) for name, (item, _) in errors.items()}
    assert errors == places
    assert [*errors] == [*places]


def test_a_feed_of_which_every_row_is_left_out_is_not_published(tmp_path: Path) -> None:
    every = MERCHANT.replace("[draft, archived]", "[draft, active]")
    with pytest.raises(EmptyFeed, match=r"row steps leave out every row .*not published x3"):
        made(tmp_path, EXPORT, every)


OFFERS = """<yml_catalog><shop><categories>
<category id="1">Home</category><category id="2" parentId="1">Mugs &amp; cups</category>
<category id="3" parentId="4">A</category><category id="4" parentId="3">B</category></categories><offers>
<offer id="5"><name>Mug</name><description>A mug</description><url>https://a.example/5</url>
<picture>https://a.example/5.jpg</picture><price>5 EUR</price><categoryId>2</categoryId></offer>
<offer id="6"><name>Cup</name><description>A cup</description><url>https://a.example/6</url>
<picture>https://a.example/6.jpg</picture><price>6 EUR</price><categoryId>3</categoryId></offer>
</offers></shop></yml_catalog>"""
LOOK_UP = """\
rows:
  - look_up: {column: categoryId, item: category, key: id, take: {Category path: text}, parent: parentId}
  - look_up: {column: id, file: labels.csv, key: sku, take: {Label: label}}
mapping:
  attributes:
    id: {column: id}
    availability: {constant: in_stock}
    product_type: {column: Category path}
    custom_label_0: {column: Label}
"""


def written(folder: Path) -> list[dict[str, str]]:
    with (folder / "feed.csv").open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def test_values_are_looked_up_in_another_list_of_the_file_and_in_another_file(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "labels.csv").write_text("SKU,Label\n6,new\n6,other\n7,old\nragged\n", "utf-8")
    result = made(tmp_path, OFFERS, LOOK_UP)
    assert [(item["id"], item["product_type"], item["custom_label_0"]) for item in written(tmp_path)] == [
        ("5", "Home > Mugs & cups", ""),
        ("6", "A", "new"),
    ]
    assert (result.account.items, result.account.lost) == (2, {})


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("item: category,", "item: catgory,", "the list 'catgory'"),
        ("labels.csv", "nolabels.csv", "there is no file"),
        (
            "take: {Label: label}",
            "take: {Label: lable}",
            r"step 2 \(look_up\) the column 'labels.csv: lable'",
        ),
    ],
)
def test_a_list_or_a_column_of_it_that_is_not_there_is_a_mistake(
    tmp_path: Path, old: str, new: str, cause: str
) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "labels.csv").write_text("SKU,Label\n6,new\n", "utf-8")
    with pytest.raises(BadConfig, match=cause):
        made(tmp_path, OFFERS, LOOK_UP.replace(old, new))


def test_a_list_is_no_way_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="without folders"):
        made(tmp_path, OFFERS, LOOK_UP.replace("labels.csv", "../merchants/m.yaml"))
