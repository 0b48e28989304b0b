"""What is right of ten items of each export in `samples/exports`, worked out by hand from the rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Item = dict[str, str]


@dataclass(frozen=True)
class Expected:
    """The preset that reads an export, items by id, and the rows that are left out by reason."""

    preset: str
    items: Mapping[str, Item]
    excluded: Mapping[str, int] = field(default_factory=dict)


_NAMES = (
    "title",
    "description",
    "link",
    "image_link",
    "additional_image_link",
    "availability",
    "price",
    "sale_price",
    "gtin",
    "item_group_id",
    "color",
    "size",
    "shipping_weight",
    "product_type",
)
_SHOP, _CDN = "https://shop.example.com", "https://cdn.example.com"


def _item(*values: str) -> Item:
    """Values in the order of `_NAMES`; addresses without their hosts, pictures parted by blanks."""
    item = dict(zip(_NAMES, values, strict=True))
    item["link"] = f"{_SHOP}/{item['link']}"
    item["image_link"] = f"{_CDN}/{item['image_link']}.jpg"
    item["additional_image_link"] = ",".join(
        f"{_CDN}/{one}.jpg" for one in item["additional_image_link"].split()
    )
    return {**item, "brand": "Fernhollow", "condition": "new"}


_MUG = "A heavy mug of stoneware, glazed by hand."
_OAK = "A board of one piece of oak, oiled."
_LINEN = "An apron of washed linen & cotton tape."
_TOWEL = "Half linen Woven in one piece"
_PRESS = "Coffee for four, in glass and steel."
_BOWL = "A bowl for soup or for muesli."
_SCOOP = "Seven grams of coffee."
_CANDLES = "For candles of 22 mm."
_BRUSH = "With a head that can be changed."

# fmt: off
_SHOPIFY = {
    "SM-001": _item("Stone mug", _MUG, "products/stone-mug", "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                    "18.00 EUR", "14.50 EUR", "9520000000011", "stone-mug", "Slate", "", "420.0 g", "Mugs"),
    "SM-002": _item("Stone mug", _MUG, "products/stone-mug", "stone-mug-2", "stone-mug-1 stone-mug-3", "out_of_stock",
                    "18.00 EUR", "14.50 EUR", "9520000000028", "stone-mug", "Sand", "", "420.0 g", "Mugs"),
    "LA-004": _item("Linen apron", _LINEN, "products/linen-apron", "linen-apron-1", "linen-apron-2", "in_stock",
                    "39.00 EUR", "", "9520000000042", "", "", "", "260.0 g", "Aprons"),
    "OB-006": _item("Oak board", _OAK, "products/oak-board", "oak-board-1", "oak-board-2", "out_of_stock",
                    "49.00 EUR", "", "9520000000066", "oak-board", "", "M", "1250.0 g", "Boards"),
    "TT-010": _item("Tea towel", _TOWEL, "products/tea-towel", "tea-towel-1", "tea-towel-2", "in_stock",
                    "12.90 EUR", "", "9520000000103", "tea-towel", "Rust", "50 x 70", "110.0 g", "Towels"),
    "BH-013": _item("Brass hook", "A hook of solid brass, with two screws.", "products/brass-hook", "brass-hook-1", "",
                    "in_stock", "8.00 EUR", "", "9520000000134", "", "", "", "90.0 g", "Hooks"),
    "CP-015": _item("Café press", _PRESS, "products/caf%C3%A9-press", "cafe-press-1", "cafe-press-2", "in_stock",
                    "39.90 EUR", "34.90 EUR", "9520000000158", "", "", "", "780.0 g", "Coffee"),
    "clay-bowl": _item("Clay bowl", _BOWL, "products/clay-bowl", "clay-bowl-1", "", "in_stock",
                       "17.25 EUR", "", "", "", "", "", "510.0 g", "Bowls"),
    "candle-holder-brass": _item("Candle holder", _CANDLES, "products/candle-holder", "candle-holder-1", "",
                                 "out_of_stock", "11.00 EUR", "", "9520000000189", "candle-holder", "Brass", "",
                                 "150.0 g", "Candles"),
    "DB-040": _item("Dish brush", _BRUSH, "products/dish-brush", "dish-brush-1", "", "in_stock",
                    "7.90 EUR", "", "9520000000400", "", "", "", "70.0 g", "Cleaning"),
}
_WOOCOMMERCE = {
    "SM-001": _item("Stone mug - Slate", _MUG, "?p=101", "stone-mug-1", "stone-mug-2 stone-mug-3", "in_stock",
                    "18.00 EUR", "14.50 EUR", "9520000000011", "SM-P101", "Slate", "", "0.42 kg", "Kitchen > Mugs"),
    "SM-002": _item("Stone mug - Sand", _MUG, "?p=101", "stone-mug-2", "", "out_of_stock",
                    "18.00 EUR", "14.50 EUR", "9520000000028", "SM-P101", "Sand", "", "0.42 kg", "Kitchen > Mugs"),
    "LA-004": _item("Linen apron", _LINEN, "?p=105", "linen-apron-1", "linen-apron-2", "in_stock",
                    "39.00 EUR", "", "9520000000042", "", "", "", "0.26 kg", "Kitchen > Aprons"),
    "OB-006": _item("Oak board - M", _OAK, "?p=106", "oak-board-2", "", "out_of_stock",
                    "49.00 EUR", "", "9520000000066", "OB-P106", "", "M", "1.25 kg", "Kitchen > Boards"),
    "TT-010": _item("Tea towel - Rust, 50 x 70", _TOWEL, "?p=110", "tea-towel-1", "tea-towel-2", "in_stock",
                    "12.90 EUR", "", "9520000000103", "TT-P110", "Rust", "50 x 70", "0.11 kg", "Kitchen > Towels"),
    "117": _item("Clay bowl", _BOWL, "?p=117", "clay-bowl-1", "", "in_stock",
                 "17.25 EUR", "", "", "", "", "", "0.51 kg", "Kitchen > Bowls"),
    "SC-016": _item("Salt cellar, beech", "A cellar with a lid that turns.", "?p=119", "salt-cellar-1", "", "in_stock",
                    "19.00 EUR", "", "9520000000165", "", "", "", "0.2 kg", "Salt, pepper"),
    "122": _item("Candle holder - Brass", _CANDLES, "?p=120", "candle-holder-1", "", "out_of_stock",
                 "11.00 EUR", "", "9520000000189", "id:120", "Brass", "", "0.15 kg", "Kitchen > Candles"),
    "CS-039": _item("Coffee scoop", _SCOOP, "?p=145", "coffee-scoop-1", "", "in_stock",
                    "12.50 EUR", "10.00 EUR", "9520000000394", "", "", "", "0.045 kg", "Kitchen > Coffee")
              | {"sale_price_effective_date": "2026-11-20T00:00:00Z/2026-12-24T23:59:59Z"},
    "DB-040": _item("Dish brush", _BRUSH, "?p=146", "dish-brush-1", "", "in_stock",
                    "7.90 EUR", "", "9520000000400", "", "", "", "0.07 kg", "Kitchen > Cleaning"),
}
_SHOPWARE = {
    "SM-001": ("Stone mug", _MUG, "226622c9aeb3eb03a6e916d66b5857aa", "stone-mug-1", "in_stock", "14.50 EUR", "SM-P"),
    "SM-002": ("Stone mug", _MUG, "17d784c42b88f761579213f79948979d", "stone-mug-2", "out_of_stock",
               "14.50 EUR", "SM-P"),
    "LA-004": ("Linen apron", _LINEN, "d552a5fa4244656723f7bbfafd2eb3f8", "linen-apron-1", "in_stock", "39.00 EUR", ""),
    "OB-006": ("Oak board", _OAK, "23825afffb34ba8e7f5802e2026fbdda", "oak-board-2", "out_of_stock",
               "49.00 EUR", "OB-P"),
    "OB-007": ("Oak board", _OAK, "a8ee3f49658ba7748677bc09fcd00be0", "oak-board-1", "out_of_stock",
               "54.50 EUR", "OB-P"),
    "TT-010": ("Tea towel", _TOWEL, "c38fe6171c3a55e075ca8bddc54b777b", "tea-towel-1", "in_stock", "12.90 EUR", "TT-P"),
    "FH-014": ("Clay bowl", _BOWL, "71812a8cb3bad38d369086e3e5096905", "clay-bowl-1", "in_stock", "17.25 EUR", ""),
    "CP-015": ("Café press", _PRESS, "31336151d3d47e580f4ab4a6f7c82660", "cafe-press-1", "in_stock", "34.90 EUR", ""),
    "FH-018": ("Candle holder", _CANDLES, "73bb65ea3985d0698193becb2706b335", "candle-holder-1", "out_of_stock",
               "11.00 EUR", "FH-P"),
    "DB-040": ("Dish brush", _BRUSH, "22412bc705fcea7df5eb66210db262b9", "dish-brush-1", "in_stock", "7.90 EUR", ""),
}
# fmt: on


def _shopware(*values: str) -> Item:
    names = ("title", "description", "link", "image_link", "availability", "price", "item_group_id")
    item = dict(zip(names, values, strict=True))
    item["link"] = f"{_SHOP}/detail/{item['link']}"
    item["image_link"] = f"{_CDN}/{item['image_link']}.jpg"
    return {**item, "brand": "Fernhollow", "condition": "new"}


_CLASSIC = Expected(
    "shopify_classic",
    _SHOPIFY,
    {
        "a row of Image Src alone, collected into all pictures": 5,
        "a draft": 1,
        "archived": 1,
        "not published": 1,
    },
)
_TEMPLATE = Expected(
    "shopify_template",
    {
        name: item | {"shipping_weight": item["shipping_weight"].replace(".0", "")}
        for name, item in _SHOPIFY.items()
    },
    {name.replace("Image Src", "Product image URL"): total for name, total in _CLASSIC.excluded.items()},
)
_WOO = Expected(
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
EXPECTED = {
    "shopify-classic": _CLASSIC,
    "shopify-template": _TEMPLATE,
    "woocommerce": _WOO,
    "woocommerce-de": _WOO,
    "shopware-6": Expected(
        "shopware_6",
        {name: _shopware(*values) for name, values in _SHOPWARE.items()},
        {"a parent of variants": 6, "not active": 3},
    ),
}
"""By the name of the file."""
