"""Items of Lightspeed's exports."""

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


def _of(*values: str) -> Item:
    """Weights have no unit, and are not told."""
    *others, product_type = values
    found = item(*others, "", product_type)
    return {name: value for name, value in found.items() if name != "shipping_weight"}


# fmt: off
_C_SERIES = {
    "SM-001": _of("Stone mug", MUG, "stone-mug.html", "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                  "18.00 EUR", "14.50 EUR", "9520000000011", "70000101", "Slate", "", "Kitchen > Mugs"),
    "SM-002": _of("Stone mug", MUG, "stone-mug.html", "stone-mug-1", "stone-mug-2 stone-mug-3", "out_of_stock",
                  "18.00 EUR", "14.50 EUR", "9520000000028", "70000101", "Sand", "", "Kitchen > Mugs"),
    "LA-004": _of("Linen apron", LINEN, "linen-apron.html", "linen-apron-1", "linen-apron-2", "in_stock",
                  "39.00 EUR", "", "9520000000042", "", "", "", "Kitchen > Aprons"),
    "OB-007": _of("Oak board", OAK, "oak-board.html", "oak-board-1", "oak-board-2", "out_of_stock",
                  "49.00 EUR", "", "", "70000106", "", "L", "Kitchen > Boards"),
    # Its row has what it is of its own alone.
    "TT-010": _of("Tea towel", TOWEL, "tea-towel.html", "tea-towel-1", "tea-towel-2", "in_stock",
                  "12.90 EUR", "", "9520000000103", "70000110", "Rust", "50 x 70", "Kitchen > Towels"),
    "140000117": _of("Clay bowl", BOWL, "clay-bowl.html", "clay-bowl-1", "", "in_stock",
                     "17.25 EUR", "", "", "", "", "", "Kitchen > Bowls"),
    "CP-015": _of("Café press", PRESS, "caf%C3%A9-press.html", "cafe-press-1", "cafe-press-2", "in_stock",
                  "39.90 EUR", "34.90 EUR", "9520000000158", "", "", "", "Kitchen > Coffee"),
    "140000122": _of("Candle holder", CANDLES, "candle-holder.html", "candle-holder-1", "", "out_of_stock",
                     "11.00 EUR", "", "9520000000189", "70000120", "Brass", "", "Kitchen > Candles"),
    "TB-028": _of("Tin box", "For tea or for biscuits.", "tin-box.html", "tin-box-1", "", "in_stock",
                  "13.00 EUR", "", "", "", "", "", "Kitchen > Boxes > Small"),
    "DB-040": _of("Dish brush", BRUSH, "dish-brush.html", "dish-brush-1", "", "in_stock",
                  "7.90 EUR", "", "9520000000400", "", "", "", "Kitchen > Cleaning"),
}
# fmt: on

C_SERIES = Expected("lightspeed_c", _C_SERIES, {"not visible": 4})
