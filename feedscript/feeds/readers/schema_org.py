"""schema.org's products: a group of variants is an item for each, and what is said of an item is one offer's.

https://schema.org/ProductGroup, https://schema.org/Offer; Google reads both:
https://developers.google.com/search/docs/appearance/structured-data/product-variants
"""

from collections.abc import Iterator, Mapping
from typing import cast

from feedscript.feeds.readers.cells import Value

Object = Mapping[str, Value]

#: What holds a group's variants.
VARIANTS = "hasVariant"
#: A member that has nothing else names a variant that stands elsewhere.
_REFERENCE = frozenset({"@id", "@type", "url"})
#: What tells the group itself, and no variant, from others.
_OWN = frozenset(
    {VARIANTS, "@id", "sku", "productID", "mpn", "gtin", "gtin14", "gtin13", "gtin12", "gtin8", "isbn"}
)
#: An offer has one of them.
_PRICES = frozenset({"price", "priceSpecification"})
#: Prices that are not asked, by the end of `priceType` (https://schema.org/PriceTypeEnumeration).
_NOT_ASKED = ("listprice", "strikethroughprice", "msrp", "srp", "regularprice", "minimumadvertisedprice")


def items_of(product: Object) -> Iterator[Object]:
    """One item for each variant that a product holds, with what the group says where it says nothing itself.

    Other products are one item. Of several offers, and of several prices of one, those that are not taken stand in
    `otherOffers` and `otherPriceSpecification`. Where all variants stand elsewhere, `hasVariant` has their addresses.

    >>> mug = {"name": "Mug", "color": "Red", "hasVariant": [{"sku": "M-R"}, {"sku": "M-B", "color": "Blue"}]}
    >>> [*items_of(mug)]
    [{'name': 'Mug', 'color': 'Red', 'sku': 'M-R'}, {'name': 'Mug', 'color': 'Blue', 'sku': 'M-B'}]
    >>> [*items_of({"name": "Mug", "hasVariant": [{"@id": "#red"}, {"@id": "#blue"}]})]
    [{'name': 'Mug', 'hasVariant': ['#red', '#blue']}]
    """
    listed = _objects(product.get(VARIANTS))
    variants = [each for each in listed if not each.keys() <= _REFERENCE]
    if variants:
        shared = {name: value for name, value in product.items() if name not in _OWN}
        for variant in variants:
            item = _with_one_offer({**shared, **variant})
            offer = item.get("offers")
            # The address of what is offered is nearer to it than the group's.
            if "url" not in variant and isinstance(offer, dict) and offer.get("url"):
                item = {name: value for name, value in item.items() if name != "url"}
            yield item
    elif listed:
        elsewhere = [each.get("@id") or each.get("url") for each in listed]
        yield {**product, VARIANTS: elsewhere}
    else:
        yield _with_one_offer(product)


def _with_one_offer(item: Object) -> Object:
    """The item with the first offer that has a price, so that no price stands beside another offer's availability."""
    held = item.get("offers")
    offers = [each for each in _objects(held) if not _PRICES.isdisjoint(each)]
    if not offers:
        return item
    taken, *others = offers
    one = _with_one_price(taken)
    if not others and one is held:
        return item
    return {
        **item,
        "offers": cast("Value", one),
        **({"otherOffers": cast("Value", others)} if others else {}),
    }


def _with_one_price(offer: Object) -> Object:
    prices = _objects(offer.get("priceSpecification"))
    if len(prices) < 2:  # noqa: PLR2004
        return offer
    asked = next((each for each in prices if _is_asked(each)), prices[0])
    others = [each for each in prices if each is not asked]
    return {
        **offer,
        "priceSpecification": cast("Value", asked),
        "otherPriceSpecification": cast("Value", others),
    }


def _is_asked(price: Object) -> bool:
    """Whether everybody is asked this price: it is not struck through, and not that of members alone."""
    kind = str(price.get("priceType") or "").lower()
    return "validForMemberTier" not in price and not kind.endswith(_NOT_ASKED)


def _objects(value: Value) -> list[Object]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict)]
