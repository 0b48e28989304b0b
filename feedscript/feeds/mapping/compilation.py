"""Compiles a matched mapping into a query whose values DuckDB works out a vector at a time.

Each operation reads the columns of the SELECT below it, so an expression never grows with the number of
operations. Where a rule has several columns, each is a candidate that passes through the operations by itself, and
then the first with a value is taken: a placeholder in the first is no value. What each operation found and what it
left is kept beside, for those who ask which values it changed; DuckDB drops what nobody asks for.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.engine.sql import identifier, literal
from feedscript.feeds.mapping.column_patterns import is_list
from feedscript.feeds.mapping.composed import with_composed
from feedscript.feeds.mapping.matching import Match, Matches
from feedscript.feeds.mapping.model import Rule
from feedscript.feeds.mapping.named_lists import with_labelled
from feedscript.feeds.mapping.operations import Default, Layer, Operation
from feedscript.feeds.mapping.operations.operation import Alone
from feedscript.feeds.mapping.shortcuts import Foreknown, Shortcut
from feedscript.feeds.readers.staged import VALUE_SEPARATOR
from feedscript.feeds.readers.white_space import trimmed, trimmed_each

_JOINED = literal(VALUE_SEPARATOR)
#: What is done to every value on its way in, beside the operations of the mapping.
TRIM, FIRST_VALUE = "trim", "first_value"


class MisplacedReference(BadConfig):
    """An operation refers to an attribute that is not known before it.

    Attributes: `attribute`, `reference`.
    """

    def __init__(self, attribute: str, reference: str) -> None:
        super().__init__(
            f"an operation on {attribute} refers to {reference}, "
            "which the mapping does not give, or gives only later"
        )
        self.attribute = attribute
        self.reference = reference


@dataclass(frozen=True)
class Step:
    """One operation on one attribute; in SQL, its value before (`was`) and after (`now`).

    `passed_by` names the column, if there is one, that tells of which items the operation surely leaves the value.
    """

    attribute: str
    operation: str
    was: str
    now: str
    passed_by: str | None = None

    @property
    def changed(self) -> str:
        """Whether the operation changed the value, in SQL; how several values are parted is no change."""
        was, now = (f"replace({each}, {_JOINED}, ',')" for each in (self.was, self.now))
        differs = f"{self.was} IS DISTINCT FROM {self.now}"
        # A CASE asks the costly question only of values that differ, where AND asks it of all.
        return f"CASE WHEN {differs} THEN {was} IS DISTINCT FROM {now} ELSE false END"


@dataclass(frozen=True)
class Compiled:
    """A mapping as a table of SQL with a row for each item, and expressions over its columns.

    `attributes` holds the value of each attribute; `steps` all operations on attributes that are written, in order.
    """

    table: str
    attributes: Mapping[str, str]
    steps: tuple[Step, ...]

    @property
    def select(self) -> str:
        """The items alone."""
        return _select(dict(self.attributes), (), self.table)


def compile_mapping(
    matches: Matches,
    known: frozenset[str],
    scan: str,
    *,
    joined: bool = True,
    foreknown: Foreknown = Foreknown(),  # noqa: B008 - frozen
) -> Compiled:
    """The query that turns the rows of `scan` (a table of columns c0, c1 ...) into items.

    `known` are all attributes and inputs of the mapping: one of them that the source has not is NULL to operations.
    `joined` says that a cell may hold several values, parted by U+001F; what is asked for by its name in a list always
    may. `foreknown` is what saves looking at each cell.
    """
    shortcuts = _shortcuts(matches, foreknown, joined=joined)
    layers, steps = _layers(matches, known, shortcuts, joined=joined)
    first: dict[str, str] = {each.name: each.test for each in shortcuts.values()}
    for name, match in matches.by_name.items():
        for column, positions in _candidates(name, match).items():
            first.update(_cells(column, positions, match.rule))
    first |= dict.fromkeys(sorted(known - matches.by_name.keys()), "NULL::VARCHAR")
    source = with_labelled(scan, len(matches.columns), matches.labelled)
    source = with_composed(
        source, len(matches.columns) + len(matches.labelled), matches.composed, matches.decimal
    )
    table = f"({_select(first, (), source)})"
    live = list(first)
    for layer in layers:
        passed = [name for name in live if name not in layer]
        table = f"({_select(layer, passed, table)})"
        live = [*passed, *layer]
    attributes = {name: f"nullif({identifier(name)}, '')" for name in matches.attributes}
    return Compiled(table, attributes, tuple(step for step in steps if step.attribute in matches.attributes))


@dataclass(frozen=True)
class _Layers:
    """The columns that each layer assigns."""

    columns: list[dict[str, str]] = field(default_factory=list)

    def add(self, depth: int, *assigned: Mapping[str, str]) -> None:
        if depth == len(self.columns):
            self.columns.append({})
        for columns in assigned:
            self.columns[depth].update(columns)

    def add_all(self, depth: int, ways: Iterable[Iterable[Mapping[str, str]]]) -> int:
        """Add what goes its way step by step beside each other; the depth behind it."""
        for together in zip(*ways, strict=True):
            self.add(depth, *together)
            depth += 1
        return depth


def _shortcuts(matches: Matches, foreknown: Foreknown, *, joined: bool) -> dict[str, Shortcut]:
    """Of the columns that are one cell of the source: what may pass by their operations."""
    return {
        column: Shortcut.past(
            column, positions[0], _operations(match, tuple(candidates)), foreknown, joined=joined
        )
        for name, match in matches.by_name.items()
        if not is_list(match.rule)
        for candidates in [_candidates(name, match)]
        for column, positions in candidates.items()
        if positions and positions[0] < len(matches.columns)
    }


def _layers(
    matches: Matches, known: frozenset[str], shortcuts: Mapping[str, Shortcut], *, joined: bool
) -> tuple[list[dict[str, str]], list[Step]]:
    """The assignments of all operations, each in the first layer in which all that it reads is ready."""
    layers = _Layers()
    steps: list[Step] = []
    ready = dict.fromkeys(known - matches.attributes.keys() - matches.inputs.keys(), 0)

    for name, match in matches.by_name.items():
        candidates = _candidates(name, match)
        columns = tuple(candidates)
        several = _may_hold_several(match, matches, joined=joined)
        origins = (
            _origin(each, places, match.rule, shortcuts.get(each), joined=several)
            for each, places in candidates.items()
        )
        depth = layers.add_all(0, origins)
        shortcut = shortcuts.get(name)
        steps += _origin_steps(name, match, columns, shortcut, joined=several)
        before = [*columns]
        for place, operation in enumerate(_operations(match, columns)):
            depth = max(depth, *_depths(name, operation, ready))
            if isinstance(operation, _FirstOf):
                columns = (name,)
            elif place == 0:
                before = [f"{column}:before" for column in columns]
                layers.add(depth, _kept(before, columns))
            ways = (_way(operation, column, place, shortcuts.get(column)) for column in columns)
            depth = layers.add_all(depth, ways)
            after = [f"{column}:after:{place}" for column in columns]
            layers.add(depth, _kept(after, columns))
            if not isinstance(operation, _FirstOf):
                passed_by = shortcut.name if shortcut and place < shortcut.operations else None
                steps.append(Step(name, operation.name, _taken(name, before), _taken(name, after), passed_by))
            before = after
        ready[name] = depth
    return layers.columns, steps


def _way(operation: Operation, column: str, place: int, shortcut: Shortcut | None) -> Iterator[Layer]:
    """The operation's layers; those that the column's shortcut leads past only for the cells that do not take it."""
    for layer in operation.layers(column):
        yield (
            shortcut.guarded(layer, column, identifier(column))
            if shortcut and place < shortcut.operations
            else layer
        )


def _may_hold_several(match: Match, matches: Matches, *, joined: bool) -> bool:
    return joined or any(place >= len(matches.columns) for place in match.positions)


def _kept(names: list[str], columns: tuple[str, ...]) -> dict[str, str]:
    return {name: identifier(column) for name, column in zip(names, columns, strict=True)}


def _depths(name: str, operation: Operation, ready: Mapping[str, int]) -> Iterator[int]:
    """In which layers that is ready which the operation reads."""
    yield 0
    for reference in operation.refers_to():
        if reference not in ready:
            raise MisplacedReference(name, reference)
        yield ready[reference]


def _candidates(name: str, match: Match) -> dict[str, tuple[int, ...]]:
    """The columns that the operations begin with, one but for a choice, each with its places in the source."""
    if not match.positions[1:] or is_list(match.rule):
        return {name: match.positions}
    return {f"{name}:{place}": (position,) for place, position in enumerate(match.positions)}


def _operations(match: Match, candidates: tuple[str, ...]) -> tuple[Operation, ...]:
    """The rule's operations, with the choice of a candidate at the end; a default would be a value of the first."""
    operations = match.rule.operations or ()
    if len(candidates) == 1:
        return operations
    defaults = (place for place, operation in enumerate(operations) if isinstance(operation, Default))
    end = next(defaults, len(operations))
    return (*operations[:end], _FirstOf(candidates), *operations[end:])


