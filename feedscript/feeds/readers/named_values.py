"""Lists of names with values: `<param name="Color">Red</param>` and what other platforms write for it."""

from collections.abc import Mapping
from typing import TypeVar

#: Among an object's sub-attributes, the text of the attribute itself, as in `<price
#: currency="USD">9.90</price>`.
OWN_TEXT = ""

#: What name and value are called, in lower case: by YML, Heureka, Ceneo, Shoptet, WooCommerce, Magento, schema.org.
_NAMES = frozenset(
    {
        "name",
        "key",
        "label",
        "attribute",
        "attribute_name",
        "attribute_code",
        "attr_name",
        "param_name",
        "propertyid",
    }
)
_VALUES = frozenset(
    {OWN_TEXT, "value", "values", "val", "attribute_value", "attr_value", "param_value", "option", "options"}
)
#: What else may lie in such an object without making it another thing.
_BESIDE = frozenset(
    {
        "@type",
        "code",
        "id",
        "lang",
        "language",
        "position",
        "slug",
        "type",
        "unit",
        "units",
        "variation",
        "visible",
    }
)
_LONGEST_NAME = 100

T = TypeVar("T")


def named_value(part: Mapping[str, T]) -> tuple[str, T] | None:
    """The name and the value, if the object is nothing but a name with its value.

    >>> named_value({"PARAM_NAME": "Color", "VAL": "red"})
    ('Color', 'red')
    >>> named_value({"name": "Acme", "url": "https://acme.example"})
    """
    name: T | None = None
    value: T | None = None
    names = values = 0
    for key, held in part.items():
        lowered = key.lower()
        if lowered in _NAMES:
            name, names = held, names + 1
        elif lowered in _VALUES:
            value, values = held, values + 1
        elif lowered not in _BESIDE:
            return None
    if names != 1 or values != 1 or value is None or not isinstance(name, str):
        return None
    label = name.strip()
    return (label, value) if 0 < len(label) <= _LONGEST_NAME else None
