"""The columns of a partner's feed, in SQL over the cells of the canonical product.

The canonical product has Google's attributes in Google's forms: a price is `9.99 USD`, several values are parted as
Google parts them, words are Google's. What a partner calls by another name or writes in another way is said in its
profile (`Attribute.canonical`, `Attribute.cell`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from feedscript.feeds.engine.sql import holds_any, literal, literals
from feedscript.feeds.profiles.index import CANONICAL, known_to_one_alone
from feedscript.feeds.profiles.loading import load_profile
from feedscript.feeds.profiles.model import Attribute, Profile, Type
from feedscript.feeds.profiles.repeated import (
    JOINED,
    mostly_one,
    only_value,
    quoted,
    signs_between,
    without_signs,
)
from feedscript.feeds.profiles.written import Cell
from feedscript.feeds.writers.json_objects import object_of_members, object_of_parts
from feedscript.feeds.writers.parts import with_parts
from feedscript.feeds.writers.values import is_dropped, is_offer, taken, unit_of

#: A title that declares the parts of its values.
_DECLARED = re.compile(r"([^()]+)\(([^()]+)\)")


@dataclass(frozen=True)
class Mended:
    """What the partner has no way to write, in SQL: the value as it was, and whether it was written otherwise."""

    operation: str
    was: str
    changed: str


@dataclass(frozen=True)
class Column:
    """A column of the feed: its title, and in SQL its text, and the list of its values where it may have several.

    `only` is the SQL of its value where it plainly has one, which costs far less than a list; NULL elsewhere.
    `json` is the SQL of its JSON, where the partner has it written so in every form of file. `mended` tells of values
    that are not as they were.
    """

    attribute: Attribute
    title: str
    text: str
    values: str | None = None
    only: str | None = None
    json: str | None = None
    mended: tuple[Mended, ...] = ()

    @property
    def declared(self) -> tuple[str, tuple[str, ...]] | None:
        """Its name and the parts of its values, where the title tells them, as in `shipping(country:price)`."""
        found = _DECLARED.fullmatch(self.title)
        return (found[1], tuple(re.split("[:,]", found[2]))) if found else None

    def mapped(self, change: Callable[[str], str]) -> "Column":
        """The column with a change to each of its values; `change` gives the SQL of one for that of another."""
        values = (
            self.values
            and f"list_filter(list_transform({self.values}, lambda w: {change('w')}), lambda w: w <> '')"
        )
        only = self.only and f"nullif({change(self.only)}, '')"
        return replace(self, text=change(self.text), values=values, only=only)


def partner_columns(
    profile: Profile,
    canonical: Mapping[str, Attribute],
    cells: Mapping[str, str],
    *,
    every: bool = False,
    currency: str | None = None,
) -> Iterator[Column]:
    """The columns that can be written, in the profile's order; `every` one where they are known by their place.

    `canonical` are the attributes of the canonical product, `cells` the SQL of those that the items have. Of prices in
    another currency than `currency`, if it is given, no amount is taken.
    """
    for attribute in profile.attributes:
        source = _source(attribute, cells)
        if attribute.cell.constant is not None:
            yield Column(attribute, attribute.title, literal(attribute.cell.constant))
        elif source is not None:
            column = _column(attribute, canonical, cells, source, currency)
            yield _as_json(column) if attribute.cell.json else column
        elif every:
            yield Column(attribute, attribute.title, "NULL::VARCHAR")


def canonical_attributes(profile: Profile, base: Profile) -> dict[str, Attribute]:
    """What the canonical product of a feed may have: attributes of `base`, and those that the partner alone knows."""
    known = {each.name: each for each in base.attributes}
    own = {each.origin: each for each in profile.attributes if each.origin not in known}
    wanted = {name for each in profile.attributes for name in (each.origin, *each.cell.others)}
    return {name: each for name, each in known.items() if name in wanted} | own


def mappable_names(profile: Profile, base: Profile) -> tuple[str, ...]:
    """What a mapping may give: all of `base`, whoever takes it, and what this partner alone knows."""
    return tuple(
        dict.fromkeys((*(each.name for each in base.attributes), *canonical_attributes(profile, base)))
    )


def is_mappable(name: str, profile: Profile) -> bool:
    """Whether a mapping may give this attribute: also one that another partner alone knows, as its file serves all."""
    return name in mappable_names(profile, load_profile(CANONICAL)) or name in known_to_one_alone()


def _source(attribute: Attribute, cells: Mapping[str, str]) -> str | None:
    """The cell of the canonical product that is written, or the one that stands for it; None where there is none."""
    form, own = attribute.cell, cells.get(attribute.origin)
    if form.unit_of:
        return _in_one_unit(form, own, [cells[name] for name in form.unit_of if name in cells])
    if form.instead is not None and form.instead in cells:
        other = _other(form, cells, cells[form.instead])
        return other if own is None else f"coalesce({other}, {own})"
    if form.beside is None or own is None:
        return own
    if form.beside not in cells:
        return None
    return f"CASE WHEN {_other(form, cells, cells[form.beside])} IS NOT NULL THEN {own} END"


def _in_one_unit(form: Cell, own: str | None, measures: list[str]) -> str | None:
    """The measure whose unit is that of all; or the attribute's own where it is in that unit."""
    first = f"coalesce({', '.join(measures)})" if measures else None
    if form.take == "unit" or own is None or first is None:
        return first if form.take == "unit" else own
    # What is no measure stays, so that it is found to be none.
    return f"CASE WHEN {unit_of(own)} <> {unit_of(first)} THEN NULL ELSE {own} END"