@dataclass(frozen=True)
class _FirstOf(Alone):
    """Take the first candidate with a value, and keep which it was; where all are empty, the first that was not.

    Of those that were empty from the start, white space is more than nothing.
    """

    name: ClassVar[str] = "first_of"

    candidates: tuple[str, ...]

    def layers(self, column: str) -> tuple[Layer, ...]:
        values = [f"nullif({identifier(each)}, '')" for each in self.candidates]
        begun, held = (
            [identifier(f"{each}:{kind}") for each in self.candidates] for kind in ("whole", "raw")
        )
        places = " ".join(
            f"WHEN {value} IS NOT NULL THEN {place}"
            for found in (values, begun, held)
            for place, value in enumerate(found)
        )
        return ({column: f"coalesce({', '.join(values)})", f"{column}:taken": f"CASE {places} END"},)


def _taken(name: str, columns: list[str]) -> str:
    """What the candidate that was taken has in its column of these."""
    if len(columns) == 1:
        return identifier(columns[0])
    cases = " ".join(f"WHEN {place} THEN {identifier(column)}" for place, column in enumerate(columns))
    return f"CASE {identifier(f'{name}:taken')} {cases} END"


def _cells(column: str, positions: tuple[int, ...], rule: Rule) -> dict[str, str]:
    """The source's cells as they are; a constant is the value itself."""
    if rule.constant is not None:
        return {column: literal(rule.constant)}
    return {f"{column}:cell:{place}": f"c{position}" for place, position in enumerate(positions)}


