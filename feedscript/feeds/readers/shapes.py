"""What an attribute's sub-attributes look like in its text form: their order, or JSON."""

from collections.abc import Mapping

#: By attribute, its sub-attributes in the order of their text form (`country:region:service:price`).
Shapes = Mapping[str, tuple[str, ...]]
#: In place of an order, that its objects stay JSON.
AS_JSON: tuple[str, ...] = ("{}",)
