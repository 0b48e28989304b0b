"""Items of Shopify's exports."""

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
    item,
)

# fmt: off
_SHOPIFY = {
    "SM-001": item("Stone mug", MUG, "products/stone-mug", "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                    "18.00 EUR", "14.50 EUR", "9520000000011", "stone-mug", "Slate", "", "420.0 g", "Mugs"),
    "SM-002": item("Stone mug", MUG, "products/stone-mug", "stone-mug-2", "stone-mug-1 stone-mug-3", "out_of_stock",
                    "18.00 EUR", "14.50 EUR", "9520000000028", "stone-mug", "Sand", "", "420.0 g", "Mugs"),
    "LA-004": item("Linen apron", LINEN, "products/linen-apron", "linen-apron-1", "linen-apron-2", "in_stock",
                    "39.00 EUR", "", "9520000000042", "", "", "", "260.0 g", "Aprons"),
    "OB-006": item("Oak board", OAK, "products/oak-board", "oak-board-1", "oak-board-2", "out_of_stock",
                    "49.00 EUR", "", "9520000000066", "oak-board", "", "M", "1250.0 g", "Boards"),
    "TT-010": item("Tea towel", TOWEL, "products/tea-towel", "tea-towel-1", "tea-towel-2", "in_stock",
                    "12.90 EUR", "", "9520000000103", "tea-towel", "Rust", "50 x 70", "110.0 g", "Towels"),
    "BH-013": item("Brass hook", "A hook of solid brass, with two screws.", "products/brass-hook", "brass-hook-1", "",
                    "in_stock", "8.00 EUR", "", "9520000000134", "", "", "", "90.0 g", "Hooks"),
    "CP-015": item("Café press", PRESS, "products/caf%C3%A9-press", "cafe-press-1", "cafe-press-2", "in_stock",
                    "39.90 EUR", "34.90 EUR", "9520000000158", "", "", "", "780.0 g", "Coffee"),
    "clay-bowl": item("Clay bowl", BOWL, "products/clay-bowl", "clay-bowl-1", "", "in_stock",
                       "17.25 EUR", "", "", "", "", "", "510.0 g", "Bowls"),
    "candle-holder-brass": item("Candle holder", CANDLES, "products/candle-holder", "candle-holder-1", "",
                                 "out_of_stock", "11.00 EUR", "", "9520000000189", "candle-holder", "Brass", "",
                                 "150.0 g", "Candles"),
    "DB-040": item("Dish brush", BRUSH, "products/dish-brush", "dish-brush-1", "", "in_stock",
                    "7.90 EUR", "", "9520000000400", "", "", "", "70.0 g", "Cleaning"),
}
# fmt: on
CLASSIC = Expected(
    "shopify_classic",
    _SHOPIFY,
    {
        "a row of Image Src alone, collected into all pictures": 5,
        "a draft": 1,
        "archived": 1,
        "not published": 1,
    },
)
TEMPLATE = Expected(
    "shopify_template",
    {
        name: item | {"shipping_weight": item["shipping_weight"].replace(".0", "")}
        for name, item in _SHOPIFY.items()
    },
    {name.replace("Image Src", "Product image URL"): total for name, total in CLASSIC.excluded.items()},
)
