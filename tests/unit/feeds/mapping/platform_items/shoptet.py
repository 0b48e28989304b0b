"""Items of Shoptet's export, in Windows-1250."""

from tests.unit.feeds.mapping.platform_items.item import (
    BOWL,
    BRUSH,
    CANDLES,
    LINEN,
    MUG,
    OAK,
    PRESS,
    SCOOP,
    TOWEL,
    Expected,
    Item,
    item,
)

_MADE = "Poctivá ruční práce z malé dílny, vhodná do každé kuchyně. Zboží je skladem a ihned připravené k odeslání."


def _of(title: str, text: str, *values: str) -> Item:
    return item(title, f"{text} {_MADE}", *values)


# fmt: off
_ITEMS = {
    # The price against the usual one.
    "SM-001": _of("Stone mug", MUG, "stone-mug/", "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                  "450.00 CZK", "362.50 CZK", "9520000000011", "101", "Slate", "", "0.42 kg", "Kuchyň > Hrnky"),
    "SM-002": _of("Stone mug", MUG, "stone-mug/", "stone-mug-2", "stone-mug-1 stone-mug-3", "out_of_stock",
                  "450.00 CZK", "362.50 CZK", "9520000000028", "101", "Sand", "", "0.42 kg", "Kuchyň > Hrnky"),
    # 805.785124 without 21 % of tax.
    "LA-004": _of("Linen apron", LINEN, "linen-apron/", "linen-apron-1", "linen-apron-2", "in_stock",
                  "975.00 CZK", "", "9520000000042", "", "", "", "0.26 kg", "Kuchyň > Zástěry"),
    "OB-006": _of("Oak board", OAK, "oak-board/", "oak-board-2", "oak-board-1", "out_of_stock",
                  "1225.00 CZK", "", "9520000000066", "106", "", "M", "1.25 kg", "Kuchyň > Prkénka"),
    "TT-010": _of("Tea towel", TOWEL, "tea-towel/", "tea-towel-1", "tea-towel-2", "in_stock",
                  "322.50 CZK", "", "9520000000103", "110", "Rust", "50 x 70", "0.11 kg", "Kuchyň > Utěrky"),
    "117": _of("Clay bowl", BOWL, "clay-bowl/", "clay-bowl-1", "", "in_stock",
               "431.25 CZK", "", "", "", "", "", "0.51 kg", "Kuchyň > Misky"),
    "CP-015": _of("Café press", PRESS, "cafe-press/", "cafe-press-1", "cafe-press-2", "in_stock",
                  "997.50 CZK", "872.50 CZK", "9520000000158", "", "", "", "0.78 kg", "Kuchyň > Káva"),
    "120/BRA": _of("Candle holder", CANDLES, "candle-holder/", "candle-holder-1", "", "out_of_stock",
                   "275.00 CZK", "", "9520000000189", "120", "Brass", "", "0.15 kg", "Kuchyň > Svíčky"),
    "CS-039": _of("Coffee scoop", SCOOP, "coffee-scoop/", "coffee-scoop-1", "", "in_stock",
                  "312.50 CZK", "250.00 CZK", "9520000000394", "", "", "", "0.045 kg", "Kuchyň > Káva")
              | {"sale_price_effective_date": "2026-11-20T00:00:00Z/2026-12-24T23:59:59Z"},
    "DB-040": _of("Dish brush", BRUSH, "dish-brush/", "dish-brush-1", "", "in_stock",
                  "197.50 CZK", "", "9520000000400", "", "", "", "0.07 kg", "Kuchyň > Úklid"),
}
# fmt: on

SHOPTET = Expected("shoptet", _ITEMS, {"not visible": 4}, shop="base_url: https://shop.example.com/")
