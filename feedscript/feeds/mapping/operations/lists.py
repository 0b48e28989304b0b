# ruff: noqa: D102 - `Operation` tells what the methods of every operation do
"""Several values in one cell."""

from dataclasses import dataclass
from typing import ClassVar, Self

from feedscript.feeds.engine.sql import WHITE_SPACE, identifier, literal
from feedscript.feeds.mapping.operations.operation import Alone, Layer
from feedscript.feeds.profiles.model import Attribute, Type
from feedscript.feeds.profiles.repeated import filled, quoted, unquoted_values
from feedscript.feeds.readers.staged import VALUE_SEPARATOR
from feedscript.feeds.rules.values import pattern

_JOINED = literal(VALUE_SEPARATOR)
_ADDRESS = r"(?i:https?:)?//"
#: Signs that an address may well begin or end with, should a merchant separate lists by them.
_OF_ADDRESSES = ":/?#@!$&'()*+=-._~"


@dataclass(frozen=True)
class Listed(Alone):
    """Separate several values as Google does, with a comma alone, each once and `at_most` so many.

    `separators` are the merchant's own. In a list of addresses they, commas and white space part only where another
    address follows or none stands beside them, and the commas left within one become `%2C`. In a list of texts a comma
    parts but before a space.
    """

    name: ClassVar[str] = "list"

    separators: str
    at_most: int

    def layers(self, column: str) -> tuple[Layer, ...]:
        value, parts = identifier(column), f"{column}:parts"
        kept = identifier(parts)
        once = f"list_filter({kept}, lambda part, place: list_position({kept}, part) = place)"
        are_addresses = f"regexp_matches({value}, {literal(f'^{self._between}*{_ADDRESS}')})"
        return (
            {
                parts: f"CASE WHEN {are_addresses} THEN {self._addresses(value)} ELSE {self._texts(value)} END",
            },
            {
                column: f"CASE WHEN {value} IS NULL THEN NULL ELSE array_to_string({once}[:{self.at_most}], ',') END"
            },
        )

    def _addresses(self, value: str) -> str:
        apart = (
            f"regexp_replace({value}, {literal(f'{self._between}+({_ADDRESS})')}, {_JOINED} || '\\1', 'g')"
        )
        parting = "".join(sign for sign in self.separators if sign not in _OF_ADDRESSES)
        ends = f"{WHITE_SPACE} || {literal(f',{parting}')}"
        bare = f"list_transform(string_split({apart}, {_JOINED}), lambda v: trim(v, {ends}))"
        return f"list_transform({filled(bare)}, lambda v: replace(v, ',', '%2C'))"

    @property
    def _between(self) -> str:
        """The class of what parts addresses."""
        return f"[\\s,{VALUE_SEPARATOR}{_class(self.separators)}]"

    def _texts(self, value: str) -> str:
        joined = VALUE_SEPARATOR * len(self.separators)
        apart = f"translate({value}, {literal(self.separators)}, {literal(joined)})"
        is_quoted = 'regexp_full_match(v, \'"([^"]|"")*"\')'
        bare = f"CASE WHEN {is_quoted} THEN v ELSE {quoted('v')} END"
        return f"list_transform({filled(unquoted_values(apart))}, lambda v: {bare})"


def _class(signs: str) -> str:
    """The signs as the inside of a class of characters."""
    return "".join(f"\\x{{{ord(sign):X}}}" for sign in signs)


@dataclass(frozen=True)
class Joined(Alone):
    """Write the values of a repeated attribute in one cell of text, so that they are read there as the same values.

    `commas` says what the comma within one value is: it `part`s values already, which cannot hold one; it is `encoded`,
    in an address; it is `text`, and the value stands in quotes. With `form`, the pattern of one value, it parts where
    all parts are of the form. `several` is false where the rule takes one value alone.
    """

    name: ClassVar[str] = "joined"

    commas: str
    form: str | None = None
    several: bool = True

    @classmethod
    def of(cls, attribute: Attribute, *, commas_part: bool, several: bool = True) -> Self:
        """How this attribute's values are written; with `commas_part` the source's commas part values already."""
        if commas_part or attribute.type not in {Type.URL, Type.TEXT, Type.STRUCTURED}:
            return cls("part", several=several)
        if attribute.type is Type.URL:
            return cls("encoded", several=several)
        return cls("text", form=pattern(attribute), several=several)

    def layers(self, column: str) -> tuple[Layer, ...]:
        value = identifier(column)
        joined = f"replace({value}, {_JOINED}, ',')"
        if self.commas == "part":
            return ({column: joined},)
        if self.commas == "encoded":
            return ({column: f"replace(replace({value}, ',', '%2C'), {_JOINED}, ',')"},)
        written = f"list_transform({filled(f'string_split({value}, {_JOINED})')}, lambda v: {self._written})"
        return (
            {
                column: f"CASE WHEN contains({value}, ',') OR contains({value}, {_JOINED}) "
                f"THEN array_to_string({written}, ',') ELSE {value} END"
            },
        )

    @property
    def _written(self) -> str:
        if self.form is None:
            return quoted("v")
        parts = unquoted_values("v")
        other = f"list_filter({parts}, lambda part: NOT regexp_full_match(trim(part), {literal(self.form)}))"
        return f"CASE WHEN len({parts}) > 1 AND len({other}) = 0 THEN v ELSE {quoted('v')} END"
