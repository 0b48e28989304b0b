"""Items of Magento's export."""

from tests.unit.feeds.mapping.platform_items.item import (
    BOWL,
    BRUSH,
    CANDLES,
    LINEN,
    MUG,
    OAK,
    PRESS,
    SCOOP,
    SHOP,
    TOWEL,
    Expected,
    Item,
    item,
)


def _of(*values: str) -> Item:
    """Pictures lie in the shop's folder of media; weights have no unit, and are not told."""
    return item(*values[:-1], "", values[-1], pictures=f"{SHOP}/media/catalog/product")


# fmt: off
_ITEMS = {
    "SM-001": _of("Stone mug-Slate", MUG, "stone-mug.html", "s/t/stone-mug-1", "s/t/stone-mug-2 s/t/stone-mug-3",
                  "in_stock", "18.00 EUR", "14.50 EUR", "9520000000011", "SM-P101", "Slate", "", "Kitchen > Mugs"),
    "SM-002": _of("Stone mug-Sand", MUG, "stone-mug.html", "s/t/stone-mug-2", "s/t/stone-mug-3", "out_of_stock",
                  "18.00 EUR", "14.50 EUR", "9520000000028", "SM-P101", "Sand", "", "Kitchen > Mugs"),
    "LA-004": _of("Linen apron", LINEN, "linen-apron.html", "l/i/linen-apron-1", "l/i/linen-apron-2", "in_stock",
                  "39.00 EUR", "", "9520000000042", "", "", "", "Kitchen > Aprons")
              | {"material": "Linen/Cotton"},
    "OB-005": _of("Oak board-S", OAK, "oak-board.html", "o/a/oak-board-1", "o/a/oak-board-2", "in_stock",
                  "49.00 EUR", "", "9520000000059", "OB-P106", "", "S", "Kitchen > Boards"),
    "TT-010": _of("Tea towel-Rust-50 x 70", TOWEL, "tea-towel.html", "t/e/tea-towel-1", "t/e/tea-towel-2", "in_stock",
                  "12.90 EUR", "", "9520000000103", "TT-P110", "Rust", "50 x 70", "Kitchen > Towels"),
    "FH-117": _of("Clay bowl", BOWL, "clay-bowl.html", "c/l/clay-bowl-1", "", "in_stock",
                  "17.25 EUR", "", "", "", "", "", "Kitchen > Bowls"),
    "CP-015": _of("Café press", PRESS, "caf%C3%A9-press.html", "c/a/cafe-press-1", "c/a/cafe-press-2", "in_stock",
                  "39.90 EUR", "34.90 EUR", "9520000000158", "", "", "", "Kitchen > Coffee"),
    "FH-122": _of("Candle holder-Brass", CANDLES, "candle-holder.html", "c/a/candle-holder-1", "", "out_of_stock",
                  "11.00 EUR", "", "9520000000189", "FH-120", "Brass", "", "Kitchen > Candles"),
    "CS-039": _of("Coffee scoop", SCOOP, "coffee-scoop.html", "c/o/coffee-scoop-1", "", "in_stock",
                  "12.50 EUR", "10.00 EUR", "9520000000394", "", "", "", "Kitchen > Coffee")
              | {"sale_price_effective_date": "2026-11-20T00:00:00Z/2026-12-24T23:59:59Z"},
    "DB-040": _of("Dish brush", BRUSH, "dish-brush.html", "d/i/dish-brush-1", "", "in_stock",
                  "7.90 EUR", "", "9520000000400", "", "", "", "Kitchen > Cleaning"),
}
# fmt: on

MAGENTO = Expected(
    "magento",
    _ITEMS,
    {
        "what a store view says otherwise": 2,
        "disabled": 3,
        "a product whose variations are the items": 6,
        "a group of other products": 1,
        "a bundle whose price depends on what is chosen": 1,
        "not visible by itself": 1,
    },
)
