"""Cells: what an item's nested and repeated values look like as text, the same from every format."""

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

from feedscript.feeds.readers.intake import Stopped, refuse_long_names
from feedscript.feeds.readers.named_values import OWN_TEXT, named_value
from feedscript.feeds.readers.shapes import AS_JSON, Shapes
from feedscript.feeds.readers.staged import VALUE_SEPARATOR

__all__ = ["DEEPEST", "OWN_TEXT", "NestedTooDeeply", "Value", "cells_of"]

#: A value as JSON has it; numbers are already text.
Value = str | bool | None | list["Value"] | dict[str, "Value"]


_CAMEL_HUMP = re.compile("(?<=[a-z0-9])(?=[A-Z])")
#: What Google's 64 bits hold.
_MICROS = re.compile("[0-9]{1,19}")

#: Objects and lists within one another; Python's own stack would end at some hundreds.
DEEPEST = 100


class NestedTooDeeply(Stopped):
    """An item's values are nested deeper than any feed's."""

    def __init__(self) -> None:
        super().__init__(f"values are nested deeper than {DEEPEST}")


def cells_of(item: Mapping[str, Value], shapes: Shapes) -> dict[str, str]:
    r"""An item's cells by column name.

    A repeated value is joined by `VALUE_SEPARATOR`. Sub-attributes that a shape knows become one cell in
    its text form (`country:region:service:price`, or JSON); a list of names with values becomes a column for each
    name, `attribute[name]`; any others become columns of their own, named `attribute.sub_attribute`.

    >>> item = {"id": "1", "shipping": {"country": "US", "price": "5 USD"}}
    >>> cells_of(item, {"shipping": ("country", "price")})
    {'id': '1', 'shipping': 'US:5 USD'}
    >>> cells_of({"image": [{"url": "a"}, {"url": "b"}]}, {})
    {'image.url': 'a\x1fb'}
    >>> cells_of({"param": [{"name": "Color", "value": "Red"}, {"name": "Size", "value": "L"}]}, {})
    {'param[Color]': 'Red', 'param[Size]': 'L'}
    >>> cells_of({"options": {"Color": "Red"}}, {"options": AS_JSON})
    {'options': '{"Color":"Red"}'}
    """
    cells: dict[str, str] = {}
    for name, value in item.items():
        if type(value) is str:
            cells[name] = value
        else:
            _spread(cells, name, value, shapes, depth=0)
    return cells


def _spread(cells: dict[str, str], name: str, value: Value, shapes: Shapes, *, depth: int) -> None:
    """Put one value into its cell, or its sub-attributes into theirs."""
    if depth > DEEPEST:
        raise NestedTooDeeply
    # Before it is repeated in the name of each thing that lies within.
    refuse_long_names((name,))
    plain: list[str] = []
    nested = False
    for part in _parts(value, depth):
        if isinstance(part, dict):
            nested = True
            shape = _shape(name, shapes)
            if shape == AS_JSON:
                plain.append(json.dumps(part, ensure_ascii=False, separators=(",", ":")))
                continue
            named = None if shape else named_value(part)
            if named is not None:
                label, held = named
                _spread(cells, f"{name}[{label}]", held, shapes, depth=depth + 1)
                continue
            plain.append(_text_form(part, shape))
            for sub_name, sub_value in part.items():
                if sub_name and _attribute_name(sub_name) not in shape:
                    _spread(cells, f"{name}.{sub_name}", sub_value, shapes, depth=depth + 1)
        else:
            plain.append(part)
    kept = [text for text in plain if text]
    if kept:
        before = cells.get(name)
        cells[name] = VALUE_SEPARATOR.join(kept if not before else [before, *kept])
    elif not nested:
        cells.setdefault(name, "")


def _parts(value: Value, depth: int = 0) -> Iterator[str | dict[str, Value]]:
    """A value's scalars, as text, and objects, lists within lists laid out."""
    if depth > DEEPEST:
        raise NestedTooDeeply
    match value:
        case str():
            yield value
        case bool():
            yield "true" if value else "false"
        case list():
            for element in value:
                yield from _parts(element, depth + 1)
        case dict():
            yield value
        case None:
            return


def _shape(name: str, shapes: Shapes) -> tuple[str, ...]:
    """The order of an attribute's sub-attributes; interfaces write its name `productDetails`, in other objects."""
    if direct := shapes.get(name.lower()):
        return direct
    own = _attribute_name(name.rpartition(".")[2])
    known = (shapes.get(each) for each in (own, own.removesuffix("s"), own.removesuffix("es")))
    return next(filter(None, known), ())


@lru_cache(maxsize=4096)
def _attribute_name(name: str) -> str:
    return _CAMEL_HUMP.sub("_", name).lower()


def _text_form(part: Mapping[str, Value], shape: tuple[str, ...]) -> str:
    """Sub-attributes in their declared order, empty ones at the end left out; else its own text."""
    named = {_attribute_name(name): value for name, value in part.items()} if shape else part
    texts = [value if type(value) is str else _scalar(_amount(value)) for value in map(named.get, shape)]
    form = _bare(":", texts).rstrip(":")
    return form if form.strip() else _scalar(part.get(OWN_TEXT)) or form


def _bare(sign: str, parts: list[str]) -> str:
    """Parts as one text without white space around them; one space before it says that there was some.

    Within the text nobody could tell any more that it belongs to none of the parts.
    """
    bare = [part.strip() for part in parts]
    whole = sign.join(bare)
    return whole if bare == parts else f" {whole}"


def _amount(value: Value) -> Value:
    """A price as one text, where interfaces part it: value and currency, or millionths and the currency's code."""
    if not isinstance(value, dict):
        return value
    match {_attribute_name(name): part for name, part in value.items()}:
        case {"value": str(amount), "currency": str(currency)}:
            return _bare(" ", [amount, currency])
        case {"amount_micros": str(micros), "currency_code": str(currency)} if _MICROS.fullmatch(
            digits := micros.strip()
        ):
            amount = micros.replace(digits, f"{Decimal(digits).scaleb(-6).normalize():f}")
            return _bare(" ", [amount, currency])
    return value


def _scalar(value: Value) -> str:
    return VALUE_SEPARATOR.join(part for part in _parts(value) if isinstance(part, str))
