"""Products that hold their variants, as schema.org's ProductGroup does: each variant is an item.

https://schema.org/ProductGroup; Google reads it so too:
https://developers.google.com/search/docs/appearance/structured-data/product-variants
"""

from collections.abc import Iterator, Mapping

from feedscript.feeds.readers.cells import Value

#: What holds them.
VARIANTS = "hasVariant"
#: A member that has nothing else names a variant that stands elsewhere.
_REFERENCE = frozenset({"@id", "@type", "url"})


def items_of(product: Mapping[str, Value]) -> Iterator[Mapping[str, Value]]:
    """One item for each variant that a product holds, with what the product says of all; else the product alone.

    The variant stands where the list stood, so that its columns are `hasVariant.sku`, those of all `name` as before.
    Where all variants stand elsewhere, the column `hasVariant` has their addresses.

    >>> mug = {"name": "Mug", "hasVariant": [{"sku": "M-R"}, {"@id": "#blue"}]}
    >>> [*items_of(mug)]
    [{'name': 'Mug', 'hasVariant': {'sku': 'M-R'}}]
    >>> [*items_of({"name": "Mug", "hasVariant": [{"@id": "#red"}, {"@id": "#blue"}]})]
    [{'name': 'Mug', 'hasVariant': ['#red', '#blue']}]
    """
    held = product.get(VARIANTS)
    listed = [each for each in (held if isinstance(held, list) else [held]) if isinstance(each, dict)]
    variants = [each for each in listed if not each.keys() <= _REFERENCE]
    for variant in variants:
        yield {**product, VARIANTS: variant}
    if not variants:
        elsewhere: list[Value] = [each.get("@id") or each.get("url") for each in listed]
        yield {**product, VARIANTS: elsewhere} if listed else product
