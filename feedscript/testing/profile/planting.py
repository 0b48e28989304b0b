"""Plants one defect for each way in which an item can fail a rule of a profile, made of what the profile says."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from feedscript.feeds.profiles.model import (
    Attribute,
    Condition,
    CrossField,
    Part,
    Profile,
    Type,
)
from feedscript.feeds.rules.values import pattern
from feedscript.testing.profile.conditions_made import Made, country_of, negated
from feedscript.testing.profile.samples import part_sample, reversed_range, sample, structured

#: A value of an item in a feed; a list has several, None is none.
Planted = str | list[str] | None
_ODD = (
    "no such form",
    "€?",
    "\u00b0",
    "-",
    "12,5,x",
    "2026-13-45T00:00Z",
    "12345",
    "a/b/c/d/e",
    "1",
    "> x",
    "a:b:c:d:e:f:g",
    "A\a1",
    "shoe \U0001f45f",
    "one two three four five six seven eight nine ten <p>eleven</p>",
)
_LONG = ("x", "Red/", "Red", "1", "A > b", "é")
_BROKEN = "\x0b"


@dataclass(frozen=True)
class Defect:
    """A rule, and what is to be changed in a valid item so that it fails it; several changes are several items."""

    rule: str
    way: str
    items: tuple[dict[str, Planted], ...]
    country: str = "US"


@dataclass(frozen=True)
class Planter:
    """Plants the defects that one attribute of a profile can have."""

    profile: Profile
    attribute: Attribute
    as_of: datetime

    def defects(self, code: str) -> Iterator[Defect]:
        """Every way to have this defect."""
        for way, items, country in self._ways(code):
            where = country or next(iter(self.attribute.countries), "US")
            yield Defect(f"{self.profile.id}.{self.attribute.name}.{code}", way, tuple(items), where)

    def _ways(self, code: str) -> Iterator[tuple[str, list[dict[str, Planted]], str | None]]:
        crossing = [each for each in self.attribute.conditions if each.code == code]
        for cross in crossing:
            yield "condition", [dict(self._contradicting(cross))], country_of(_whole(cross))
        if code == "missing_required":
            yield self._missing()
        elif code == "group_conflict":
            assert self.attribute.same_within is not None
            group = {self.attribute.same_within: "GROUP"}
            yield "group", [{**group, self.name: each} for each in ("One", "Another")], None
        elif code == "duplicate_id":
            # No other planted item has it.
            own = self._sample * 2
            other = own.swapcase() if self.attribute.caseless else own
            yield "twice", [{self.name: own}, {self.name: other}], None
        else:
            for value in self._values(code):
                # Fewer values than are asked for would be found first.
                least = self.attribute.min_values or 1
                several = [value] * least if isinstance(value, str) and least > 1 else value
                yield repr(value)[:60], [{self.name: several}], None

    @property
    def name(self) -> str:
        """The attribute's."""
        return self.attribute.name

    @property
    def _sample(self) -> str:
        return sample(self.attribute, self.as_of)

    def _contradicting(self, cross: CrossField) -> dict[str, str | None]:
        when = cross.when or Condition("present", (self.name,))
        return Made(self.profile, self.as_of).holding(Condition("all", (when, negated(cross.expect))))

    def _missing(self) -> tuple[str, list[dict[str, Planted]], str | None]:
        needed = None if self.attribute.required else self.attribute.required_when
        when = Made(self.profile, self.as_of).holding(needed) if needed else {}
        without = dict.fromkeys((self.name, *self.attribute.alternatives))
        return "missing", [{**when, **without}], country_of(needed) if needed else None

    def _values(self, code: str) -> Iterator[Planted]:
        ways: dict[str, Callable[[], Iterable[str | list[str] | None]]] = {
            "too_long": self._long,
            "invalid_format": self._misformed,
            "out_of_range": self._outside,
            "placeholder_value": lambda: self.attribute.placeholders,
            "restricted_prefix": lambda: map(_gtin, self.profile.restricted_prefixes),
            "coupon_prefix": lambda: map(_gtin, self.profile.coupon_prefixes),
        }
        yield from ways[code]() if code in ways else self._one_value(code)

    def _one_value(self, code: str) -> Iterator[Planted]:
        if code == "range_reversed" and self.attribute.type is not Type.DATETIME_RANGE:
            return
        values: dict[str, Planted] = {
            "invalid_enum": "no such word",
            "too_many_values": [self._sample] * (self.attribute.max_values + 1),
            "range_reversed": reversed_range(self.as_of),
            "conflicting_values": self._parts_together(),
            "withdrawn_currency": self._sample.replace("USD", "DEM"),
            "broken_text": self._with_text(f"Sample{_BROKEN}"),
            "bad_check_digit": "4006381333930",
            "destroyed_digits": "4.00638E+12",
        }
        if values.get(code) is not None:
            yield values[code]

    def _parts_together(self) -> str | None:
        """A value with a part beside one that it excludes."""
        excluding = next((part for part in self.attribute.parts if part.excludes), None)
        if excluding is None:
            return None
        others = (part for part in self.attribute.parts if part.name in excluding.excludes)
        given = {part.name: part_sample(part) for part in (excluding, next(others))}
        return structured(self.attribute, given)

    def _with_text(self, text: str) -> str:
        part = next((each.name for each in self.attribute.parts if each.max_length), None)
        return structured(self.attribute, {part: text}) if part else text

    def _long(self) -> Iterator[Planted]:
        if self.attribute.max_length is not None:
            yield from islice(self._of_length(self.attribute.max_length + 1), 1)
        if self.attribute.max_bytes is not None:
            yield "é" * (self.attribute.max_bytes // 2 + 1)
        for part in self.attribute.parts:
            if part.max_length is not None:
                yield structured(self.attribute, {part.name: "x" * (part.max_length + 1)})
        if self.attribute.max_total_length is not None:
            longest = {each.name: "x" * each.max_length for each in self.attribute.parts if each.max_length}
            value = structured(self.attribute, longest) if longest else self._sample
            yield [value] * min(self.attribute.max_total_length // len(value) + 1, self.attribute.max_values)

    def _of_length(self, length: int) -> Iterator[str]:
        """Values that are right but for being of this length, or little more; none where the form allows none."""
        if self.attribute.type is Type.URL:
            yield f"{self._sample}?".ljust(length, "x")
        form = pattern(self.attribute)
        texts = [each * length for each in _LONG]
        texts += [text[:cut] for text in texts for cut in (length, length + 1, length + 2)]
        yield from (
            each for each in texts if len(each) >= length and (form is None or re.fullmatch(form, each))
        )

    def _misformed(self) -> Iterator[str]:
        form = pattern(self.attribute)
        if self.attribute.type is Type.GTIN:
            yield "12345"
        elif form is not None:
            if self.attribute.decimals is not None:
                yield self._with_decimals(self.attribute.decimals + 1)
            yield from islice((each for each in _ODD if not re.fullmatch(form, each, re.ASCII)), 1)
        if self.attribute.type in {Type.DATETIME, Type.DATETIME_RANGE}:
            yield re.sub(r"\d\d-\d\d(?=T|$)", "02-31", self._sample)
        if self.attribute.refused_extensions:
            yield f"https://shop.example.com/file.{self.attribute.refused_extensions[0]}"
        if self.attribute.extensions:
            yield "https://shop.example.com/file.nothing"

    def _with_decimals(self, decimals: int) -> str:
        """The sample with so many decimals; of a price in a currency that has as many."""
        written = f"1.{'1' * decimals}"
        return re.sub(r"\d+(?:\.\d+)?", written, self._sample, count=1).replace("USD", "KWD")

    def _outside(self) -> Iterator[str]:
        each = self.attribute
        if each.above is not None:
            yield self._numbered(each.above)
        if each.minimum is not None:
            yield self._numbered(each.minimum - 1 if each.type is Type.INTEGER else each.minimum / 2 or -1)
        if each.maximum is not None:
            yield self._numbered(each.maximum + 1)
        for unit, most in each.maximum_by_unit.items():
            yield f"{most + 1:.10g} {unit}"
        if each.max_days_ahead is not None:
            late = self.as_of + timedelta(days=each.max_days_ahead + 9)
            yield f"{late:{each.cell.day or '%Y-%m-%dT%H:%M+00:00'}}"
        for part in each.parts:
            yield from (structured(each, {part.name: text}) for text in _part_outside(part))

    def _numbered(self, number: float) -> str:
        written = f"{number:.2f}" if self.attribute.type is Type.PRICE else f"{number:.10g}"
        return re.sub(r"-?\d+(?:\.\d+)?", written, self._sample, count=1)


def _part_outside(part: Part) -> Iterator[str]:
    beyond = [part.minimum - 1] if part.minimum is not None else []
    beyond += [part.maximum + 1] if part.maximum is not None else []
    for number in beyond:
        written = f"{number:.2f}" if part.type is Type.PRICE else f"{number:.10g}"
        yield re.sub(r"\d+(?:\.\d+)?", written, part_sample(part), count=1)


def _gtin(prefixes: str) -> str:
    """A number of fourteen digits with the first of these prefixes in its place and a right check digit."""
    digits = f"0{prefixes[:3]}123456789"
    total = sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def _whole(cross: CrossField) -> Condition:
    return Condition("all", tuple(each for each in (cross.when, cross.expect) if each is not None))


def planted(profile: Profile, rules: list[tuple[str, str]], as_of: datetime) -> Iterator[Defect]:
    """Every defect of these (attribute, code)."""
    for name, code in rules:
        yield from Planter(profile, profile.attribute(name), as_of).defects(code)
