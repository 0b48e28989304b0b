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
    """One operation on one attribute; in SQL, its value before (`was`) and after (`now`)."""

    attribute: str
    operation: str
    was: str
    now: str

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
) -> Compiled:
    """The query that turns the rows of `scan` (a table of columns c0, c1 ...) into items.

    `known` are all attributes and inputs of the mapping: one of them that the source has not is NULL to operations.
    `joined` says that a cell may hold several values, parted by U+001F; what is asked for by its name in a list always
    may.
    """
    layers, steps = _layers(matches, known, joined=joined)
    first: dict[str, str] = {}
    for name, match in matches.by_name.items():
        several = _may_hold_several(match, matches, joined=joined)
        for column, positions in _candidates(name, match).items():
            first.update(_cells(column, positions, match.rule, joined=several))
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


def _layers(
    matches: Matches, known: frozenset[str], *, joined: bool
) -> tuple[list[dict[str, str]], list[Step]]:
    """The assignments of all operations, each in the first layer in which all that it reads is ready."""
    layers = _Layers()
    steps: list[Step] = []
    ready = dict.fromkeys(known - matches.attributes.keys() - matches.inputs.keys(), 0)

    for name, match in matches.by_name.items():
        candidates = _candidates(name, match)
        columns = tuple(candidates)
        several = _may_hold_several(match, matches, joined=joined)
        origins = (_origin(each, places, match.rule, joined=several) for each, places in candidates.items())
        depth = layers.add_all(0, origins)
        steps += _origin_steps(name, match, columns, joined=several)
        before = [*columns]
        for place, operation in enumerate(_operations(match, columns)):
            depth = max(depth, *_depths(name, operation, ready))
            if isinstance(operation, _FirstOf):
                columns = (name,)
            elif place == 0:
                before = [f"{column}:before" for column in columns]
                layers.add(depth, _kept(before, columns))
            depth = layers.add_all(depth, (operation.layers(column) for column in columns))
            after = [f"{column}:after:{place}" for column in columns]
            layers.add(depth, _kept(after, columns))
            if not isinstance(operation, _FirstOf):
                steps.append(Step(name, operation.name, _taken(name, before), _taken(name, after)))
            before = after
        ready[name] = depth
    return layers.columns, steps


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


def _cells(column: str, positions: tuple[int, ...], rule: Rule, *, joined: bool) -> dict[str, str]:
    """The source's cells as they are, and without white space around their values; a constant is the value itself."""
    if rule.constant is not None:
        return {column: literal(rule.constant)}
    cells: dict[str, str] = {}
    for place, position in enumerate(positions):
        cell = f"c{position}"
        bare = trimmed_each(cell, VALUE_SEPARATOR) if joined else trimmed(cell)
        cells[f"{column}:cell:{place}"] = cell
        cells[f"{column}:trimmed:{place}"] = f"nullif({bare}, '')"
    return cells


def _origin(column: str, positions: tuple[int, ...], rule: Rule, *, joined: bool) -> Iterator[dict[str, str]]:
    """The value that an attribute begins with, and beside it what the source holds, untrimmed and whole."""
    if rule.constant is not None:
        return
    cells, trimmed = (
        [identifier(f"{column}:{kind}:{place}") for place in range(len(positions))]
        for kind in ("cell", "trimmed")
    )
    raw, whole = f"{column}:raw", f"{column}:whole"
    if is_list(rule):
        filled = (f"nullif({cell}, '')" for cell in cells)
        yield {
            raw: f"nullif(concat_ws({_JOINED}, {', '.join(filled)}), '')",
            whole: f"nullif(concat_ws({_JOINED}, {', '.join(trimmed)}), '')",
        }
    else:
        yield {raw: cells[0], whole: trimmed[0]}
    yield {column: _first_of(identifier(whole), rule, joined=joined)}


def _first_of(whole: str, rule: Rule, *, joined: bool) -> str:
    return f"split_part({whole}, {_JOINED}, 1)" if joined and not is_list(rule) else whole


def _origin_steps(name: str, match: Match, candidates: tuple[str, ...], *, joined: bool) -> Iterator[Step]:
    if match.rule.constant is None:
        raw, whole = (_taken(name, [f"{each}:{kind}" for each in candidates]) for kind in ("raw", "whole"))
        yield Step(name, TRIM, raw, whole)
        if joined and not is_list(match.rule):
            yield Step(name, FIRST_VALUE, whole, _first_of(whole, match.rule, joined=joined))


def _select(assigned: Mapping[str, str], passed: tuple[str, ...] | list[str], source: str) -> str:
    columns = [identifier(name) for name in passed]
    columns += [f"{expression} AS {identifier(name)}" for name, expression in assigned.items()]
    return f"SELECT {', '.join(columns)} FROM {source}"
