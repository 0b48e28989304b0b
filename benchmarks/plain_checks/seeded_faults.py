"""The synthetic feed with a fault for each rule of the profile that can be found in its columns."""
# ruff: noqa: RUF001 - a title in Cyrillic capitals is in capitals, too

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from benchmarks.synthetic_feed import COLUMNS, write_feed

_LONG = "x" * 80
_CLOTHES = "Apparel & Accessories > Clothing > Shirts & Tops"
_BROKEN, _TWICE, _LEFT = "Bag \ufffd strap", "TÃ¼r mit Griff", "Bag {{ product.name }}"
_LINK = "https://shop.example.com/p/1"
#: What is written into an item, by attribute; several values are several elements. Each makes a turn of its own.
FAULTS: tuple[Mapping[str, str | tuple[str, ...]], ...] = (
    *({name: ""} for name in COLUMNS),
    *({name: ("First", "Second")} for name in COLUMNS if name not in {"product_type", "gtin"}),
    *({name: text} for name in ("title", "description", "product_type", "brand", "mpn", "color")
      for text in (_BROKEN, _TWICE, _LEFT, "null", "N/A", "Lorem ipsum dolor sit amet", "[gallery ids=1]")),
    *({name: text} for name in ("title", "description")
      for text in ("CANVAS SHOULDER BAG", "SHOULDERBAGS XL", "СУМКА ЧЕРЕЗ ПЛЕЧО", "Bag <b>bold</b>", "Bag &nbsp; strap",
                   "Bag <!-- note --> strap", "5 < 6 and 7 > 6", "R&D bag", "Bag &copy 2026", "<x-large> bag",
                   "Bag https://example.com/a", "Bag www.example.com", "Bag free shipping", "Bag - SALE", "Bag 20% off",
                   "Bag -20%", "80%-20% wool", "Wholesale bag", "Promocja: torba", "Znizka torba", "Zniżka torba",
                   "Sale sign holder", "Bag, envío gratis", "Save up to 20% today")),
    {"title": "Long title " * 15}, {"description": "Long description. " * 300},
    {"id": "x" * 51}, {"id": "a\u0085b"}, {"id": "SKU-a  b"}, {"id": "SKU-a b"}, {"id": "same"}, {"id": "same"},
    *({name: text} for name in ("link", "image_link")
      for text in ("shop.example.com/p", "ftp://shop.example.com/p", f"{_LINK} {_LINK}", f"{_LINK},{_LINK}",
                   f"{_LINK}?a=1&amp;b=2", f"{_LINK}/{'a' * 2000}", f"{_LINK}/ä", f"{_LINK}/100%", f"{_LINK}/a%20b",
                   "https://1.2.3.4:8080/a#b", "https://shop/p", "https://shop.example.com:99999/p",
                   f"{_LINK}?to={_LINK}", f"{_LINK}/a.pdf", f"{_LINK}/no-image.jpg", f"{_LINK}/a.SVG?size=1",
                   f"{_LINK}/Coming_soon.png", f"{_LINK}/placeholder.jpg")),
    *({"availability": word} for word in ("In stock", "pre_order", "preorder", "backorder", "limited availability",
                                          "soon", "OUT-OF-STOCK")),
    *({name: text} for name in ("price", "sale_price")
      for text in ("12,99", "12.99", "0.00 USD", "-5.00 USD", "12 USD", "012.99 USD", "12.999 USD", "12.99 EUR",
                   "12.00 JPY", "12.50 JPY", "12.999 KWD", "12.99 DEM", "0.00 DEM", "12.99 XXX", "9999.00 USD")),
    *({"google_product_category": text}
      for text in ("166", "3032", "9999999", "12345678", "> Bags", "Bags >", _CLOTHES, _CLOTHES.upper(), "1604",
                   _CLOTHES.replace(" > ", ">"), "Media", "783", "Bags > Unheard of", "a > " * 200 + "b",
                   "Bekleidung & Accessoires > Bekleidung", "Apparel & Accessories > Shoes")),
    *({"google_product_category": text, "brand": "", "mpn": "", "gtin": ""}
      for text in ("Media > Books", "784", "166")),
    *({"google_product_category": "166", "color": "", "gender": "", "age_group": ""} for _ in range(2)),
    {"google_product_category": "Furniture", "color": "", "gender": "", "age_group": ""},
    {"condition": "used", "brand": "", "mpn": "", "gtin": ""}, {"gtin": "", "mpn": ""},
    {"product_type": "x" * 751}, {"product_type": ("Bags", "Bags > null", "null")}, {"product_type": ("Bags",) * 101},
    *({"brand": text} for text in ("N/A", "none", "No Brand", "Generic", _LONG)), {"mpn": _LONG},
    *({"color": text} for text in ("Multicolor", "various", "R", "Red 2", "#ff0000", "Red/Navy", "赤", "x" * 41,
                                   "/".join(["Red"] * 26))),
    *({"gtin": text}
      for text in ("4.0E+11", "12345", "4006381333931", "4006381333932", "4006381-333931", "0-306-40615-2",
                   "030640615X", "0306406153", "04252614", "04252615", "96385074", "20000004", "2000000000008",
                   "0400000000008", "0500000000005", "9810000000007", "9900000000004", "00000000", "400638133393a",
                   "40063813339310")),
    {"gtin": ("4006381333931", "12345")}, {"gtin": ("12345", "4006381333932")}, {"gtin": ("96385074",) * 11},
    {"gtin": ("4006381333931",) * 5}, {"gtin": ("96385074",) * 3},
    *({name: text} for name in ("condition", "gender", "age_group")
      for text in ("New", "Used", "MALE", "Adult", "KIDS", "Refurbished", "unisex", "nothing")),
)  # fmt: skip
_EVERY = 7
#: In the first round each fault is an item's only one, in each later round it meets another one.
_ROUNDS = 8
SEEDED_ITEMS = _ROUNDS * _EVERY * len(FAULTS)


def write_seeded(path: Path, items: int) -> Path:
    """Write the synthetic feed as RSS, with the next of the faults, alone or beside another, in every seventh item."""
    source = path.with_suffix(".csv")
    write_feed(source, items)
    with source.open(newline="", encoding="utf-8") as lines, path.open("w", encoding="utf-8") as feed:
        feed.write(
            '<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>\n'
        )
        feed.writelines(map(_element, _faulty(csv.DictReader(lines))))
        feed.write("</channel></rss>\n")
    source.unlink()
    return path


def _faulty(rows: Iterator[dict[str, str]]) -> Iterator[Mapping[str, str | tuple[str, ...]]]:
    for number, row in enumerate(rows):
        turn, rest = divmod(number, _EVERY)
        if rest:
            yield row
            continue
        before, fault = divmod(turn, len(FAULTS))
        other = FAULTS[(fault * (before + 1) + before) % len(FAULTS)] if before else {}
        yield {**row, **FAULTS[fault], **other}


def _element(item: Mapping[str, str | tuple[str, ...]]) -> str:
    elements = (
        f"<g:{name}>{escape(text)}</g:{name}>\n"
        for name, given in item.items()
        for text in ((given,) if isinstance(given, str) else given)
    )
    return f"<item>\n{''.join(elements)}</item>\n"
