"""Products in the canonical form, feeds of them in several forms of file, and mappings that lead to them.

They need nothing of the feed engine: what is drawn is plain texts, files' bytes and documents.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import strategies as st

Product = Mapping[str, str]
COLUMNS = (
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "availability",
    "price",
    "brand",
    "mpn",
    "gtin",
)
WORDS = ("shoe", "lamp", "Kettle", "größe", "éclair", "Tisch", "bag", "rug", "oak", "blue", "light", "42")


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed as a file: its name, its bytes, and the products that are in it."""

    name: str
    content: bytes
    products: tuple[Product, ...]


@cache
def gtins() -> st.SearchStrategy[str]:
    """GTIN-13s with a right check digit, of a prefix that is nobody's own (GS1 General Specifications, 7.9)."""

    def with_check_digit(number: int) -> str:
        digits = f"400{number:09}"
        total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
        return f"{digits}{-total % 10}"

    return st.integers(0, 999_999_999).map(with_check_digit)


@st.composite
def products(draw: st.DrawFn, *, number: int | None = None, currency: str = "USD") -> Product:
    """A product with Google's attributes in Google's forms, which Google's profile takes.

    `number` makes its id, link and image; with the same `currency` for all of them, every partner takes them.
    """
    own = draw(st.integers(1, 10**6)) if number is None else number
    text = st.lists(st.sampled_from(WORDS), min_size=2, max_size=6).map(" ".join)
    return {
        "id": f"SKU-{own}",
        "title": f"{draw(text)} {own}",
        "description": draw(text),
        "link": f"https://shop.example.com/item?id={own}",
        "image_link": f"https://cdn.example.com/{own}.jpg",
        "availability": draw(st.sampled_from(["in_stock", "out_of_stock"])),
        "price": f"{draw(st.integers(1, 99_999))}.{draw(st.integers(0, 99)):02} {currency}",
        "brand": draw(st.sampled_from(["Acme", "Fernhollow"])),
        "mpn": f"AC-{own}",
        "gtin": draw(gtins()),
    }


@st.composite
def catalogues(draw: st.DrawFn, *, max_size: int = 6) -> tuple[Product, ...]:
    """Some products, each with an id and a GTIN of its own."""
    number = draw(st.integers(1, max_size))
    drawn = [draw(products(number=each)) for each in range(1, number + 1)]
    return tuple({each["gtin"]: each for each in drawn}.values())


@st.composite
def feed_files(draw: st.DrawFn, *, max_size: int = 6) -> FeedFile:
    """A valid feed for Google: CSV, tab-separated, JSON, JSON Lines or RSS."""
    items = draw(catalogues(max_size=max_size))
    name, write = draw(st.sampled_from(list(_WRITERS.items())))
    return FeedFile(name, write(items).encode(), items)


@st.composite
def exports(draw: st.DrawFn) -> tuple[FeedFile, Mapping[str, Any]]:
    """A merchant's CSV export under column names of the merchant's own, and the mapping that leads back."""
    items = draw(catalogues())
    mapping, called = draw(_mappings())
    renamed = [{called[name]: value for name, value in item.items()} for item in items]
    return FeedFile("export.csv", _delimited(renamed, ",").encode(), items), mapping


def mappings() -> st.SearchStrategy[Mapping[str, Any]]:
    """Mappings as documents (docs/mapping.md), of columns with names of the merchant's own."""
    return _mappings().map(lambda drawn: drawn[0])


@st.composite
def _mappings(draw: st.DrawFn) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    order = draw(st.permutations(range(len(COLUMNS))))
    called = {name: f"Field {place}" for name, place in zip(COLUMNS, order, strict=True)}
    attributes = {}
    for name, column in called.items():
        rule: dict[str, Any] = draw(st.sampled_from([{"column": column}, {"columns": [column]}]))
        attributes[name] = rule | (draw(st.sampled_from([{}, {"operations": []}])))
    return {"attributes": attributes}, called


def _delimited(items: Sequence[Product], delimiter: str) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(items[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(items)
    return text.getvalue()


def _rss(items: Sequence[Product]) -> str:
    def element(item: Product) -> str:
        return "".join(f"<g:{name}>{escape(value)}</g:{name}>" for name, value in item.items())

    told = "".join(f"<item>{element(item)}</item>" for item in items)
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">'
    )
    return f"{head}<channel><title>a</title>{told}</channel></rss>"


_WRITERS = {
    "feed.csv": lambda items: _delimited(items, ","),
    "feed.tsv": lambda items: _delimited(items, "\t"),
    "feed.json": lambda items: json.dumps([*items], ensure_ascii=False),
    "feed.jsonl": lambda items: "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items),
    "feed.xml": _rss,
}
