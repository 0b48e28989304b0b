"""What is right of ten items of each export in `samples/exports`, worked out by hand from the rows."""

from collections.abc import Mapping

from tests.unit.feeds.mapping.platform_items.bigcommerce import BIGCOMMERCE, BIGCOMMERCE_LEGACY
from tests.unit.feeds.mapping.platform_items.item import Expected
from tests.unit.feeds.mapping.platform_items.lightspeed import C_SERIES, X_SERIES
from tests.unit.feeds.mapping.platform_items.magento import MAGENTO
from tests.unit.feeds.mapping.platform_items.prestashop import FRENCH, PRESTASHOP
from tests.unit.feeds.mapping.platform_items.shopify import CLASSIC, TEMPLATE
from tests.unit.feeds.mapping.platform_items.shoptet import SHOPTET
from tests.unit.feeds.mapping.platform_items.shopware import SHOPWARE
from tests.unit.feeds.mapping.platform_items.squarespace import SQUARESPACE
from tests.unit.feeds.mapping.platform_items.wix import WIX, WIX_LEGACY
from tests.unit.feeds.mapping.platform_items.woocommerce import WOOCOMMERCE

EXPECTED: Mapping[str, Expected] = {
    "shopify-classic": CLASSIC,
    "shopify-template": TEMPLATE,
    "woocommerce": WOOCOMMERCE,
    "woocommerce-de": WOOCOMMERCE,
    "shopware-6": SHOPWARE,
    "magento": MAGENTO,
    "prestashop": PRESTASHOP,
    "prestashop-fr": FRENCH,
    "bigcommerce": BIGCOMMERCE,
    "bigcommerce-legacy": BIGCOMMERCE_LEGACY,
    "wix": WIX,
    "wix-legacy": WIX_LEGACY,
    "squarespace": SQUARESPACE,
    "lightspeed-c": C_SERIES,
    "lightspeed-x": X_SERIES,
    "shoptet": SHOPTET,
}
"""By the name of the file."""
