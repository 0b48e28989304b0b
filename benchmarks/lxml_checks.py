"""The benchmark's feed as RSS under a loop over lxml's items: the checks of `frictionless_checks`, written by hand.

They are what a programmer would write who wants speed: the C parser, one pass, compiled patterns, local names, items
dropped once they are read. It counts what fails by rule and keeps the first lines of each, and does no more.
"""

import re
from collections import Counter, defaultdict
from importlib import import_module
from pathlib import Path
from typing import Any

_MARK = "{http://base.google.com/ns/1.0}"
_PRICE = re.compile(r"\d+(\.\d{1,2})? [A-Z]{3}")
_LINK = re.compile(r"https?://\S+")
_GTIN = re.compile(r"\d{8}|\d{12,14}")
_REQUIRED = ("id", "title", "description", "link", "image_link", "availability", "price", "brand")
_LONGEST = {
    "id": 50,
    "title": 150,
    "description": 5000,
    "link": 2000,
    "image_link": 2000,
    "brand": 70,
    "mpn": 70,
    "google_product_category": 750,
    "product_type": 750,
    "color": 100,
}
_PATTERNS = {"link": _LINK, "image_link": _LINK, "price": _PRICE, "sale_price": _PRICE, "gtin": _GTIN}
_WORDS = {
    "availability": {"in_stock", "out_of_stock", "preorder", "backorder"},
    "condition": {"new", "refurbished", "used"},
    "gender": {"male", "female", "unisex"},
    "age_group": {"newborn", "infant", "toddler", "kids", "adult"},
}
_SAMPLES = 20


def check(path: Path) -> tuple[int, Counter[str]]:
    """How many items there are, and how many fail each rule."""
    etree: Any = import_module("lxml.etree")
    totals: Counter[str] = Counter()
    samples: dict[str, list[int]] = defaultdict(list)
    seen: set[str] = set()
    items = 0
    for _, element in etree.iterparse(str(path), tag="item"):
        items += 1
        item = {child.tag.removeprefix(_MARK): (child.text or "").strip() for child in element}
        for rule in _failing(item, seen):
            totals[rule] += 1
            if len(samples[rule]) < _SAMPLES:
                samples[rule].append(element.sourceline)
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return items, totals


def _failing(item: dict[str, str], seen: set[str]) -> list[str]:
    get = item.get
    failing = [f"{name} is missing" for name in _REQUIRED if not get(name)]
    failing += [f"{name} is too long" for name, most in _LONGEST.items() if len(get(name, "")) > most]
    for name, pattern in _PATTERNS.items():
        if (text := get(name)) and not pattern.fullmatch(text):
            failing.append(f"{name} has a wrong form")
    failing += [f"{name} is no such word" for name, words in _WORDS.items() if get(name, "new") not in words]
    if (own := get("id", "")) in seen:
        failing.append("id stands twice")
    seen.add(own)
    gtin = get("gtin", "")
    if not gtin and not (get("brand") and get("mpn")):
        failing.append("no identifier")
    if len(gtin) == 13 and gtin.isdigit():
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(gtin[:12]))
        if (10 - total % 10) % 10 != int(gtin[12]):
            failing.append("gtin has a wrong check digit")
    price, sale = get("price", ""), get("sale_price", "")
    if _PRICE.fullmatch(price) and _PRICE.fullmatch(sale) and float(sale[:-4]) >= float(price[:-4]):
        failing.append("sale_price is not below price")
    return failing
