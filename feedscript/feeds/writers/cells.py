"""The cells of a partner's feed, in SQL over those of the canonical product.

The canonical product has Google's attributes in Google's forms: a price is `9.99 USD`, several values are parted as
Google parts them, words are Google's. What a partner calls by another name or writes in another way is said in its
profile (`Attribute.canonical`, `Attribute.cell`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.profiles.model import Attribute, Cell, Profile
from feedscript.feeds.profiles.repeated import mostly_one

_SPACE = "' '"
#: A title that declares the parts of its values.
_DECLARED = re.compile(r"([^()]+)\(([^()]+)\)")


@dataclass(frozen=True)
class Column:
    """A column of the feed: its title, and in SQL its text, and the list of its values where it may have several.

    `json` is the SQL of its JSON, where the partner has it written so in every form of file.
    """

    attribute: Attribute
    title: str
    text: str
    values: str | None = None
    json: str | None = None

    @property
    def declared(self) -> tuple[str, tuple[str, ...]] | None:
        """Its name and the parts of its values, where the title tells them, as in `shipping(country:price)`."""
        found = _DECLARED.fullmatch(self.title)
        return (found[1], tuple(re.split("[:,]", found[2]))) if found else None

    def mapped(self, change: Callable[[str], str]) -> "Column":
        """The column with a change to each of its values; `change` gives the SQL of one for that of another."""
        values = self.values and f"list_transform({self.values}, lambda w: {change('w')})"
        return replace(self, text=change(self.text), values=values)


def partner_columns(
    profile: Profile, canonical: Mapping[str, Attribute], cells: Mapping[str, str], *, every: bool = False
) -> Iterator[Column]:
    """The columns that can be written, in the profile's order; `every` one where they are known by their place.

    `canonical` are the attributes of the canonical product, `cells` the SQL of those that the items have.
    """
    for attribute in profile.attributes:
        if attribute.cell.constant is not None:
            yield Column(attribute, attribute.title, literal(attribute.cell.constant))
        elif attribute.origin in cells:
            column = _column(attribute, canonical[attribute.origin], cells[attribute.origin])
            yield _as_json(column) if attribute.cell.json else column
        elif every:
            yield Column(attribute, attribute.title, "NULL::VARCHAR")


def canonical_attributes(profile: Profile, base: Profile) -> dict[str, Attribute]:
    """What the canonical product of a feed may have: attributes of `base`, and those that the partner alone knows."""
    known = {each.name: each for each in base.attributes}
    own = {each.origin: each for each in profile.attributes if each.origin not in known}
    wanted = {each.origin for each in profile.attributes}
    return {name: each for name, each in known.items() if name in wanted} | own


def _column(attribute: Attribute, canonical: Attribute, cell: str) -> Column:
    if not canonical.repeatable:
        return Column(attribute, attribute.title, _taken(attribute.cell, cell))
    values = mostly_one(canonical, cell)
    if canonical is attribute:
        return Column(attribute, attribute.title, cell, values)
    match attribute.cell.take:
        case "first":
            return Column(attribute, attribute.title, _worded(attribute.cell, f"({values})[1]"))
        case "rest":
            values = f"({values})[2:]"
    values = f"list_transform({values}, lambda v: {_taken(attribute.cell, 'v')})"
    if not attribute.repeatable:
        return Column(attribute, attribute.title, f"({values})[1]")
    plain = attribute.cell == Cell() and attribute.max_values >= canonical.max_values
    joined = f"nullif(array_to_string(({values})[:{attribute.max_values}], {literal(attribute.cell.separator)}), '')"
    return Column(
        attribute, attribute.title, cell if plain else joined, f"({values})[:{attribute.max_values}]"
    )


def _as_json(column: Column) -> Column:
    """The column as JSON: a list of several values, an object of a value's parts, or the JSON that the text is."""
    parts = [part.name for part in column.attribute.parts]
    if column.values is not None:
        values = (
            f"list_transform({column.values}, lambda w: {_object('w', parts)})" if parts else column.values
        )
        json = f"nullif(to_json({values})::VARCHAR, '[]')"
    elif parts:
        json = f"CASE WHEN {column.text} <> '' THEN {_object(column.text, parts)}::VARCHAR END"
    else:
        own = f"nullif({column.text}, '')"
        json = f"CASE WHEN json_valid({own}) THEN {own} ELSE to_json({own})::VARCHAR END"
    return replace(column, text=json, values=None, json=json)


def _object(value: str, parts: list[str]) -> str:
    """A JSON object of the parts between colons that are there; the last takes what is left."""
    split = f"string_split({value}, ':')"
    texts = [f"{split}[{place}]" for place in range(1, len(parts))]
    texts.append(f"array_to_string({split}[{len(parts)}:], ':')")
    members = ", ".join(
        f"{literal(name)}, nullif({text}, '')" for name, text in zip(parts, texts, strict=True)
    )
    return f"json_merge_patch('{{}}', json_object({members}))"


def _taken(form: Cell, value: str) -> str:
    """What the partner wants of one value, as the partner writes it."""
    match form.take:
        case "amount" | "number":
            value = f"nullif(split_part({value}, {_SPACE}, 1), '')"
        case "currency" | "unit":
            value = f"nullif(split_part({value}, {_SPACE}, 2), '')"
        case "begin":
            value = f"nullif(split_part({value}, '/', 1), '')"
        case "end":
            value = f"nullif(split_part({value}, '/', 2), '')"
    if form.compact:
        value = f"replace({value}, {_SPACE}, '')"
    if form.day is not None:
        value = f"strftime(TRY_CAST(left({value}, 10) AS DATE), {literal(form.day)})"
    return _worded(form, value)


def _worded(form: Cell, value: str) -> str:
    if not form.words:
        return value
    words = " ".join(f"WHEN {literal(own)} THEN {literal(word)}" for own, word in form.words.items())
    return f"CASE {value} {words} ELSE {value} END"