def _other(form: Cell, cells: Mapping[str, str], cell: str) -> str:
    """The cell of another attribute, NULL for items for which it does not count."""
    counts = []
    if form.unless is not None and form.unless in cells:
        counts.append(f"{cells[form.unless]} IS NULL")
    if form.lower_than is not None and form.lower_than in cells:
        counts.append(is_offer(cell, cells[form.lower_than]))
    return f"CASE WHEN {' AND '.join(counts)} THEN {cell} END" if counts else cell


def _column(
    attribute: Attribute,
    canonical: Mapping[str, Attribute],
    cells: Mapping[str, str],
    cell: str,
    currency: str | None,
) -> Column:
    form, origin = attribute.cell, canonical[attribute.origin]
    if form.members:
        members = {name: cells[name] for name in form.members if name in cells}
        return Column(
            attribute, attribute.title, f"CASE WHEN {cell} IS NOT NULL THEN {object_of_members(members)} END"
        )
    if form.followed_by is not None:
        listed = f"list_value({cell})"
        if form.followed_by in cells:
            more = mostly_one(canonical[form.followed_by], cells[form.followed_by])
            listed = f"list_concat({listed}, coalesce({more}, []))"
        return _several(attribute, f"CASE WHEN {cell} IS NOT NULL THEN {listed} END")
    if not origin.repeatable:
        text = taken(attribute, _parted(attribute, origin, cell), currency)
        if form.beside_any:
            beside = [f"{cells[name]} IS NOT NULL" for name in form.beside_any if name in cells]
            text = f"CASE WHEN {' OR '.join(beside) or 'false'} THEN {text} END"
        own = cells.get(attribute.origin, cell)
        return Column(attribute, attribute.title, text, mended=tuple(_told(attribute, own, text)))
    if origin is attribute:
        only = only_value(origin, cell)
        return Column(attribute, attribute.title, cell, mostly_one(origin, cell), only)
    return _of_several(attribute, origin, cell)


def _of_several(attribute: Attribute, origin: Attribute, cell: str) -> Column:
    """The column of an attribute whose canonical one may have several values in its cell."""
    form, values = attribute.cell, mostly_one(origin, cell)
    if _has_own_parts(attribute, origin):
        values = f"list_transform({values}, lambda v: {_parted(attribute, origin, 'v')})"
    place = 1 if form.take == "first" else form.place
    if place is not None:
        return Column(attribute, attribute.title, taken(attribute, f"({values})[{place}]"))
    if form.take == "rest":
        values = f"({values})[2:]"
    if not attribute.repeatable:
        first = f"({values})[1]"
        text = taken(attribute, first)
        return Column(attribute, attribute.title, text, mended=tuple(_told(attribute, first, text)))
    column = _several(attribute, f"list_transform({values}, lambda v: {taken(attribute, 'v')})")
    if form.dropped:
        column = _without_dropped(column, attribute, values)
    is_plain = form == Cell() and not _has_own_parts(attribute, origin)
    if is_plain and attribute.max_values >= origin.max_values:
        return replace(column, text=cell)
    return column


