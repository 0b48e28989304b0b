"""Mappings as documents: which column becomes which attribute, and what is done to its values on the way."""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as AbstractMapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping.numbers import Decimal
from feedscript.feeds.mapping.operations import (
    Blank,
    Currency,
    Default,
    Gtin,
    Listed,
    Measure,
    Micros,
    Operation,
    PlainText,
    Price,
    StockCount,
    Truncate,
    Unit,
    UnlessSameAs,
    UnlessZero,
    Upper,
    Url,
    Values,
    Without,
)
from feedscript.feeds.profiles.model import Attribute, Profile

_HERE = Path(__file__).parent

#: Attributes whose values name a product or somebody, and are never cut.
IDENTIFIERS = frozenset({"id", "brand", "mpn", "gtin", "item_group_id", "external_seller_id"})


@dataclass(frozen=True)
class Rule:
    """Where one attribute comes from, and what is done to it; exactly one kind of origin is given.

    `names` are synonyms, best first, of which a source may have none; `columns` are the source's own names,
    which it must have, and of which the first with a value is taken; `constant` is a value for every item;
    `omit` leaves the attribute out.
    """

    names: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    constant: str | None = None
    omit: bool = False
    operations: tuple[Operation, ...] | None = None


@dataclass(frozen=True)
class Mapping:
    """Rules by attribute, in the order of writing, and by input, which operations may refer to."""

    attributes: AbstractMapping[str, Rule] = field(default_factory=dict)
    inputs: AbstractMapping[str, Rule] = field(default_factory=dict)

    def over(self, base: "Mapping") -> "Mapping":
        """This mapping where it speaks, `base` elsewhere; a rule without operations keeps those of `base`."""
        return Mapping(_over(self.attributes, base.attributes), _over(self.inputs, base.inputs))

    def with_decimal(self, decimal: Decimal | None) -> "Mapping":
        """This mapping where amounts that may be read in two ways have this sign before their decimals."""
        return Mapping(_with_decimal(self.attributes, decimal), _with_decimal(self.inputs, decimal))

    def within_bounds_of(self, profile: Profile) -> "Mapping":
        """This mapping with texts cut, and lists ended, where this partner's attributes end."""
        # What is cut as it is written leaves the text whole for others.
        uncut_first = sorted(profile.attributes, key=lambda each: each.cell.cut)
        by_origin = {each.origin: each for each in reversed(uncut_first)}
        rules = {
            name: replace(
                rule,
                operations=tuple(
                    each for operation in rule.operations for each in _bounded(operation, by_origin.get(name))
                ),
            )
            if rule.operations
            else rule
            for name, rule in self.attributes.items()
        }
        return Mapping(rules, self.inputs)


def _bounded(operation: Operation, attribute: Attribute | None) -> Iterator[Operation]:
    if attribute is None:
        yield operation
    elif isinstance(operation, Truncate):
        if attribute.max_length is not None:
            yield replace(operation, length=attribute.max_length)
    elif isinstance(operation, Listed):
        several = attribute.cell.take or attribute.cell.place
        yield replace(operation, at_most=max(attribute.max_values, operation.at_most if several else 1))
    else:
        yield operation


def _with_decimal(rules: AbstractMapping[str, Rule], decimal: Decimal | None) -> dict[str, Rule]:
    return {
        name: replace(rule, operations=tuple(_settled(each, decimal) for each in rule.operations))
        if rule.operations
        else rule
        for name, rule in rules.items()
    }


def _settled(operation: Operation, decimal: Decimal | None) -> Operation:
    return replace(operation, decimal=decimal) if isinstance(operation, Price | Measure) else operation


def _over(own: AbstractMapping[str, Rule], base: AbstractMapping[str, Rule]) -> dict[str, Rule]:
    merged = dict(base)
    for name, rule in own.items():
        inherited = merged.get(name, Rule())
        operations = inherited.operations if rule.operations is None else rule.operations
        speaks = rule.columns or rule.constant is not None or rule.omit
        merged[name] = replace(
            rule, names=() if speaks else rule.names or inherited.names, operations=operations
        )
    return merged


