"""Exports that are given for feeds: told by their columns, with what their columns would be in a feed."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType

from feedscript.feeds.documents.shipped import load_shipped
from feedscript.feeds.mapping.languages.spoken import spoken_in
from feedscript.feeds.mapping.names import folded
from feedscript.feeds.profiles.model import Attribute

Signatures = Mapping[str, tuple[tuple[str, ...], ...]]
#: How alike two names must be, of 1, for one to be taken for the other misspelt.
_ALIKE = 0.8


def exporting_system(columns: Iterable[str]) -> tuple[str, tuple[str, ...]] | None:
    """The system whose export has these columns, and the columns that tell so; None for any other file."""
    given = tuple(columns)
    by_name = {name: column for column, name in folded(given).items()}
    signatures = _signatures()
    names = folded(tuple({name for listed in signatures.values() for each in listed for name in each}))
    for system, listed in signatures.items():
        for signature in listed:
            if all(names[name] in by_name for name in signature):
                return system, tuple(by_name[names[name]] for name in signature)
    return None


def near_names(missing: Iterable[Attribute], columns: Iterable[str]) -> Mapping[str, str]:
    """For attributes without a column, the column that looks like each, by synonym or by spelling."""
    return MappingProxyType(dict(_near(tuple(missing), tuple(columns))))


def _near(missing: tuple[Attribute, ...], columns: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    synonyms = spoken_in(columns).names
    left = {name: column for column, name in reversed([*folded(columns).items()]) if name}
    wanted = {attribute.name: (attribute.name, *synonyms.get(attribute.name, ())) for attribute in missing}
    names = folded(tuple({name for listed in wanted.values() for name in listed}))
    for attribute in missing:
        known = next((names[name] for name in wanted[attribute.name] if names[name] in left), None)
        alike = [known] if known else get_close_matches(names[attribute.name], left, 1, _ALIKE)
        if alike:
            yield attribute.name, left.pop(alike[0])


def _signatures() -> Signatures:
    path = Path(__file__).with_name("shop_exports.yaml")
    loaded: Signatures = load_shipped(path, "feedscript.feeds.validation.exports_schema:read_signatures")
    return loaded
