"""Finds, for each rule of a mapping, the columns of a source that it speaks of."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass

from feedscript.feeds.errors import BadConfig, FeedError
from feedscript.feeds.mapping.document import Mapping, Rule
from feedscript.feeds.mapping.names import fold, folded, names_within
from feedscript.feeds.mapping.operations import Joined, Listed
from feedscript.feeds.unknown_names import near_names

# How many columns a message names.
_LISTED = 40


class UnknownColumn(BadConfig):
    """A mapping names columns that the source has not.

    Attributes: `unknown` (the attribute and the column of each), `columns` (those of the source); and of the first one
    `attribute`, `column`.
    """

    def __init__(self, unknown: tuple[tuple[str, str], ...], columns: tuple[str, ...]) -> None:
        wanted = (
            f"{attribute} from the column {column!r}{_meant(column, columns)}"
            for attribute, column in unknown
        )
        super().__init__(
            f"the mapping takes {', '.join(wanted)}, which the source has not; its columns are {_listed(columns)}"
        )
        self.unknown = unknown
        self.columns = columns
        self.attribute, self.column = unknown[0]


class AttributesUnmatched(FeedError):
    """The source has no column for attributes that every item must have.

    Attributes: `missing` (attributes), `columns` (those of the source).
    """

    def __init__(self, missing: tuple[str, ...], columns: tuple[str, ...]) -> None:
        super().__init__(
            f"no column of the source is known to hold {', '.join(missing)}; "
            f"its columns are {_listed(columns)}. "
            "Name the right ones in the merchant's mapping, or give a constant"
        )
        self.missing = missing
        self.columns = columns


def _meant(column: str, columns: tuple[str, ...]) -> str:
    near = near_names(column, columns)
    return f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""


def _listed(columns: tuple[str, ...]) -> str:
    more = len(columns) - _LISTED
    return ", ".join(columns[:_LISTED]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True)
class Match:
    """An attribute or input found: the positions of its columns, from 0 (none: a constant), and its rule."""

    positions: tuple[int, ...]
    rule: Rule


@dataclass(frozen=True)
class Matches:
    """What was found in a source: attributes in the order of writing, and inputs."""

    attributes: AbstractMapping[str, Match]
    inputs: AbstractMapping[str, Match]
    columns: tuple[str, ...]

    @property
    def by_name(self) -> dict[str, Match]:
        """Inputs, then attributes."""
        return {**self.inputs, **self.attributes}

    @property
    def used(self) -> dict[str, tuple[str, ...]]:
        """The source's columns by attribute; empty for a constant."""
        return {
            name: tuple(self.columns[position] for position in match.positions)
            for name, match in self.attributes.items()
        }

    @property
    def unused(self) -> tuple[str, ...]:
        """The source's columns that nothing is taken from."""
        taken = {position for match in self.by_name.values() for position in match.positions}
        return tuple(name for position, name in enumerate(self.columns) if position not in taken)


def match_columns(columns: tuple[str, ...], mapping: Mapping, within: tuple[str, ...] = ()) -> Matches:
    """Match a source's columns; raises UnknownColumn where a rule names a column that is not there.

    What the mapping takes from a column by name takes it away from nobody. By its name or a synonym a column serves
    one attribute, in the attributes' order, those first whose own name it bears. `within` are objects of the source in
    which names are those of attributes: `attributes.title` is a title.
    """
    positions: dict[str, list[int]] = {}
    bare = folded(columns)
    for position, name in enumerate(columns):
        positions.setdefault(bare[name], []).append(position)
    for name, position in names_within(columns, within).items():
        positions.setdefault(name, []).append(position)
    rules = {**mapping.inputs, **{name: rule for name, rule in mapping.attributes.items() if not rule.omit}}
    unknown = tuple(
        (name, column)
        for name, rule in rules.items()
        for column in rule.columns
        if column not in columns and fold(column) not in positions
    )
    if unknown:
        raise UnknownColumn(unknown, columns)
    found: dict[str, tuple[int, ...]] = {
        name: tuple(_named(column, columns, positions) for column in rule.columns)
        for name, rule in rules.items()
        if rule.columns or rule.constant is not None
    }
    free = {name: rule for name, rule in rules.items() if name not in found}
    taken: set[int] = set()
    meant = folded(tuple(word for name, rule in free.items() for word in (name, *rule.names)))
    for name, rule in free.items():
        found[name] = _first_or_all(rule, positions.get(meant[name], []))
        taken.update(found[name])
    for name, rule in free.items():
        if not found[name] or is_list(rule):
            alike = (place for word in rule.names for place in positions.get(meant[word], []))
            found[name] += _first_or_all(
                rule, [place for place in dict.fromkeys(alike) if place not in taken]
            )
            taken.update(found[name])
    matches = {
        name: Match(found[name], rule)
        for name, rule in rules.items()
        if found[name] or rule.constant is not None
    }
    return Matches(
        attributes={name: match for name, match in matches.items() if name not in mapping.inputs},
        inputs={name: match for name, match in matches.items() if name in mapping.inputs},
        columns=columns,
    )


def _named(column: str, columns: tuple[str, ...], positions: dict[str, list[int]]) -> int:
    return columns.index(column) if column in columns else positions[fold(column)][0]


def is_list(rule: Rule) -> bool:
    """Whether the attribute takes the values of several columns."""
    return any(
        isinstance(operation, Listed) or (isinstance(operation, Joined) and operation.several)
        for operation in rule.operations or ()
    )


def _first_or_all(rule: Rule, places: list[int]) -> tuple[int, ...]:
    return tuple(places) if is_list(rule) else tuple(places[:1])
