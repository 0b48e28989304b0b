"""Items of Shopware's export."""

from tests.unit.feeds.mapping.platform_items.item import (
    BOWL,
    BRUSH,
    CANDLES,
    CDN,
    LINEN,
    MUG,
    OAK,
    PRESS,
    SHOP,
    TOWEL,
    Expected,
    Item,
)

# fmt: off
_SHOPWARE = {
    "SM-001": ("Stone mug", MUG, "226622c9aeb3eb03a6e916d66b5857aa", "stone-mug-1", "in_stock", "14.50 EUR", "SM-P"),
    "SM-002": ("Stone mug", MUG, "17d784c42b88f761579213f79948979d", "stone-mug-2", "out_of_stock",
               "14.50 EUR", "SM-P"),
    "LA-004": ("Linen apron", LINEN, "d552a5fa4244656723f7bbfafd2eb3f8", "linen-apron-1", "in_stock", "39.00 EUR", ""),
    "OB-006": ("Oak board", OAK, "23825afffb34ba8e7f5802e2026fbdda", "oak-board-2", "out_of_stock",
               "49.00 EUR", "OB-P"),
    "OB-007": ("Oak board", OAK, "a8ee3f49658ba7748677bc09fcd00be0", "oak-board-1", "out_of_stock",
               "54.50 EUR", "OB-P"),
    "TT-010": ("Tea towel", TOWEL, "c38fe6171c3a55e075ca8bddc54b777b", "tea-towel-1", "in_stock", "12.90 EUR", "TT-P"),
    "FH-014": ("Clay bowl", BOWL, "71812a8cb3bad38d369086e3e5096905", "clay-bowl-1", "in_stock", "17.25 EUR", ""),
    "CP-015": ("Café press", PRESS, "31336151d3d47e580f4ab4a6f7c82660", "cafe-press-1", "in_stock", "34.90 EUR", ""),
    "FH-018": ("Candle holder", CANDLES, "73bb65ea3985d0698193becb2706b335", "candle-holder-1", "out_of_stock",
               "11.00 EUR", "FH-P"),
    "DB-040": ("Dish brush", BRUSH, "22412bc705fcea7df5eb66210db262b9", "dish-brush-1", "in_stock", "7.90 EUR", ""),
}
# fmt: on


def _shopware(*values: str) -> Item:
    names = ("title", "description", "link", "image_link", "availability", "price", "item_group_id")
    item = dict(zip(names, values, strict=True))
    item["link"] = f"{SHOP}/detail/{item['link']}"
    item["image_link"] = f"{CDN}/{item['image_link']}.jpg"
    return {**item, "brand": "Fernhollow", "condition": "new"}


SHOPWARE = Expected(
    "shopware_6",
    {name: _shopware(*values) for name, values in _SHOPWARE.items()},
    {"a parent of variants": 6, "not active": 3},
)
