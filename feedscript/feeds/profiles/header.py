"""Matches a source's columns to a profile's attributes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from feedscript.feeds.profiles.model import Attribute, Part, Profile

_SUB_ATTRIBUTES = re.compile(r"^([^()]+)\(([^()]*)\)$")


@dataclass
class Header:
    """Which column is what: column indexes by attribute; unknown, superfluous and inexact columns by name.

    `attributes` are the profile's, with sub-attributes in the order that the header declares, as in
    `shipping(country:price)`.
    """

    attributes: dict[str, Attribute]
    columns: dict[str, list[int]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    inexact: list[str] = field(default_factory=list)

    def missing(self) -> Iterator[Attribute]:
        """The required attributes that have no column, and no column of an alternative."""
        for attribute in self.attributes.values():
            names = (attribute.name, *attribute.alternatives)
            if attribute.required and not any(name in self.columns for name in names):
                yield attribute


def normalised(name: str) -> str:
    """A column's name as attributes are named.

    >>> normalised(" g:Image Link ")
    'image_link'
    """
    return re.sub(r"[\s_-]+", "_", name.strip().lower().removeprefix("g:").strip())


def read_header(profile: Profile, columns: tuple[str, ...]) -> Header:
    """Match `columns`, in any order and spelling, to the profile's attributes.

    Of several columns for an attribute of one value, the one with the better name is taken, else the first.
    """
    names = {
        name: (each.name, rank) for each in profile.attributes for name, rank in _ranked_names(each).items()
    }
    ranks: dict[str, int] = {}
    header = Header({each.name: each for each in profile.attributes})
    for index, column in enumerate(columns):
        plain, parts = title_and_parts(column)
        name, rank = names.get(normalised(plain), (None, 0))
        if name is None:
            if normalised(plain) not in profile.unchecked:
                header.unknown.append(column)
            continue
        attribute = header.attributes[name]
        if plain not in (attribute.title, *attribute.names):
            header.inexact.append(column)
        taken = header.columns.setdefault(name, [])
        if taken and not attribute.repeatable:
            if rank >= ranks[name]:
                header.duplicates.append(column)
                continue
            header.duplicates.append(columns[taken.pop()])
        taken.append(index)
        ranks[name] = rank
        if parts and attribute.parts:
            header.attributes[name] = replace(attribute, parts=_reordered(attribute, parts))
    return header


def _ranked_names(attribute: Attribute) -> dict[str, int]:
    """The names of an attribute, 0 for the best."""
    return {normalised(attribute.title): 0} | {name: rank for rank, name in enumerate(attribute.names)}


def title_and_parts(column: str) -> tuple[str, tuple[str, ...]]:
    """A column's name, and the parts of its values where it tells them.

    >>> title_and_parts("shipping(country:price)")
    ('shipping', ('country', 'price'))
    """
    found = _SUB_ATTRIBUTES.match(column.strip())
    if not found:
        return column, ()
    return found[1], tuple(normalised(each) for each in re.split("[:,]", found[2]))


def with_parts_of(title: str, column: str) -> str:
    """A partner's title, with the parts that a source's column tells of its values, in the partner's spelling.

    >>> with_parts_of("shipping", "SHIPPING (Country:PRICE)")
    'shipping(country:price)'
    """
    parts = title_and_parts(column)[1]
    return f"{title_and_parts(title)[0]}({':'.join(parts)})" if parts else title


def _reordered(attribute: Attribute, names: tuple[str, ...]) -> tuple[Part, ...]:
    known: Mapping[str, Part] = {part.name: part for part in attribute.parts}
    return tuple(known.get(name, Part(name=name)) for name in names)
