"""The benchmark's feed under frictionless-py: with Table Schema's constraints, and with all that it can express.

The latter adds the format of addresses and, as row constraints, what needs more than one cell or arithmetic: a sale
price below the price, the identifiers that an item must have, and the check digit of a GTIN-13. With it frictionless
finds every defect that is planted into the feed; without, all but the wrong sale prices and check digits.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

PRICE = r"\d+(\.\d{1,2})? [A-Z]{3}"
_WEIGHED = " + ".join(f"{3 if place % 2 else 1} * int(gtin[{place}])" for place in range(12))
ROW_CONSTRAINTS = (
    "not sale_price or not price or float(sale_price[:-4]) < float(price[:-4])",
    "gtin or (brand and mpn)",
    f"not gtin or (10 - ({_WEIGHED}) % 10) % 10 == int(gtin[12])",
)


def table_schema(path: Path) -> int:
    """Required, length, pattern, enumeration, unique; answers the number of rows."""
    return _validated(path, url={"type": "string"}, formulas=())


def all_of_frictionless(path: Path) -> int:
    """The same with formats and row constraints; answers the number of rows."""
    return _validated(path, url={"type": "string", "format": "uri"}, formulas=ROW_CONSTRAINTS)


def _validated(path: Path, *, url: dict[str, object], formulas: Sequence[str]) -> int:
    frictionless: Any = import_module("frictionless")
    schema = frictionless.Schema.from_descriptor(
        {"fields": [{"name": name, **field} for name, field in _fields(url).items()]}
    )
    checklist = frictionless.Checklist(
        checks=[frictionless.checks.row_constraint(formula=formula) for formula in formulas]
    )
    with frictionless.system.use_context(trusted=True):
        report = frictionless.Resource(path=str(path), schema=schema).validate(
            checklist, limit_errors=1_000_000
        )
    return int(report.tasks[0].stats["rows"])


def _fields(url: dict[str, object]) -> dict[str, dict[str, object]]:
    """The fields in the order of the feed's columns."""
    url = url | {"constraints": {"required": True, "maxLength": 2000, "pattern": r"https?://\S+"}}
    return {
        "id": {"type": "string", "constraints": {"required": True, "maxLength": 50, "unique": True}},
        "title": _text(150, required=True),
        "description": _text(5000, required=True),
        "link": url,
        "image_link": url,
        "availability": _one_of("in_stock", "out_of_stock", "preorder", "backorder"),
        "price": {"type": "string", "constraints": {"required": True, "pattern": PRICE}},
        "sale_price": {"type": "string", "constraints": {"pattern": PRICE}},
        "brand": _text(70, required=True),
        "gtin": {"type": "string", "constraints": {"pattern": r"\d{8}|\d{12,14}"}},
        "mpn": _text(70),
        "condition": _one_of("new", "refurbished", "used"),
        "google_product_category": _text(750),
        "product_type": _text(750),
        "color": _text(100),
        "gender": _one_of("male", "female", "unisex"),
        "age_group": _one_of("newborn", "infant", "toddler", "kids", "adult"),
    }


def _text(longest: int, *, required: bool = False) -> dict[str, object]:
    return {"type": "string", "constraints": {"required": required, "maxLength": longest}}


def _one_of(*words: str) -> dict[str, object]:
    return {"type": "string", "constraints": {"enum": list(words)}}
