"""The closed list of operations as documents name them, with what each takes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping import operations as kinds
from feedscript.feeds.mapping.operations import Operation
from feedscript.feeds.mapping.parameter_fields import (
    ChoiceField,
    DeepLinkField,
    NamesField,
    NumberField,
    PatternField,
    RateField,
    text,
)
from feedscript.feeds.mapping.patterns import checked_replacement, has_group
from feedscript.feeds.mapping.proportion import LONGEST_VALUE

MOST_WORDS = 1_000
"""How many values a list of words may have, and how many words each of them."""


@dataclass(frozen=True)
class Entry:
    """An operation of the list: what it takes (None: nothing; `optional`: or nothing), and how it is made of that."""

    takes: fields.Field[Any] | None
    make: Callable[..., Operation]
    optional: bool = False

    def __call__(self, parameter: Any) -> Operation:
        """The operation; raises ValidationError."""
        if self.takes is None:
            if parameter is not None:
                raise ValidationError("takes no parameter")
            return self.make()
        if parameter is None and self.optional:
            return self.make()
        return self.make(self.takes.deserialize(parameter))


def _named(**each: fields.Field[Any]) -> fields.Field[Any]:
    return fields.Nested(Schema.from_dict(dict(each)), required=True)


def _texts() -> fields.Field[Any]:
    return fields.List(text(), required=True, validate=validate.Length(min=1, max=MOST_WORDS))


def _name(kind: Callable[[str], Operation]) -> Entry:
    return Entry(text(LONGEST_VALUE), kind)


def _separator(kind: Callable[[str], Operation]) -> Entry:
    return Entry(text(20), kind)


def _replace_pattern(given: Mapping[str, str]) -> Operation:
    return kinds.ReplacePattern(given["pattern"], checked_replacement(given["pattern"], given["by"]))


def _whole(lowest: int, highest: int | None = None) -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=lowest, max=highest))


_PARAMETER = validate.Regexp(r"[A-Za-z0-9._~-]{1,100}\Z", error="must be of letters, digits and . _ ~ -")
_HOST = validate.Regexp(
    r"[a-z0-9-]+(\.[a-z0-9-]+)+\Z", error="must be the name of a host, such as net.example"
)

OPERATIONS: Mapping[str, Entry] = {
    "absolute": _name(kinds.Absolute),
    "blank": Entry(_texts(), lambda words: kinds.Blank(tuple(words))),
    "currency": Entry(None, kinds.Currency),
    "date": Entry(ChoiceField(("day_first", "month_first"), required=True), kinds.Date, optional=True),
    "deep_link": Entry(DeepLinkField(required=True), kinds.DeepLink),
    "default": _name(kinds.Default),
    "extract": Entry(
        PatternField(required=True), lambda pattern: kinds.Extract(pattern, int(has_group(pattern)))
    ),
    "first": _separator(kinds.First),
    "gtin": Entry(None, kinds.Gtin),
    "higher_of": _name(kinds.HigherOf),
    "last": _separator(kinds.Last),
    "list": Entry(
        _named(
            separators=fields.String(required=True, validate=validate.Length(max=100)),
            at_most=_whole(1, 1000),
        ),
        lambda given: kinds.Listed(**given),
    ),
    "lower": Entry(None, kinds.Lower),
    "measure": Entry(None, kinds.Measure),
    "micros": Entry(None, kinds.Micros),
    "net_to_gross": Entry(RateField("0", "99", required=True), lambda rate: kinds.NetToGross(*rate)),
    "only_below": _name(kinds.OnlyBelow),
    "oversell": Entry(
        _named(told_by=text(), words=_texts(), state=text()),
        lambda given: kinds.Oversell(given["told_by"], tuple(given["words"]), given["state"]),
    ),
    "parameters": Entry(
        fields.Dict(
            keys=fields.String(validate=_PARAMETER),
            values=fields.String(validate=validate.Length(max=500)),
            required=True,
            validate=validate.Length(min=1, max=20),
        ),
        kinds.Parameters,
    ),
    "part": Entry(
        _named(
            separator=text(20),
            number=_whole(1, 1000),
        ),
        lambda given: kinds.Part(**given),
    ),
    "plain_text": Entry(None, kinds.PlainText),
    "plus": Entry(RateField("-1000000", "1000000", required=True), lambda given: kinds.Plus(*given)),
    "price": Entry(NamesField(required=True), kinds.Price),
    "range": _name(kinds.Range),
    "reduced_by": _name(kinds.ReducedBy),
    "replace": Entry(
        _named(text=text(1000), by=fields.String(required=True, validate=validate.Length(max=1000))),
        lambda given: kinds.Replace(**given),
    ),
    "replace_pattern": Entry(
        _named(pattern=PatternField(required=True), by=fields.String(required=True)), _replace_pattern
    ),
    "rest": _separator(kinds.Rest),
    "stock_count": Entry(None, kinds.StockCount),
    "times": Entry(NumberField("0.000001", "1000000", required=True), kinds.Times),
    "title_case": Entry(None, kinds.TitleCase),
    "truncate": Entry(_whole(2, 100_000), kinds.Truncate),
    "unit": _name(kinds.Unit),
    "unless_same_as": _name(kinds.UnlessSameAs),
    "unless_zero": Entry(None, kinds.UnlessZero),
    "unwrap": Entry(
        _named(
            parameter=fields.String(required=True, validate=_PARAMETER),
            hosts=fields.List(
                fields.String(validate=_HOST), required=True, validate=validate.Length(min=1, max=50)
            ),
        ),
        lambda given: kinds.Unwrap(given["parameter"], tuple(given["hosts"])),
    ),
    "upper": Entry(None, kinds.Upper),
    "url": Entry(None, kinds.Url),
    "values": Entry(
        fields.Dict(
            keys=text(LONGEST_VALUE),
            values=_texts(),
            required=True,
            validate=validate.Length(min=1, max=MOST_WORDS),
        ),
        lambda words: kinds.Values({own: tuple(theirs) for own, theirs in words.items()}),
    ),
    "without": _name(kinds.Without),
    "words": Entry(ChoiceField(tuple(kinds.Words.kinds), required=True), kinds.Words),
}


class OperationField(fields.Field[Operation]):
    """`name`, or `name: parameter`; a name that is not in the closed list is a mistake."""

    entries = OPERATIONS

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Operation:
        named = {value: None} if isinstance(value, str) else value
        if not isinstance(named, dict) or len(named) != 1:
            raise ValidationError("must be the name of an operation, or its name and parameter")
        name, parameter = next(iter(named.items()))
        if name not in OPERATIONS:
            raise ValidationError(UnknownName(f"there is no operation {name!r}", str(name), OPERATIONS))
        try:
            return OPERATIONS[name](parameter)
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from error


def operations_in(document: Any) -> Iterator[tuple[str, str, int, Operation]]:
    """Section, name and place of each operation that is right by itself, whatever else the document has wrong."""
    for section in ("attributes", "inputs"):
        rules = document.get(section) if isinstance(document, dict) else None
        for name, rule in rules.items() if isinstance(rules, dict) else ():
            given = rule.get("operations") if isinstance(rule, dict) else None
            for place, operation in enumerate(given if isinstance(given, list) else ()):
                with suppress(ValidationError):
                    yield section, name, place, OperationField().deserialize(operation)


class Misplaced:
    """What is wrong with operations for where they stand, all of which is told at once."""

    def __init__(self) -> None:
        self._told: dict[str, dict[str, dict[str, dict[int, list[str]]]]] = {}

    def add(self, section: str, name: str, place: int, cause: str) -> None:
        """Note what is wrong with the operation at a place."""
        operations = self._told.setdefault(section, {}).setdefault(name, {}).setdefault("operations", {})
        operations.setdefault(place, []).append(cause)

    def tell(self) -> None:
        """Raise ValidationError with what was noted, if anything was."""
        if self._told:
            raise ValidationError(dict(self._told))
