"""Items of Squarespace's export."""

from tests.unit.feeds.mapping.platform_items.item import (
    BOWL,
    BRUSH,
    CANDLES,
    LINEN,
    MUG,
    OAK,
    PRESS,
    TOWEL,
    Expected,
    Item,
    item,
)


def _of(title: str, text: str, page: str, *values: str) -> Item:
    """Weights have no unit, and are not told."""
    *others, product_type = values
    found = item(title, text, f"store/p/{page}", *others, "", product_type)
    return {name: value for name, value in found.items() if name != "shipping_weight"}


# fmt: off
_ITEMS = {
    "SM-001": _of("Stone mug", MUG, "stone-mug", "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                  "18.00 EUR", "14.50 EUR", "9520000000011", "1723eaeb462608fc0595a036", "Slate", "", "mugs"),
    "SM-002": _of("Stone mug", MUG, "stone-mug", "stone-mug-1", "stone-mug-2 stone-mug-3", "out_of_stock",
                  "18.00 EUR", "14.50 EUR", "9520000000028", "1723eaeb462608fc0595a036", "Sand", "", "mugs"),
    "LA-004": _of("Linen apron", LINEN, "linen-apron", "linen-apron-1", "linen-apron-2", "in_stock",
                  "39.00 EUR", "", "9520000000042", "", "", "", "aprons"),
    "OB-007": _of("Oak board", OAK, "oak-board", "oak-board-1", "oak-board-2", "out_of_stock",
                  "49.00 EUR", "", "", "d55a980bb7350f17c7b7ce85", "", "L", "boards"),
    # What its options are called stands in the first row alone.
    "TT-010": _of("Tea towel", TOWEL, "tea-towel", "tea-towel-1", "tea-towel-2", "in_stock",
                  "12.90 EUR", "", "9520000000103", "9b76baa6c1dfa495bb65c290", "Rust", "50 x 70", "towels"),
    "153053b958ec2fba383b142d": _of("Clay bowl", BOWL, "clay-bowl", "clay-bowl-1", "", "in_stock",
                                    "17.25 EUR", "", "", "", "", "", "bowls"),
    "CP-015": _of("Café press", PRESS, "cafe-press", "cafe-press-1", "cafe-press-2", "in_stock",
                  "39.90 EUR", "34.90 EUR", "9520000000158", "", "", "", "coffee"),
    "SQ950281": _of("Candle holder", CANDLES, "candle-holder", "candle-holder-1", "", "out_of_stock",
                    "11.00 EUR", "", "9520000000189", "8f10bf0d16d52552deda694d", "Brass", "", "candles"),
    # It has a sale price, and is not on sale.
    "PM-029": _of("Pepper mill", "With a grinder of ceramics.", "pepper-mill", "pepper-mill-1", "", "in_stock",
                  "50.00 EUR", "", "9520000000295", "", "", "", "table > salt-and-pepper"),
    "DB-040": _of("Dish brush", BRUSH, "dish-brush", "dish-brush-1", "", "in_stock",
                  "7.90 EUR", "", "9520000000400", "", "", "", "cleaning"),
}
# fmt: on

SQUARESPACE = Expected("squarespace", _ITEMS, {"not visible": 4})
