"""Feeds for tests: a valid product, and how to write products down as delimited text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from feedscript.feeds.generation import Generated, Standard, generate
from feedscript.testing.profile.products import write_csv

__all__ = ["VALID", "generate_all", "product", "write_csv"]

VALID: Mapping[str, str] = {
    "id": "SKU-1",
    "title": "Trail running shoe",
    "description": "A light shoe for wet ground.",
    "link": "https://shop.example.com/shoe?id=1",
    "image_link": "https://cdn.example.com/shoe.jpg",
    "availability": "in_stock",
    "price": "79.90 USD",
    "brand": "Acme",
    "gtin": "4006381333931",
    "condition": "new",
}


def product(number: int = 1, **changes: str) -> dict[str, str]:
    """A valid product with its own id and link, and some attributes changed."""
    own = {"id": f"SKU-{number}", "link": f"https://shop.example.com/shoe?id={number}"}
    return {**VALID, **own, **changes}


def generate_all(source: Path, destination: Path, **options: Any) -> Generated:
    """Generate a feed of every item, those at fault too: for tests that are about something else."""
    return generate(source, destination, standard=Standard(exclude=False), **options)
