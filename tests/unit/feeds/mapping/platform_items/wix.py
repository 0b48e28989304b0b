"""Items of Wix's exports, today's and the legacy one."""

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

_MEDIA = "https://static.wixstatic.com/media"


def _of(title: str, text: str, page: str, *values: str, without: tuple[str, ...] = ()) -> Item:
    """Weights have no unit, and are not told; `without` are columns that no item of the export has."""
    *values_, product_type = values
    found = item(title, text, f"product-page/{page}", *values_, "", product_type)
    return {name: value for name, value in found.items() if name not in ("shipping_weight", *without)}


def _today(*values: str) -> Item:
    return _of(*values, "", without=("product_type",))


def _legacy(*values: str) -> Item:
    *before, group, color, size, product_type = values
    return _of(*before, "", group, color, size, product_type, without=("gtin",))


_TAIL = "-ada1-4c21-bd39-4aedf00d0eb5"

# fmt: off
_TODAY = {
    # Variants without a price of their own have the product's, and its price that is struck through.
    "SM-001": _today("Stone mug", MUG, "stone-mug", "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                     "18.00 EUR", "14.50 EUR", "9520000000011", f"Product_000c344b{_TAIL}", "Slate", ""),
    "SM-002": _today("Stone mug", MUG, "stone-mug", "stone-mug-1", "stone-mug-2 stone-mug-3", "out_of_stock",
                     "18.00 EUR", "14.50 EUR", "9520000000028", f"Product_000c344b{_TAIL}", "Sand", ""),
    "LA-004": _today("Linen apron", LINEN, "linen-apron", "linen-apron-1", "linen-apron-2", "in_stock",
                     "39.00 EUR", "", "9520000000042", "", "", ""),
    "OB-006": _today("Oak board", OAK, "oak-board", "x", "oak-board-2", "out_of_stock",
                     "49.00 EUR", "", "9520000000066", f"Product_000ccef6{_TAIL}", "", "M")
              | {"image_link": f"{_MEDIA}/22e53e_5a34c410f18f~mv2.jpg"},
    "TT-010": _today("Tea towel", TOWEL, "tea-towel", "tea-towel-1", "tea-towel-2", "in_stock",
                     "12.90 EUR", "", "9520000000103", f"Product_000d4ab2{_TAIL}", "Rust", "50 x 70"),
    f"000e233b{_TAIL}": _today("Clay bowl", BOWL, "clay-bowl", "clay-bowl-1", "", "in_stock",
                               "17.25 EUR", "", "", "", "", ""),
    "CP-015": _today("Café press", PRESS, "cafe-press", "cafe-press-1", "cafe-press-2", "in_stock",
                     "39.90 EUR", "34.90 EUR", "9520000000158", "", "", ""),
    f"000e8008{_TAIL}-808080-brass": _today(
        "Candle holder", CANDLES, "candle-holder", "candle-holder-1", "", "out_of_stock",
        "11.00 EUR", "", "9520000000189", f"Product_000e8008{_TAIL}", "Brass", ""),
    "CS-039": _today("Coffee scoop", SCOOP, "coffee-scoop", "coffee-scoop-1", "", "in_stock",
                     "12.50 EUR", "10.00 EUR", "9520000000394", "", "", ""),
    "DB-040": _today("Dish brush", BRUSH, "dish-brush", "dish-brush-1", "", "in_stock",
                     "7.90 EUR", "", "9520000000400", "", "", ""),
}
_BEFORE = {
    "SM-001": _legacy("Stone mug", MUG, "stone-mug", "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                      "18.00 EUR", "14.50 EUR", "product_000c344b", "Slate", "", "Mugs"),
    "SM-002": _legacy("Stone mug", MUG, "stone-mug", "stone-mug-1", "stone-mug-2 stone-mug-3", "out_of_stock",
                      "18.00 EUR", "14.50 EUR", "product_000c344b", "Sand", "", "Mugs"),
    "LA-004": _legacy("Linen apron", LINEN, "linen-apron", "linen-apron-1", "linen-apron-2", "in_stock",
                      "39.00 EUR", "", "", "", "", "Aprons"),
    # 49 with a surcharge of 5.50.
    "OB-007": _legacy("Oak board", OAK, "oak-board", "x", "x", "out_of_stock",
                      "54.50 EUR", "", "product_000ccef6", "", "L", "Boards")
              | {"image_link": f"{_MEDIA}/22e53e_5a34c410f18f~mv2.jpg",
                 "additional_image_link": f"{_MEDIA}/22e53e_b~mv2.jpg"},
    "TT-010": _legacy("Tea towel", TOWEL, "tea-towel", "tea-towel-1", "tea-towel-2", "in_stock",
                      "12.90 EUR", "", "product_000d4ab2", "Rust", "50 x 70", "Towels"),
    "product_000e233b": _legacy("Clay bowl", BOWL, "clay-bowl", "clay-bowl-1", "", "in_stock",
                                "17.25 EUR", "", "", "", "", "Bowls"),
    "CP-015": _legacy("Café press", PRESS, "cafe-press", "cafe-press-1", "cafe-press-2", "in_stock",
                      "39.90 EUR", "34.90 EUR", "", "", "", "Coffee"),
    "product_000e8008-brass": _legacy("Candle holder", CANDLES, "candle-holder", "candle-holder-1", "", "out_of_stock",
                                      "11.00 EUR", "", "product_000e8008", "Brass", "", "Candles"),
    # 20 % off.
    "CS-039": _legacy("Coffee scoop", SCOOP, "coffee-scoop", "coffee-scoop-1", "", "in_stock",
                      "12.50 EUR", "10.00 EUR", "", "", "", "Coffee"),
    "DB-040": _legacy("Dish brush", BRUSH, "dish-brush", "dish-brush-1", "", "in_stock",
                      "7.90 EUR", "", "", "", "", "Cleaning"),
}
# fmt: on

WIX = Expected("wix", _TODAY, {"not visible": 5, "a product whose variants are the items": 6})
WIX_LEGACY = Expected(
    "wix_legacy",
    _BEFORE,
    {"not visible": 4, "a product whose variants are the items": 6},
)
