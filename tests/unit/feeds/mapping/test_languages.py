"""Exports in many languages become feeds without a mapping; what words mean is one thing, or is told by the headers."""

import csv
from pathlib import Path

import pytest

from feedscript.feeds.generation import generate
from tests.unit.feeds.mapping.exports_by_language import COLUMNS, EXPORTS, Export

SHOP = "https://shop.example.com"
RIGHT = {
    "id": ("A1", "A2", "A3"),
    "link": tuple(f"{SHOP}/{number}" for number in (1, 2, 3)),
    "image_link": tuple(f"{SHOP}/{number}.jpg" for number in (1, 2, 3)),
    "additional_image_link": tuple(f"{SHOP}/{number}b.jpg" for number in (1, 2, 3)),
    "availability": ("in_stock", "out_of_stock", "preorder"),
    "availability_date": ("", "", "2026-11-27T10:00+0100"),
    "price": ("12.90 EUR", "1299.50 EUR", "7.00 EUR"),
    "sale_price": ("", "999.00 EUR", ""),
    "brand": ("Fernhollow",) * 3,
    "condition": ("new", "refurbished", "used"),
    "color": ("Oak", "Ash", "Elm"),
    "size": ("M", "L", "XL"),
    "gender": ("male", "female", "unisex"),
    "age_group": ("adult", "kids", "infant"),
    "adult": ("no", "no", "no"),
    "product_type": ("A > B",) * 3,
}


def exported(export: Export, path: Path) -> Path:
    titles, states, conditions, genders, ages, adults = (
        each.split("|")
        for each in (
            export.titles,
            export.availability,
            export.condition,
            export.gender,
            export.age_group,
            export.adult,
        )
    )
    cells: dict[str, tuple[str, ...] | list[str]] = {
        **RIGHT,
        "title": titles,
        "description": titles,
        "availability": states,
        "availability_date": ("", "", f"{export.day} 10:00 +0100"),
        "price": ("12,90", "1.299,50", "7"),
        "sale_price": ("", "999", ""),
        "currency": ("EUR",) * 3,
        "condition": conditions,
        "gender": genders,
        "age_group": ages,
        "adult": adults,
        "shipping_weight": (export.weight,) * 3,
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(export.headers.split("|"))
        writer.writerows(zip(*(cells[name] for name in COLUMNS), strict=True))
    return path


@pytest.mark.parametrize("language", EXPORTS)
def test_an_export_in_any_language_becomes_a_valid_feed_without_a_mapping(
    tmp_path: Path, language: str
) -> None:
    export = EXPORTS[language]
    feed = tmp_path / "feed.csv"
    made = generate(exported(export, tmp_path / "export.csv"), feed)
    assert (made.unmatched, made.items_written) == ((), 3)
    assert made.rejects is not None
    assert made.rejects.total == 0
    with feed.open(encoding="utf-8", newline="") as file:
        items = [*csv.DictReader(file)]
    assert {name: tuple(item[name] for item in items) for name in RIGHT} == RIGHT
    assert [item["title"] for item in items] == export.titles.split("|")
    assert {item["shipping_weight"] for item in items} <= {"250 g", "0.25 kg"}