def _origin(
    column: str, positions: tuple[int, ...], rule: Rule, shortcut: Shortcut | None, *, joined: bool
) -> Iterator[Layer]:
    """The value that an attribute begins with, and beside it what the source holds, untrimmed and whole."""
    if rule.constant is not None:
        return
    cells, trimmed_cells = (
        [f"{column}:{kind}:{place}" for place in range(len(positions))] for kind in ("cell", "trimmed")
    )
    bare = {
        name: f"nullif({_trimmed(identifier(cell), joined=joined)}, '')"
        for name, cell in zip(trimmed_cells, cells, strict=True)
    }
    yield shortcut.guarded(bare, trimmed_cells[0], identifier(cells[0])) if shortcut else bare
    raw, whole = f"{column}:raw", f"{column}:whole"
    if is_list(rule):
        filled = (f"nullif({identifier(cell)}, '')" for cell in cells)
        yield {
            raw: f"nullif(concat_ws({_JOINED}, {', '.join(filled)}), '')",
            whole: f"nullif(concat_ws({_JOINED}, {', '.join(map(identifier, trimmed_cells))}), '')",
        }
    else:
        yield {raw: identifier(cells[0]), whole: identifier(trimmed_cells[0])}
    value = {column: _first_of(identifier(whole), rule, joined=joined)}
    yield shortcut.guarded(value, column, identifier(whole)) if shortcut else value


def _trimmed(cell: str, *, joined: bool) -> str:
    return trimmed_each(cell, VALUE_SEPARATOR) if joined else trimmed(cell)


def _first_of(whole: str, rule: Rule, *, joined: bool) -> str:
    return f"split_part({whole}, {_JOINED}, 1)" if joined and not is_list(rule) else whole


def _origin_steps(
    name: str, match: Match, candidates: tuple[str, ...], shortcut: Shortcut | None, *, joined: bool
) -> Iterator[Step]:
    if match.rule.constant is None:
        passed_by = shortcut.name if shortcut else None
        raw, whole = (_taken(name, [f"{each}:{kind}" for each in candidates]) for kind in ("raw", "whole"))
        yield Step(name, TRIM, raw, whole, passed_by)
        if joined and not is_list(match.rule):
            first = _first_of(whole, match.rule, joined=joined)
            yield Step(name, FIRST_VALUE, whole, first, passed_by)


def _select(assigned: Mapping[str, str], passed: tuple[str, ...] | list[str], source: str) -> str:
    columns = [identifier(name) for name in passed]
    columns += [f"{expression} AS {identifier(name)}" for name, expression in assigned.items()]
    return f"SELECT {', '.join(columns)} FROM {source}"
