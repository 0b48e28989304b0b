"""Finds, for each rule of a mapping, the columns of a source that it speaks of."""

from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from itertools import islice

from feedscript.feeds.engine.errors import BadConfig, FeedError
from feedscript.feeds.engine.unknown_names import near_names
from feedscript.feeds.mapping.column_patterns import is_list, without_patterns
from feedscript.feeds.mapping.composed import Composed
from feedscript.feeds.mapping.model import Mapping, Rule
from feedscript.feeds.mapping.named_lists import Labelled, find_labelled, numbered_lists, parted
from feedscript.feeds.mapping.named_units import named_units
from feedscript.feeds.mapping.names import fold, folded, names_within
from feedscript.feeds.mapping.numbers import Decimal

# How many columns a message names.
_LISTED = 40
#: What no property of a product in a list is: `param[Name]` is no title.
_NO_LABELS = frozenset({"id", "title", "description", "link", "image_link", "price", "availability"})


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
    for base, label in () if near else parted(column):
        near += tuple(f"{each}[{label}]" for each in near_names(base, (*numbered_lists(columns), *columns)))
    return f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""


def _listed(columns: tuple[str, ...]) -> str:
    more = len(columns) - _LISTED
    return ", ".join(columns[:_LISTED]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True)
class Match:
    """An attribute or input found: the positions of its columns, from 0 (none: a constant), and its rule.

    Positions behind the source's columns are those of `Matches.labelled`, then of `Matches.composed`.
    """

    positions: tuple[int, ...]
    rule: Rule


@dataclass(frozen=True)
class Matches:
    """What was found in a source: attributes in the order of writing, and inputs.

    `columns` are the source's, `labelled` what else is taken from lists in them by name, `composed` what is made of
    several. `decimal` is what stands before decimals in the source.
    """

    attributes: AbstractMapping[str, Match]
    inputs: AbstractMapping[str, Match]
    columns: tuple[str, ...]
    labelled: tuple[Labelled, ...] = ()
    composed: tuple[Composed, ...] = ()
    decimal: Decimal | None = None

    @property
    def by_name(self) -> dict[str, Match]:
        """Inputs, then attributes."""
        return {**self.inputs, **self.attributes}

    @property
    def used(self) -> dict[str, tuple[str, ...]]:
        """The source's columns by attribute, `list[name]` for a value taken by name; empty for a constant."""
        return {name: self.taken(name) for name in self.attributes}

    def taken(self, name: str) -> tuple[str, ...]:
        """The source's columns of an attribute or input, as `used` has them."""
        names = (*self.columns, *(each.name for each in self.labelled))
        made = len(names)
        return tuple(
            each
            for position in self.by_name[name].positions
            for each in ([names[position]] if position < made else self.composed[position - made].places)
        )

    @property
    def unused(self) -> tuple[str, ...]:
        """The source's columns that nothing is taken from."""
        taken = {position for match in self.by_name.values() for position in match.positions}
        taken.update(place for each in self.composed for place in each.places.values())
        for each in self.labelled:
            taken.update(each.origin.names, each.origin.values)
        return tuple(name for position, name in enumerate(self.columns) if position not in taken)


def match_columns(
    columns: tuple[str, ...], mapping: Mapping, within: tuple[str, ...] = (), decimal: Decimal | None = None
) -> Matches:
    """Match a source's columns; raises UnknownColumn where a rule names one that is not there, or AmbiguousColumn.

    What the mapping takes from a column by name takes it away from nobody. By its name or a synonym a column serves
    one attribute, in the attributes' order, those first whose own name it bears, and those last whose name it has in
    brackets: `param[Color]` is a color if no other column is and no other list has one. `within` are objects of the
    source in which names are those of attributes: `attributes.title` is a title.
    """
    positions = _positions(columns, within)
    rules = {**mapping.inputs, **{name: rule for name, rule in mapping.attributes.items() if not rule.omit}}
    rules = without_patterns(rules, columns)
    places, labelled = _named(tuple(rules.values()), columns, positions)
    unknown = tuple(
        (name, column) for name, rule in rules.items() for column in _asked(rule) if column not in places
    )
    if unknown:
        raise UnknownColumn(unknown, columns)
    found: dict[str, tuple[int, ...]] = {
        name: tuple(places[column] for column in rule.columns)
        for name, rule in rules.items()
        if rule.columns or rule.constant is not None
    }
    composed = {
        name: Composed(rule.cases, {column: places[column] for column in _asked(rule)})
        for name, rule in rules.items()
        if rule.cases
    }
    behind = len(columns) + len(labelled)
    found |= {name: (behind + number,) for number, name in enumerate(composed)}
    free = {name: rule for name, rule in rules.items() if name not in found}
    found |= _known(free, positions)
    missing = {
        name: rule
        for name, rule in free.items()
        if name in mapping.attributes and name not in _NO_LABELS and not found[name]
    }
    taken = {position for name in free for position in found[name]}
    found |= _bearing_labels(missing, columns, taken)
    for name, (place, rule) in named_units(
        {name: rule for name, rule in missing.items() if not found[name]}, columns, taken
    ).items():
        found[name], rules[name] = (place,), rule
    matches = {
        name: Match(found[name], rule)
        for name, rule in rules.items()
        if found[name] or rule.constant is not None
    }
    return Matches(
        attributes={name: match for name, match in matches.items() if name not in mapping.inputs},
        inputs={name: match for name, match in matches.items() if name in mapping.inputs},
        columns=columns,
        labelled=labelled,
        composed=tuple(composed.values()),
        decimal=decimal,
    )


