"""Two feeds in any format: which items are added, removed and changed, and in which attributes."""

import gzip
import json
import random
from pathlib import Path

import pytest

from feedscript.feeds.comparison.comparing import compare
from feedscript.feeds.comparison.side import IdMissing
from feedscript.feeds.engine.errors import SourceUnavailable, SourceUnreadable
from tests.feeds_writing import FORMATS, Product, write_feed
from tests.unit.feeds.products import product

MANY = {"additional_image_link": "https://cdn.example.com/1.jpg,https://cdn.example.com/2.jpg"}


def written(folder: Path, name: str, items: list[Product], form: str = "csv") -> Path:
    path = folder / name
    path.write_bytes(write_feed(form, items))
    return path


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_items_in_any_format_and_order_are_the_same(form: str, tmp_path: Path) -> None:
    items = [product(number) for number in range(20)]
    turned = [dict(reversed(item.items())) for item in random.Random(1).sample(items, len(items))]
    changes = compare(written(tmp_path, "old", items), written(tmp_path, "new", turned, form))
    assert changes.same, changes.document()
    assert (changes.old.items, changes.new.items) == (20, 20)


def test_several_values_are_the_same_however_they_are_parted(tmp_path: Path) -> None:
    listed = product(1) | {"additional_image_link": MANY["additional_image_link"].split(",")}  # type: ignore[dict-item]
    (tmp_path / "new").write_text(json.dumps([listed]), "utf-8")
    assert compare(written(tmp_path, "old", [product(1, **MANY)]), tmp_path / "new").same


@pytest.mark.parametrize("form", ["csv", "rss", "jsonl"])
def test_what_differs_is_told_by_attribute(form: str, tmp_path: Path) -> None:
    old = [product(1), product(2), product(3), product(4, **MANY)]
    new = [product(5), product(2, price="5.00 USD", title="Boot"), product(3, title="Boot"), product(4)]
    changes = compare(written(tmp_path, "old", old), written(tmp_path, "new", new, form))
    assert (changes.added, changes.removed, changes.changed) == (1, 1, 3)
    assert changes.by_attribute == {"title": 2, "price": 1, "additional_image_link": 1}
    assert (changes.first_added, changes.first_removed) == (("SKU-5",), ("SKU-1",))
    assert [(each.item_id, dict(each.values)) for each in changes.first_changed] == [
        ("SKU-2", {"title": ("Trail running shoe", "Boot"), "price": ("79.90 USD", "5.00 USD")}),
        ("SKU-3", {"title": ("Trail running shoe", "Boot")}),
        ("SKU-4", {"additional_image_link": (MANY["additional_image_link"].replace(",", "\x1f"), None)}),
    ]


def test_of_items_with_one_id_each_is_compared_with_its_like(tmp_path: Path) -> None:
    old = [product(1), product(1, title="B"), product(2)]
    new = [product(2), product(1), product(1, title="C"), product(1, title="D")]
    changes = compare(written(tmp_path, "old", old), written(tmp_path, "new", new))
    assert (changes.added, changes.removed, changes.changed) == (1, 0, 1)
    assert changes.first_changed[0].values == {"title": ("B", "C")}


def test_columns_that_no_profile_knows_are_compared_too(tmp_path: Path) -> None:
    old, new = product(1) | {"Shelf No": "1"}, product(1) | {"shelf_no": "2"}
    changes = compare(written(tmp_path, "old", [old]), written(tmp_path, "new", [new]))
    assert changes.by_attribute == {"shelf_no": 1}


def test_every_change_is_listed_on_request(tmp_path: Path) -> None:
    old = [product(number) for number in range(50)]
    new = [product(number, title="Boot") for number in range(25, 75)]
    listing = tmp_path / "changes.jsonl.gz"
    changes = compare(
        written(tmp_path, "old", old), written(tmp_path, "new", new), listing=listing, samples=2
    )
    assert len(changes.first_added) == len(changes.first_removed) == len(changes.first_changed) == 2
    with gzip.open(listing, "rt", encoding="utf-8") as file:
        told = [json.loads(line) for line in file]
    assert told == [
        *({"change": "changed", "item_id": f"SKU-{n}", "attributes": ["title"]} for n in range(25, 50)),
        *({"change": "added", "item_id": f"SKU-{n}"} for n in range(50, 75)),
        *({"change": "removed", "item_id": f"SKU-{n}"} for n in range(25)),
    ]


def test_records_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    old = written(tmp_path, "old", [product(1), product(2)])
    new = written(tmp_path, "new", [product(1), product(2)])
    new.write_text(new.read_text("utf-8") + "SKU-3,only\n", "utf-8")
    changes = compare(old, new)
    assert (changes.same, changes.new.unread) == (True, 1)


def test_the_key_may_be_another(tmp_path: Path) -> None:
    old, new = ([{"ean": "1", "name": name}] for name in ("Mug", "Cup"))
    paths = written(tmp_path, "old", old), written(tmp_path, "new", new)
    assert compare(*paths, key="ean").by_attribute == {"name": 1}
    with pytest.raises(IdMissing, match="no column 'id'"):
        compare(*paths)


def test_what_cannot_be_read_whole_is_not_compared(tmp_path: Path) -> None:
    good, bad = written(tmp_path, "old", [product(1)]), tmp_path / "new"
    bad.write_text("<products><product><id>1</id></product><prod", "utf-8")
    with pytest.raises(SourceUnreadable):
        compare(good, bad)
    with pytest.raises(SourceUnavailable):
        compare(tmp_path / "none", good)
