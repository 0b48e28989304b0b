"""Compiles a matched mapping into a query whose values DuckDB works out a vector at a time.

Each operation reads the columns of the SELECT below it, so an expression never grows with the number of
operations. What each operation found and what it left is kept beside, for those who ask which values it changed;
DuckDB drops what nobody asks for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from feedscript.feeds.errors import FeedError
from feedscript.feeds.mapping.document import Rule
from feedscript.feeds.mapping.matching import Match, Matches, is_list
from feedscript.feeds.readers import VALUE_SEPARATOR
from feedscript.feeds.rules.sql import identifier, literal

_BLANKS = literal(" \t\r\n\u00a0\ufeff")
_JOINED = literal(VALUE_SEPARATOR)
#: What is done to every value on its way in, beside the operations of the mapping.
TRIM, FIRST_VALUE = "trim", "first_value"


class MisplacedReference(FeedError):
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

    `attributes` holds the value of each attribute under its column's name in the feed; `steps` all operations on
    attributes that are written, in order.
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
    titles: Mapping[str, str] | None = None,
    *,
    joined: bool = True,
) -> Compiled:
    """The query that turns the rows of `scan` (a table of columns c0, c1 ...) into items.

    `known` are all attributes and inputs of the mapping: one of them that the source has not is NULL to
    operations. `titles` are the columns' names in the feed, where they are not the attributes'. `joined` says that a
    cell may hold several values, parted by U+001F.
    """
    layers, steps = _layers(matches, known, joined=joined)
    first: dict[str, str] = {}
    for name, match in matches.by_name.items():
        first.update(_cells(name, match))
    first |= dict.fromkeys(sorted(known - matches.by_name.keys()), "NULL::VARCHAR")
    table = f"({_select(first, (), scan)})"
    live = list(first)
    for layer in layers:
        passed = [name for name in live if name not in layer]
        table = f"({_select(layer, passed, table)})"
        live = [*passed, *layer]
    named = titles or {}
    attributes = {named.get(name, name): f"nullif({identifier(name)}, '')" for name in matches.attributes}
    return Compiled(table, attributes, tuple(step for step in steps if step.attribute in matches.attributes))


def _layers(
    matches: Matches, known: frozenset[str], *, joined: bool
) -> tuple[list[dict[str, str]], list[Step]]:
    """The assignments of all operations, each in the first layer in which all that it reads is ready."""
    layers: list[dict[str, str]] = []
    steps: list[Step] = []
    ready = dict.fromkeys(known - matches.attributes.keys() - matches.inputs.keys(), 0)

    def assign(depth: int, columns: Mapping[str, str]) -> None:
        if depth == len(layers):
            layers.append({})
        layers[depth].update(columns)

    for name, match in matches.by_name.items():
        depth = 0
        for columns in _origin(name, match, joined=joined):
            assign(depth, columns)
            depth += 1
        steps += _origin_steps(name, match, joined=joined)
        before = name
        for place, operation in enumerate(match.rule.operations or ()):
            for reference in operation.refers_to():
                if reference not in ready:
                    raise MisplacedReference(name, reference)
                depth = max(depth, ready[reference])
            if place == 0:
                before = f"{name}:before"
                assign(depth, {before: identifier(name)})
            for layer in operation.layers(name):
                assign(depth, layer)
                depth += 1
            after = f"{name}:after:{place}"
            assign(depth, {after: identifier(name)})
            steps.append(Step(name, operation.name, identifier(before), identifier(after)))
            before = after
        ready[name] = depth
    return layers, steps


def _cells(name: str, match: Match) -> dict[str, str]:
    """The source's cells as they are, and without blanks around them; a constant is the value itself."""
    if match.rule.constant is not None:
        return {name: literal(match.rule.constant)}
    cells: dict[str, str] = {}
    for place, position in enumerate(match.positions):
        cells[f"{name}:cell:{place}"] = f"c{position}"
        cells[f"{name}:trimmed:{place}"] = f"nullif(trim(c{position}, {_BLANKS}), '')"
    return cells


def _origin(name: str, match: Match, *, joined: bool) -> Iterator[dict[str, str]]:
    """The value that an attribute begins with, and beside it what the source holds, untrimmed and whole."""
    rule = match.rule
    if rule.constant is not None:
        return
    cells, trimmed = (
        [identifier(f"{name}:{kind}:{place}") for place in range(len(match.positions))]
        for kind in ("cell", "trimmed")
    )
    raw, whole = f"{name}:raw", f"{name}:whole"
    if is_list(rule):
        filled = (f"nullif({cell}, '')" for cell in cells)
        yield {
            raw: f"nullif(concat_ws({_JOINED}, {', '.join(filled)}), '')",
            whole: f"nullif(concat_ws({_JOINED}, {', '.join(trimmed)}), '')",
        }
    elif len(cells) == 1:
        yield {raw: cells[0], whole: trimmed[0]}
    else:
        pairs = zip(cells, trimmed, strict=True)
        yield {
            raw: f"coalesce({', '.join(f'CASE WHEN {text} IS NOT NULL THEN {cell} END' for cell, text in pairs)})",
            whole: f"coalesce({', '.join(trimmed)})",
        }
    yield {name: _first_of(identifier(whole), rule, joined=joined)}


def _first_of(whole: str, rule: Rule, *, joined: bool) -> str:
    return f"split_part({whole}, {_JOINED}, 1)" if joined and not is_list(rule) else whole


def _origin_steps(name: str, match: Match, *, joined: bool) -> Iterator[Step]:
    if match.rule.constant is None:
        raw, whole = identifier(f"{name}:raw"), identifier(f"{name}:whole")
        yield Step(name, TRIM, raw, whole)
        if joined and not is_list(match.rule):
            yield Step(name, FIRST_VALUE, whole, _first_of(whole, match.rule, joined=joined))


def _select(assigned: Mapping[str, str], passed: tuple[str, ...] | list[str], source: str) -> str:
    columns = [identifier(name) for name in passed]
    columns += [f"{expression} AS {identifier(name)}" for name, expression in assigned.items()]
    return f"SELECT {', '.join(columns)} FROM {source}"