def _told(attribute: Attribute, own: str, text: str) -> Iterator[Mended]:
    """What is told of values (SQL of the item's own) that the partner has no way to write as they are."""
    form = attribute.cell
    if form.nearest:
        yield Mended("nearest_word", own, f"{own} IN ({literals(tuple(form.nearest))})")
    if form.dropped or form.beside_any or (form.unit_of and form.take != "unit"):
        yield Mended("left_out", own, f"{own} IS NOT NULL AND {text} IS NULL")
    if form.rounded and attribute.decimals is not None:
        yield Mended("rounded", own, f"strlen({text}) <> strlen({own})")


def _without_dropped(column: Column, attribute: Attribute, values: str) -> Column:
    """The column without the values that the partner does not have."""
    hit = f"list_filter({values}, lambda w: {is_dropped(attribute.cell, 'w')})"
    kept = f"list_filter({values}, lambda w: NOT {is_dropped(attribute.cell, 'w')})"
    left = _several(attribute, f"list_transform({kept}, lambda v: {taken(attribute, 'v')})")
    told = Mended("left_out", f"array_to_string({values}, ',')", f"coalesce(len({hit}) > 0, false)")
    return replace(left, mended=(*column.mended, told))


def _has_own_parts(attribute: Attribute, origin: Attribute) -> bool:
    return bool(attribute.parts) and _names(attribute) != _names(origin)


def _parted(attribute: Attribute, origin: Attribute, value: str) -> str:
    """One value with the parts that the partner knows."""
    return with_parts(value, _names(origin), _names(attribute)) if attribute.parts else value


def _names(attribute: Attribute) -> list[str]:
    return [part.name for part in attribute.parts]


def _several(attribute: Attribute, values: str) -> Column:
    """The column of a list of values, as many of them as the partner takes."""
    listed = texts = f"({values})[:{attribute.max_values}]"
    separator = attribute.cell.separator
    told: tuple[Mended, ...] = ()
    # What Google's quotes and addresses keep whole these partners would part.
    is_strict = separator != "," or bool(attribute.cell.parted_by) or attribute.cell.encoded
    if not is_strict and attribute.type in {Type.TEXT, Type.STRUCTURED}:
        # As Google has them, and partners that part values by commas as well.
        texts = f"list_transform({listed}, lambda w: {quoted('w')})"
    elif is_strict and attribute.type in {Type.TEXT, Type.STRUCTURED, Type.URL}:
        # No quotes keep a sign that parts values from parting one; in every form of file an item is the same.
        hit = f"list_filter({listed}, lambda w: {holds_any('w', signs_between(attribute))})"
        was = f"array_to_string({listed}, {JOINED})"
        told = (Mended("without_parting_signs", was, f"coalesce(len({hit}) > 0, false)"),)
        listed = texts = f"list_transform({listed}, lambda w: {without_signs(attribute, 'w')})"
    joined = f"nullif(array_to_string({texts}, {literal(separator)}), '')"
    return Column(attribute, attribute.title, joined, listed, mended=told)


def _as_json(column: Column) -> Column:
    """The column as JSON: a list of several values, an object of a value's parts, or the JSON that the text is."""
    parts = [part.name for part in column.attribute.parts]
    if column.values is not None:
        values = (
            f"list_transform({column.values}, lambda w: {object_of_parts('w', parts)})"
            if parts
            else column.values
        )
        json = f"nullif(to_json({values})::VARCHAR, '[]')"
    elif parts:
        json = f"CASE WHEN {column.text} <> '' THEN {object_of_parts(column.text, parts)}::VARCHAR END"
    else:
        own = f"nullif({column.text}, '')"
        json = f"CASE WHEN json_valid({own}) THEN {own} ELSE to_json({own})::VARCHAR END"
    return replace(column, text=json, values=None, only=None, json=json)
