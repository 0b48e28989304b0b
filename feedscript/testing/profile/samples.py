"""A valid value of any attribute, made of what its profile says of it."""

import re
from datetime import datetime, timedelta

from feedscript.feeds.profiles.model import Attribute, Part, Type
from feedscript.feeds.rules.values import structured_pattern

_BY_TYPE = {
    Type.TEXT: "Sample",
    Type.URL: "https://shop.example.com/page",
    Type.PRICE: "5.00 USD",
    Type.GTIN: "4006381333931",
    Type.CATEGORY: "Apparel & Accessories > Shoes",
    Type.COUNTRY: "US",
}
_PART_TEXTS = ("5.00 USD", "1", "US", "Sample", "1600", "2026-08-01T00:00Z/2026-08-09T00:00Z")


def sample(attribute: Attribute, as_of: datetime) -> str:
    """A value that is right; where the partner asks for a form of its own, the profile's `example` is one."""
    if attribute.example is not None and not attribute.parts:
        return attribute.example
    match attribute.type:
        case Type.ENUM:
            return attribute.values[0]
        case Type.INTEGER | Type.NUMBER:
            return f"{int(max(attribute.minimum or 0, (attribute.above or 0) + 1, 1))}"
        case Type.MEASURE:
            return f"12 {attribute.units[0]}"
        case Type.DATETIME:
            return f"{as_of + timedelta(days=9):%Y-%m-%dT%H:%M+00:00}"
        case Type.DATETIME_RANGE:
            return reversed_range(as_of, days=(0, 9))
        case Type.PRICE if attribute.currency == "none":
            return "5.00"
        case Type.STRUCTURED:
            return structured(attribute, {})
        case Type.URL if attribute.extensions:
            return f"https://shop.example.com/file.{attribute.extensions[0]}"
        case kind:
            return _BY_TYPE[kind]


def reversed_range(as_of: datetime, days: tuple[int, int] = (9, 0)) -> str:
    """A range of times that begins and ends so many days from now."""
    return "/".join(f"{as_of + timedelta(days=each):%Y-%m-%dT%H:%M+00:00}" for each in days)


def structured(attribute: Attribute, given: dict[str, str]) -> str:
    """A structured value with these parts, and samples for the others that are needed."""
    last = max(
        [place for place, part in enumerate(attribute.parts) if part.required or part.name in given] or [0]
    )
    parts = attribute.parts[: last + 1]
    texts = [
        given.get(part.name) or (part_sample(part) if part.required or last == 0 else "") for part in parts
    ]
    return ":".join(
        text.replace(":", "\\:") if part.type is Type.TEXT else text
        for text, part in zip(texts, parts, strict=True)
    )


def part_sample(part: Part) -> str:
    """A value of a part that is right."""
    if part.values:
        return part.values[0]
    texts = (f"{part.minimum:g}",) if part.minimum else ()
    found: str = next(
        text for text in (*texts, *_PART_TEXTS) if re.fullmatch(structured_pattern((part,)), text)
    )
    return found
