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


def _till(title: str, text: str, handle: str, *values: str) -> Item:
    """No export of a till has addresses, pictures, offers or GTINs: the first two are the merchant's own."""
    availability, price, group, color, size, weight, product_type = values
    found = item(
        title, text, handle, handle, "", availability, price, "", "", group, color, size, weight, product_type
    )
    return {
        name: value
        for name, value in found.items()
        if name not in ("sale_price", "additional_image_link", "gtin")
    }


# fmt: off
_X_SERIES = {
    "SM-001": _till("Stone mug", MUG, "stone-mug", "in_stock", "18.00 EUR", "stone-mug", "Slate", "", "0.42 kg",
                    "Kitchen > Mugs"),
    "SM-002": _till("Stone mug", MUG, "stone-mug", "out_of_stock", "18.00 EUR", "stone-mug", "Sand", "", "0.42 kg",
                    "Kitchen > Mugs"),
    "LA-004": _till("Linen apron", LINEN, "linen-apron", "in_stock", "39.00 EUR", "", "", "", "0.26 kg",
                    "Kitchen > Aprons"),
    "OB-006": _till("Oak board", OAK, "oak-board", "out_of_stock", "49.00 EUR", "oak-board", "", "M", "1.25 kg",
                    "Kitchen > Boards"),
    "TT-010": _till("Tea towel", TOWEL, "tea-towel", "in_stock", "12.90 EUR", "tea-towel", "Rust", "50 x 70", "0.11 kg",
                    "Kitchen > Towels"),
    "10117": _till("Clay bowl", BOWL, "clay-bowl", "in_stock", "17.25 EUR", "", "", "", "0.51 kg", "Kitchen > Bowls"),
    "10122": _till("Candle holder", CANDLES, "candle-holder", "out_of_stock", "11.00 EUR", "candle-holder", "Brass", "",
                   "0.15 kg", "Kitchen > Candles"),
    "TB-028": _till("Tin box", "For tea or for biscuits.", "tin-box", "in_stock", "13.00 EUR", "", "", "", "0.21 kg",
                    "Kitchen > Boxes"),
    # Two are missing at one outlet, and one is at the other.
    "HS-034": _till("Herb scissors", "With five blades.", "herb-scissors", "out_of_stock", "18.50 EUR", "", "", "",
                    "0.12 kg", "Kitchen > Knives"),
    "DB-040": _till("Dish brush", BRUSH, "dish-brush", "in_stock", "7.90 EUR", "", "", "", "0.07 kg",
                    "Kitchen > Cleaning"),
}
# fmt: on

X_SERIES = Expected(
    "lightspeed_x",
    _X_SERIES,
    {"not active": 3, "not sold online": 1},
    shop="currency: EUR",
    attributes='link: {template: "https://shop.example.com/{handle|url}"}, '
    'image_link: {template: "https://cdn.example.com/{handle|url}.jpg"}',
)
