"""The closed list of operations as documents name them, with what each takes."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping import operations as kinds
from feedscript.feeds.mapping.operations import Operation
from feedscript.feeds.mapping.operations.links import LINK
from feedscript.feeds.mapping.patterns import checked_pattern, checked_replacement, has_group
from feedscript.feeds.mapping.template_field import TemplateField


def _without(operation: type[Operation]) -> Callable[[Any], Operation]:
    def build(parameter: Any) -> Operation:
        if parameter is not None:
            raise ValidationError("takes no parameter")
        return operation()

    return build


def _of_text(operation: Callable[[str], Operation]) -> Callable[[Any], Operation]:
    return lambda parameter: operation(_text.deserialize(parameter))


_text = fields.String(required=True, validate=validate.Length(min=1))
_texts = fields.List(_text, required=True, validate=validate.Length(min=1))


def _one_or_more(parameter: Any) -> tuple[str, ...]:
    texts: list[Any] = _texts.deserialize([parameter] if isinstance(parameter, str) else parameter)
    return tuple(texts)


_length = fields.Integer(required=True, strict=True, validate=validate.Range(min=2, max=100_000))
_words = fields.Dict(keys=_text, values=_texts, required=True, validate=validate.Length(min=1))

_list = fields.Nested(
    Schema.from_dict(
        {
            "separators": fields.String(required=True),
            "at_most": fields.Integer(required=True, strict=True, validate=validate.Range(min=1)),
        }
    )
)

_separator = fields.String(required=True, validate=validate.Length(min=1, max=20))
_FACTORS, _SUMMANDS, _RATES = ("0.000001", "1000000"), ("-1000000", "1000000"), ("0", "99")
_ORDERS = ("day_first", "month_first")
_names_of_parameters = validate.Regexp(
    r"[A-Za-z0-9._~-]{1,100}\Z", error="must be of letters, digits and . _ ~ -"
)
_parameters = fields.Dict(
    keys=fields.String(validate=_names_of_parameters),
    values=fields.String(validate=validate.Length(max=500)),
    required=True,
    validate=validate.Length(min=1, max=20),
)


def _schema(**each: fields.Field[Any]) -> Callable[[Any], dict[str, Any]]:
    nested = fields.Nested(Schema.from_dict(dict(each)))

    def load(parameter: Any) -> dict[str, Any]:
        loaded: dict[str, Any] = nested.deserialize(parameter)
        return loaded

    return load


def _with_tuple(given: dict[str, Any], name: str) -> dict[str, Any]:
    return given | {name: tuple(given[name])}


_part = _schema(
    separator=_separator, number=fields.Integer(required=True, strict=True, validate=validate.Range(1, 1000))
)
_replacement = _schema(text=_text, by=fields.String(required=True, validate=validate.Length(max=1000)))
_pattern = _schema(pattern=_text, by=fields.String(required=True))
_oversell = _schema(
    told_by=_text, words=fields.List(_text, required=True, validate=validate.Length(1, 100)), state=_text
)


def _number_within(bounds: tuple[str, str]) -> Callable[[Any], str]:
    def read(parameter: Any) -> str:
        if isinstance(parameter, bool) or not isinstance(parameter, int | float):
            raise ValidationError("must be a number, such as 10 or 0.5")
        number = Decimal(str(parameter))
        if not number.is_finite() or not Decimal(bounds[0]) <= number <= Decimal(bounds[1]):
            raise ValidationError(f"must be a number from {bounds[0]} to {bounds[1]}")
        return f"{number:.6f}"

    return read


def _net_to_gross(parameter: Any) -> Operation:
    if isinstance(parameter, str):
        return kinds.NetToGross(told_by=_text.deserialize(parameter))
    return kinds.NetToGross(rate=_number_within(_RATES)(parameter))


def _date(parameter: Any) -> Operation:
    if parameter is not None and parameter not in _ORDERS:
        what = f"Must be one of the known, not {parameter!r}"
        raise ValidationError(UnknownName(what, str(parameter), _ORDERS))
    return kinds.Date(parameter)


def _replace_pattern(parameter: Any) -> Operation:
    given = _pattern(parameter)
    pattern = checked_pattern(given["pattern"])
    return kinds.ReplacePattern(pattern, checked_replacement(pattern, given["by"]))


def _extract(parameter: Any) -> Operation:
    pattern = checked_pattern(str(_text.deserialize(parameter)))
    return kinds.Extract(pattern, int(has_group(pattern)))


def _deep_link(parameter: Any) -> Operation:
    template = TemplateField().deserialize(parameter)
    for name in template.columns:
        if name != LINK:
            raise ValidationError(UnknownName(f"a deep link has no {name!r}", name, (LINK,)))
    if not template.columns or template.parts[0].is_column:
        raise ValidationError("must begin with the network's address, and have {link|url} behind it")
    return kinds.DeepLink(template)


OPERATIONS: dict[str, Callable[[Any], Operation]] = {
    "blank": lambda parameter: kinds.Blank(tuple(_texts.deserialize(parameter))),
    "currency": _without(kinds.Currency),
    "date": _date,
    "deep_link": _deep_link,
    "default": _of_text(kinds.Default),
    "extract": _extract,
    "first": lambda parameter: kinds.First(_separator.deserialize(parameter)),
    "gtin": _without(kinds.Gtin),
    "higher_of": _of_text(kinds.HigherOf),
    "last": lambda parameter: kinds.Last(_separator.deserialize(parameter)),
    "list": lambda parameter: kinds.Listed(**_list.deserialize(parameter)),
    "lower": _without(kinds.Lower),
    "measure": _without(kinds.Measure),
    "micros": _without(kinds.Micros),
    "net_to_gross": _net_to_gross,
    "only_below": _of_text(kinds.OnlyBelow),
    "oversell": lambda parameter: kinds.Oversell(**_with_tuple(_oversell(parameter), "words")),
    "parameters": lambda parameter: kinds.Parameters(_parameters.deserialize(parameter)),
    "part": lambda parameter: kinds.Part(**_part(parameter)),
    "plain_text": _without(kinds.PlainText),
    "plus": lambda parameter: kinds.Plus(_number_within(_SUMMANDS)(parameter)),
    "price": lambda parameter: kinds.Price(_one_or_more(parameter)),
    "range": _of_text(kinds.Range),
    "replace": lambda parameter: kinds.Replace(**_replacement(parameter)),
    "replace_pattern": _replace_pattern,
    "rest": lambda parameter: kinds.Rest(_separator.deserialize(parameter)),
    "stock_count": _without(kinds.StockCount),
    "times": lambda parameter: kinds.Times(_number_within(_FACTORS)(parameter)),
    "title_case": _without(kinds.TitleCase),
    "truncate": lambda parameter: kinds.Truncate(_length.deserialize(parameter)),
    "unit": _of_text(kinds.Unit),
    "unless_same_as": _of_text(kinds.UnlessSameAs),
    "unless_zero": _without(kinds.UnlessZero),
    "upper": _without(kinds.Upper),
    "url": _without(kinds.Url),
    "values": lambda parameter: kinds.Values(
        {own: tuple(words) for own, words in _words.deserialize(parameter).items()}
    ),
    "without": _of_text(kinds.Without),
}


class OperationField(fields.Field[Operation]):
    """`name`, or `name: parameter`; a name that is not in the closed list is a mistake."""

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
