"""Items of BigCommerce's exports, today's and the legacy one."""

from tests.unit.feeds.mapping.platform_items.item import (
    BOWL,
    BRUSH,
    CANDLES,
    LINEN,
    MUG,
    OAK,
    PRESS,
    SHOP,
    TOWEL,
    Expected,
    Item,
    item,
)


def _of(*values: str) -> Item:
    """Weights have no unit, and are not told."""
    found = item(*values[:-1], "", values[-1])
    return {name: value for name, value in found.items() if name != "shipping_weight"}


# fmt: off
_ITEMS = {
    # The offer of the product is that of its variants, which have no price of their own.
    "SM-001": _of("Stone mug", MUG, "stone-mug/", "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                  "18.00 EUR", "14.50 EUR", "9520000000011", "101", "Slate", "", "Kitchen > Mugs"),
    "SM-002": _of("Stone mug", MUG, "stone-mug/", "stone-mug-2", "stone-mug-1 stone-mug-3", "out_of_stock",
                  "18.00 EUR", "14.50 EUR", "9520000000028", "101", "Sand", "", "Kitchen > Mugs"),
    "LA-004": _of("Linen apron", LINEN, "linen-apron/", "linen-apron-1", "linen-apron-2", "in_stock",
                  "39.00 EUR", "", "9520000000042", "", "", "", "Kitchen > Aprons"),
    "OB-007": _of("Oak board", OAK, "oak-board/", "oak-board-1", "oak-board-2", "out_of_stock",
                  "54.50 EUR", "", "", "106", "", "L", "Kitchen > Boards"),
    "TT-010": _of("Tea towel", TOWEL, "tea-towel/", "tea-towel-1", "tea-towel-2", "in_stock",
                  "12.90 EUR", "", "9520000000103", "110", "Rust", "50 x 70", "Kitchen > Towels"),
    "117": _of("Clay bowl", BOWL, "clay-bowl/", "clay-bowl-1", "", "in_stock",
               "17.25 EUR", "", "", "", "", "", "Kitchen > Bowls"),
    "CP-015": _of("Café press", PRESS, "caf%C3%A9-press/", "cafe-press-1", "cafe-press-2", "in_stock",
                  "39.90 EUR", "34.90 EUR", "9520000000158", "", "", "", "Kitchen > Coffee"),
    "120-162": _of("Candle holder", CANDLES, "candle-holder/", "candle-holder-1", "", "out_of_stock",
                   "11.00 EUR", "", "9520000000189", "120", "Brass", "", "Kitchen > Candles"),
    # Its own price has no offer, whatever the product's is.
    "EC-024": _of("Egg cup", "A cup for one egg.", "egg-cup/", "egg-cup-1", "", "out_of_stock",
                  "8.00 EUR", "", "9520000000240", "127", "Grey", "", "Kitchen > Cups"),
    "DB-040": _of("Dish brush", BRUSH, "dish-brush/", "dish-brush-1", "", "in_stock",
                  "7.90 EUR", "", "9520000000400", "", "", "", "Kitchen > Cleaning"),
}
# fmt: on

BIGCOMMERCE = Expected(
    "bigcommerce",
    _ITEMS,
    {
        "a row of Internal Image URL (Export) alone, collected into all pictures": 40,
        "a video": 1,
        "not visible": 4,
        "a product whose variants are the items": 6,
    },
)


def _legacy(*values: str) -> Item:
    """Pictures lie in the shop's folder of them; weights have no unit, and are not told."""
    found = item(*values[:-1], "", values[-1], pictures=f"{SHOP}/product_images")
    return {name: value for name, value in found.items() if name != "shipping_weight"}


# fmt: off
_LEGACY = {
    "SM-001": _legacy("Stone mug", MUG, "stone-mug/", "s/101/stone-mug-1", "s/101/stone-mug-2", "in_stock",
                      "18.00 EUR", "14.50 EUR", "9520000000011", "101", "Slate", "", "Kitchen > Mugs"),
    "SM-002": _legacy("Stone mug", MUG, "stone-mug/", "s/101/stone-mug-1", "s/101/stone-mug-2", "out_of_stock",
                      "18.00 EUR", "14.50 EUR", "9520000000028", "101", "Sand", "", "Kitchen > Mugs"),
    "LA-004": _legacy("Linen apron", LINEN, "linen-apron/", "l/105/linen-apron-1", "l/105/linen-apron-2", "in_stock",
                      "39.00 EUR", "", "9520000000042", "", "", "", "Kitchen > Aprons"),
    # A rule changes its weight, and nothing else.
    "OB-007": _legacy("Oak board", OAK, "oak-board/", "o/106/oak-board-1", "o/106/oak-board-2", "out_of_stock",
                      "49.00 EUR", "", "", "106", "", "L", "Kitchen > Boards"),
    "TT-010": _legacy("Tea towel", TOWEL, "tea-towel/", "t/110/tea-towel-1", "t/110/tea-towel-2", "in_stock",
                      "12.90 EUR", "", "9520000000103", "110", "Rust", "50 x 70", "Kitchen > Towels"),
    "117": _legacy("Clay bowl", BOWL, "clay-bowl/", "c/117/clay-bowl-1", "", "in_stock",
                   "17.25 EUR", "", "", "", "", "", "Kitchen > Bowls"),
    "CP-015": _legacy("Café press", PRESS, "cafe-press/", "c/118/cafe-press-1", "c/118/cafe-press-2", "in_stock",
                      "39.90 EUR", "34.90 EUR", "9520000000158", "", "", "", "Kitchen > Coffee"),
    "120-162": _legacy("Candle holder", CANDLES, "candle-holder/", "c/120/candle-holder-1", "", "out_of_stock",
                       "11.00 EUR", "", "9520000000189", "120", "Brass", "", "Kitchen > Candles"),
    "EC-024": _legacy("Egg cup", "A cup for one egg.", "egg-cup/", "e/127/egg-cup-1", "", "out_of_stock",
                      "8.00 EUR", "6.40 EUR", "9520000000240", "127", "Grey", "", "Kitchen > Cups"),
    "DB-040": _legacy("Dish brush", BRUSH, "dish-brush/", "d/146/dish-brush-1", "", "in_stock",
                      "7.90 EUR", "", "9520000000400", "", "", "", "Kitchen > Cleaning"),
}
# fmt: on

BIGCOMMERCE_LEGACY = Expected(
    "bigcommerce_legacy",
    _LEGACY,
    {
        "a rule": 2,
        "a product of which rules change the price": 3,
        "not visible": 3,
        "not to be ordered": 1,
        "a product whose variants are the items": 5,
    },
)
