"""Items of a PrestaShop shop: prices are net, and 20 % of tax come on top."""

from tests.unit.feeds.mapping.platform_items.item import (
    BOWL,
    BRUSH,
    LINEN,
    MUG,
    OAK,
    SCOOP,
    TOWEL,
    Expected,
    Item,
    item,
)


def _of(number: str, *values: str) -> Item:
    """A product by its number; there are no groups, and weights without a unit."""
    title, description, *middle, gtin, color, size, product_type = values
    link = f"index.php?id_product={number}&controller=product"
    found = item(title, description, link, *middle, gtin, "", color, size, "", product_type)
    return {name: value for name, value in found.items() if name not in ("item_group_id", "shipping_weight")}


# fmt: off
_ITEMS = {
    "SM-001": _of("102", "Stone mug - Slate", MUG, "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                  "18.00 EUR", "14.50 EUR", "9520000000011", "Slate", "", "Mugs"),
    "LA-004": _of("105", "Linen apron", LINEN, "linen-apron-1", "linen-apron-2", "in_stock",
                  "39.00 EUR", "", "9520000000042", "", "", "Aprons") | {"material": "Linen"},
    "OB-006": _of("108", "Oak board - M", OAK, "oak-board-2", "oak-board-1", "out_of_stock",
                  "49.00 EUR", "", "9520000000066", "", "M", "Boards"),
    "TT-010": _of("113", "Tea towel - Rust, 50 x 70", TOWEL, "tea-towel-1", "tea-towel-2", "in_stock",
                  "12.90 EUR", "", "9520000000103", "Rust", "50 x 70", "Towels"),
    # Its offer has begun, and has no end.
    "WB-012": _of("115", "Wool blanket", "A blanket of new wool.", "wool-blanket-1",
                  "wool-blanket-2 wool-blanket-3 wool-blanket-4", "in_stock",
                  "159.00 EUR", "", "9520000000127", "", "", "Blankets"),
    "BH-013": _of("116", "Brass hook", "A hook of solid brass, with two screws.", "brass-hook-1", "", "backorder",
                  "8.00 EUR", "", "9520000000134", "", "", "Hooks") | {"availability_date": "2027-01-15T00:00:00Z"},
    "117": _of("117", "Clay bowl", BOWL, "clay-bowl-1", "", "in_stock", "17.25 EUR", "", "", "", "", "Bowls"),
    "PM-029": _of("134", "Pepper mill", "With a grinder of ceramics.", "pepper-mill-1", "", "in_stock",
                  "50.00 EUR", "45.00 EUR", "9520000000295", "", "", "Kitchen > Salt & pepper"),
    "CS-039": _of("145", "Coffee scoop", SCOOP, "coffee-scoop-1", "", "in_stock",
                  "12.50 EUR", "10.00 EUR", "9520000000394", "", "", "Coffee")
              | {"sale_price_effective_date": "2026-11-20T00:00:00Z/2026-12-24T23:59:59Z"},
    "DB-040": _of("146", "Dish brush", BRUSH, "dish-brush-1", "", "in_stock",
                  "7.90 EUR", "", "9520000000400", "", "", "Cleaning"),
}
# fmt: on

PRESTASHOP = Expected(
    "prestashop",
    _ITEMS,
    {"disabled": 2, "hidden in the catalogue": 1, "not to be ordered": 1, "its price is not shown": 1},
    shop="base_url: https://shop.example.com/, currency: EUR, tax_rate: 20",
)
FRENCH = PRESTASHOP