def read_mapping(path: Path) -> Mapping:
    """The mapping in the YAML file at `path`; raises ConfigError naming the line at fault."""
    loaded = load_document(path, MappingSchema(), ConfigError)
    assert isinstance(loaded, Mapping)
    return loaded


@cache
def known_synonyms() -> Mapping:
    """What merchants usually call Google's attributes, and how they usually write their values."""
    return read_mapping(_HERE / "google.yaml")


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

OPERATIONS: dict[str, Callable[[Any], Operation]] = {
    "blank": lambda parameter: Blank(tuple(_texts.deserialize(parameter))),
    "currency": _without(Currency),
    "default": _of_text(Default),
    "gtin": _without(Gtin),
    "list": lambda parameter: Listed(**_list.deserialize(parameter)),
    "measure": _without(Measure),
    "micros": _without(Micros),
    "plain_text": _without(PlainText),
    "price": lambda parameter: Price(_one_or_more(parameter)),
    "stock_count": _without(StockCount),
    "truncate": lambda parameter: Truncate(_length.deserialize(parameter)),
    "unit": _of_text(Unit),
    "unless_same_as": _of_text(UnlessSameAs),
    "unless_zero": _without(UnlessZero),
    "upper": _without(Upper),
    "url": _without(Url),
    "values": lambda parameter: Values(
        {own: tuple(words) for own, words in _words.deserialize(parameter).items()}
    ),
    "without": _of_text(Without),
}


class _OperationField(fields.Field[Operation]):
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


class _RuleSchema(Schema):
    names = fields.List(_text)
    column = fields.String(validate=validate.Length(min=1))
    columns = fields.List(_text, validate=validate.Length(min=1))
    constant = fields.String(validate=validate.Length(min=1))
    omit = fields.Boolean()
    operations = fields.List(_OperationField())

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def one_origin(self, _data: dict[str, Any], original: Any, **_: Any) -> None:
        origins = ("names", "column", "columns", "constant", "omit")
        given = [key for key in origins if isinstance(original, dict) and key in original]
        if len(given) > 1:
            raise ValidationError(f"give one of them, not {' and '.join(given)}")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Rule:
        columns = data.get("columns") or ([data["column"]] if "column" in data else [])
        operations = data.get("operations")
        return Rule(
            names=tuple(data.get("names", ())),
            columns=tuple(columns),
            constant=data.get("constant"),
            omit=data.get("omit", False),
            operations=None if operations is None else tuple(operations),
        )


def operations_in(document: Any) -> Iterator[tuple[str, str, int, Operation]]:
    """Section, name and place of each operation that is right by itself, whatever else the document has wrong."""
    for section in ("attributes", "inputs"):
        rules = document.get(section) if isinstance(document, dict) else None
        for name, rule in rules.items() if isinstance(rules, dict) else ():
            given = rule.get("operations") if isinstance(rule, dict) else None
            for place, operation in enumerate(given if isinstance(given, list) else ()):
                with suppress(ValidationError):
                    yield section, name, place, _OperationField().deserialize(operation)


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


class MappingSchema(Schema):
    """The document of a mapping: `attributes` and `inputs`, each a rule by name."""

    attributes = fields.Dict(keys=_text, values=fields.Nested(_RuleSchema))
    inputs = fields.Dict(keys=_text, values=fields.Nested(_RuleSchema))

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def cut_no_identifier(self, _data: dict[str, Any], original: Any, **_: Any) -> None:
        """Refuse to cut what names a product: the rest names another one, or none."""
        mistakes = Misplaced()
        for section, name, place, operation in operations_in(original):
            if section == "attributes" and name in IDENTIFIERS and isinstance(operation, Truncate):
                cause = f"{name} is an identifier, which nothing may be cut off: what is left is no {name}"
                mistakes.add(section, name, place, cause)
        mistakes.tell()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Mapping:
        """Make the frozen mapping."""
        return Mapping(data.get("attributes", {}), data.get("inputs", {}))
