"""The sample products, as an export in the canonical product's names and forms."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from feedscript.feeds import load_profile
from feedscript.feeds.profiles.model import Profile
from feedscript.testing.profile.samples import sample

#: When the products are on sale.
AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
#: What lines of a partner's file tell of the shop.
SHOP: Mapping[str, str] = {"mid": "4321", "company": "Acme", "time": "2026.08.01/00:00:00"}
_LONG_TEXT = "A light shoe for wet ground, sewn by hand; its sole is made of cork, and lasts. "

#: The plain one comes first: a single value in every cell.
PRODUCTS: tuple[Mapping[str, str], ...] = (
    {},
    {"availability": "out_of_stock", "condition": "used", "gender": "male", "age_group": "newborn"},
    {"availability": "preorder", "availability_date": "2026-09-01T00:00+00:00", "gender": "female"},
    {"availability": "backorder", "availability_date": "2026-09-01T00:00+00:00", "condition": "refurbished"},
    {
        "sale_price": "59.90 USD",
        "sale_price_effective_date": "2026-07-20T00:00+00:00/2026-09-20T23:59+00:00",
        "gender": "unisex",
        "age_group": "infant",
    },
    {
        "additional_image_link": "https://cdn.example.com/back%2Cleft.jpg,https://cdn.example.com/a,b.jpg",
        "age_group": "toddler",
    },
    {
        "additional_image_link": ",".join(f"https://cdn.example.com/{view}.jpg" for view in range(10)),
        "age_group": "kids",
    },
    {
        "title": "Trail running shoe with a cork sole " * 4,
        "description": _LONG_TEXT * 62,
        "age_group": "adult",
        "item_group_id": "SHOE",
        "color": "Red/Navy",
        "size": "42 2/3",
        "material": "Cotton/Polyester",
        "pattern": "Plain",
    },
    {
        "product_type": "Sport > Shoes > Trail,Outdoor > Shoes",
        "product_highlight": '"Dries fast, even in rain",Sewn by hand',
        "google_product_category": "Apparel & Accessories > Shoes",
        "age_group": "adult",
        "gender": "female",
        "color": "Blue",
        "size": "38",
    },
    {
        "shipping": "US:CA:Ground:4.99 USD,US:NY:Ground:5.99 USD",
        "shipping_weight": "1.2 kg",
        "custom_label_0": "summer",
        "custom_label_4": "Größe, éléphant",
    },
    {"gtin": "", "mpn": "", "brand": "Fernhollow", "identifier_exists": "no", "adult": "no"},
    {
        "title": 'Shoe "Trail", 2nd edition; light | dry',
        "size_type": "big",
        "size_system": "EU",
        "is_bundle": "yes",
    },
)


def canonical_rows(profile: Profile) -> Iterator[dict[str, str]]:
    """The sample products, with a value for whatever else this partner asks for."""
    base = {each.name: each for each in load_profile("google").attributes}
    asked = {
        each.origin: sample(base.get(each.origin, each), AS_OF)
        for each in profile.attributes
        if each.required and each.cell.constant is None
    }
    for number, changes in enumerate(PRODUCTS, start=1):
        yield asked | {
            "id": f"SKU-{number}",
            "title": f"Trail running shoe {number}",
            "description": "A light shoe for wet ground.",
            "link": f"https://shop.example.com/shoe?id={number}",
            "image_link": f"https://cdn.example.com/shoe-{number}.jpg",
            "availability": "in_stock",
            "price": "79.90 USD",
            "brand": "Acme",
            "gtin": "4006381333931",
            "mpn": f"AC-{number}",
            "condition": "new",
            **changes,
        }


def write_export(path: Path, profile: Profile) -> Path:
    """The sample products as delimited text."""
    return write_csv(path, canonical_rows(profile))


def write_csv(path: Path, products: Iterable[Mapping[str, str]], delimiter: str = ",") -> Path:
    """Write products with every attribute that any of them has."""
    rows = list(products)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, delimiter=delimiter, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
