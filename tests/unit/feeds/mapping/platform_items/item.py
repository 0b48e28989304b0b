"""What an item that is right is written down as, and the texts that the exports share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Item = dict[str, str]


@dataclass(frozen=True)
class Expected:
    """The preset that reads an export, items by id, the rows that are left out by reason, and what has to be said.

    `attributes` are those that the merchant's file gives, as the export has nothing of them.
    """

    preset: str
    items: Mapping[str, Item]
    excluded: Mapping[str, int] = field(default_factory=dict)
    shop: str = "base_url: https://shop.example.com/, currency: EUR"

    attributes: str = ""

    @property
    def asked(self) -> set[str]:
        """What the message asks for where the merchant's file says none of it."""
        return {each.partition(":")[0].strip() for each in self.shop.split(",")}


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
SHOP, CDN = "https://shop.example.com", "https://cdn.example.com"


def item(*values: str, pictures: str = CDN) -> Item:
    """Values in the order of `_NAMES`; links within the shop, pictures within `pictures`, parted by blanks."""
    item = dict(zip(_NAMES, values, strict=True))
    item["link"] = f"{SHOP}/{item['link']}"
    item["image_link"] = f"{pictures}/{item['image_link']}.jpg"
    item["additional_image_link"] = ",".join(
        f"{pictures}/{one}.jpg" for one in item["additional_image_link"].split()
    )
    return {**item, "brand": "Fernhollow", "condition": "new"}


MUG = "A heavy mug of stoneware, glazed by hand."
OAK = "A board of one piece of oak, oiled."
LINEN = "An apron of washed linen & cotton tape."
TOWEL = "Half linen Woven in one piece"
PRESS = "Coffee for four, in glass and steel."
BOWL = "A bowl for soup or for muesli."
SCOOP = "Seven grams of coffee."
CANDLES = "For candles of 22 mm."
BRUSH = "With a head that can be changed."
