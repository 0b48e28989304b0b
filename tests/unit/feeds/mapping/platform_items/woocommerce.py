"""Items of WooCommerce's export."""

from tests.unit.feeds.mapping.platform_items.item import (
    BOWL,
    BRUSH,
    CANDLES,
    LINEN,
    MUG,
    OAK,
    SCOOP,
    TOWEL,
    Expected,
    item,
)

# fmt: off
_WOOCOMMERCE = {
    "SM-001": item("Stone mug - Slate", MUG, "?p=101", "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                    "18.00 EUR", "14.50 EUR", "9520000000011", "SM-P101", "Slate", "", "0.42 kg", "Kitchen > Mugs"),
    "SM-002": item("Stone mug - Sand", MUG, "?p=101", "stone-mug-2", "", "out_of_stock",
                    "18.00 EUR", "14.50 EUR", "9520000000028", "SM-P101", "Sand", "", "0.42 kg", "Kitchen > Mugs"),
    "LA-004": item("Linen apron", LINEN, "?p=105", "linen-apron-1", "linen-apron-2", "in_stock",
                    "39.00 EUR", "", "9520000000042", "", "", "", "0.26 kg", "Kitchen > Aprons"),
    "OB-006": item("Oak board - M", OAK, "?p=106", "oak-board-2", "", "out_of_stock",
                    "49.00 EUR", "", "9520000000066", "OB-P106", "", "M", "1.25 kg", "Kitchen > Boards"),
    "TT-010": item("Tea towel - Rust, 50 x 70", TOWEL, "?p=110", "tea-towel-1", "tea-towel-2", "in_stock",
                    "12.90 EUR", "", "9520000000103", "TT-P110", "Rust", "50 x 70", "0.11 kg", "Kitchen > Towels"),
    "117": item("Clay bowl", BOWL, "?p=117", "clay-bowl-1", "", "in_stock",
                 "17.25 EUR", "", "", "", "", "", "0.51 kg", "Kitchen > Bowls"),
    "SC-016": item("Salt cellar, beech", "A cellar with a lid that turns.", "?p=119", "salt-cellar-1", "", "in_stock",
                    "19.00 EUR", "", "9520000000165", "", "", "", "0.2 kg", "Salt, pepper"),
    "122": item("Candle holder - Brass", CANDLES, "?p=120", "candle-holder-1", "", "out_of_stock",
                 "11.00 EUR", "", "9520000000189", "id:120", "Brass", "", "0.15 kg", "Kitchen > Candles"),
    "CS-039": item("Coffee scoop", SCOOP, "?p=145", "coffee-scoop-1", "", "in_stock",
                    "12.50 EUR", "10.00 EUR", "9520000000394", "", "", "", "0.045 kg", "Kitchen > Coffee")
              | {"sale_price_effective_date": "2026-11-20T00:00:00Z/2026-12-24T23:59:59Z"},
    "DB-040": item("Dish brush", BRUSH, "?p=146", "dish-brush-1", "", "in_stock",
                    "7.90 EUR", "", "9520000000400", "", "", "", "0.07 kg", "Kitchen > Cleaning"),
}
# fmt: on
WOOCOMMERCE = Expected(
    "woocommerce",
    _WOOCOMMERCE,
    {
        "a draft": 1,
        "private": 1,
        "not reviewed": 1,
        "hidden in the catalogue": 1,
        "a product whose variations are the items": 6,
    },
)