def _asked(rule: Rule) -> tuple[str, ...]:
    """The columns that a rule names, of which none may be missing."""
    return tuple(dict.fromkeys((*rule.columns, *(name for case in rule.cases for name in case.columns))))


def _positions(columns: tuple[str, ...], within: tuple[str, ...]) -> dict[str, list[int]]:
    """The places of the columns by their folded names."""
    positions: dict[str, list[int]] = {}
    bare = folded(columns)
    for position, name in enumerate(columns):
        positions.setdefault(bare[name], []).append(position)
    for name, position in names_within(columns, within).items():
        positions.setdefault(name, []).append(position)
    return positions


def _named(
    rules: tuple[Rule, ...], columns: tuple[str, ...], positions: dict[str, list[int]]
) -> tuple[dict[str, int], tuple[Labelled, ...]]:
    """The places of what the rules name, and what of that is no column but a value with a name in a list."""
    asked = dict.fromkeys(column for rule in rules for column in _asked(rule))
    there = {column: _place(column, columns, positions) for column in asked}
    places = {column: place for column, place in there.items() if place is not None}
    lists = numbered_lists(columns) if len(places) < len(there) else {}
    wanted = (find_labelled(column, lists, positions) for column in there if column not in places)
    labelled = tuple(each for each in wanted if each is not None)
    return places | {each.name: len(columns) + number for number, each in enumerate(labelled)}, labelled


def _place(column: str, columns: tuple[str, ...], positions: dict[str, list[int]]) -> int | None:
    if column in columns:
        return columns.index(column)
    bare = fold(column)
    places = positions.get(bare, [])
    # Of `list[#]` the folded name is that of the list.
    if any(fold(base) + fold(label) != bare for base, label in parted(column)):
        places = [place for place in places if _both_folded(column) & _both_folded(columns[place])]
    return places[0] if places else None


def _both_folded(name: str) -> set[tuple[str, str]]:
    return {(fold(base), fold(label)) for base, label in parted(name)}


def _known(rules: AbstractMapping[str, Rule], positions: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    """The places of the columns that bear an attribute's own name, or else a synonym of it."""
    found: dict[str, tuple[int, ...]] = {}
    taken: set[int] = set()
    meant = folded(tuple(word for name, rule in rules.items() for word in (name, *rule.names)))
    for name, rule in rules.items():
        found[name] = _first_or_all(rule, positions.get(meant[name], []))
        taken.update(found[name])
    for name, rule in rules.items():
        if not found[name] or is_list(rule):
            alike = (place for word in rule.names for place in positions.get(meant[word], []))
            found[name] += _first_or_all(
                rule, [place for place in dict.fromkeys(alike) if place not in taken]
            )
            taken.update(found[name])
    return found


def _bearing_labels(
    rules: AbstractMapping[str, Rule], columns: tuple[str, ...], taken: set[int]
) -> dict[str, tuple[int, ...]]:
    """The places of columns `list[word]` where one alone bears the first word of an attribute that any bears."""
    labels = {place: label for place, column in enumerate(columns) for _, label in islice(parted(column), 1)}
    found: dict[str, tuple[int, ...]] = {}
    if not labels:
        return found
    words = {name: (name, *rule.names) for name, rule in rules.items()}
    bare = folded((*labels.values(), *(word for each in words.values() for word in each)))
    bearing: dict[str, list[int]] = {}
    for place, label in labels.items():
        bearing.setdefault(bare[label], []).append(place)
    left = set(labels) - taken
    for name, each in words.items():
        places = next((bearing[bare[word]] for word in each if bare[word] in bearing), [])
        if len(places) == 1 and places[0] in left:
            found[name] = (places[0],)
            left.remove(places[0])
    return found


def _first_or_all(rule: Rule, places: list[int]) -> tuple[int, ...]:
    return tuple(places) if is_list(rule) else tuple(places[:1])
