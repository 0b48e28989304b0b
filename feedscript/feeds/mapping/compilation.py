"""Compiles a matched mapping into one SELECT whose values DuckDB works out a vector at a time.

Each operation reads the columns of the SELECT below it, so an expression never grows with the number of
operations.
"""

from collections.abc import Mapping

from feedscript.feeds.errors import FeedError
from feedscript.feeds.mapping.matching import Match, Matches, is_list
from feedscript.feeds.readers import VALUE_SEPARATOR
from feedscript.feeds.rules.sql import identifier, literal

_BLANKS = literal(" \t\r\n\u00a0\ufeff")


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


def compile_select(
    matches: Matches, known: frozenset[str], scan: str, titles: Mapping[str, str] | None = None
) -> str:
    """The query that turns the rows of `scan` (a table of columns c0, c1 ...) into items.

    `known` are all attributes and inputs of the mapping: one of them that the source has not is NULL to
    operations. `titles` are the columns' names in the feed, where they are not the attributes'.
    """
    layers = _layers(matches, known)
    first = {name: _origin(match) for name, match in matches.by_name.items()}
    missing = dict.fromkeys(sorted(known - first.keys()), "NULL::VARCHAR")
    query = _select(first | missing, (), scan)
    live = list(first | missing)
    for layer in layers:
        passed = [name for name in live if name not in layer]
        query = _select(layer, passed, f"({query})")
        live = [*passed, *layer]
    named = titles or {}
    final = {named.get(name, name): f"nullif({identifier(name)}, '')" for name in matches.attributes}
    return _select(final, (), f"({query})")


def _layers(matches: Matches, known: frozenset[str]) -> list[dict[str, str]]:
    """The assignments of all operations, each in the first layer in which all that it reads is ready."""
    layers: list[dict[str, str]] = []
    ready = dict.fromkeys(known - matches.attributes.keys() - matches.inputs.keys(), 0)
    for name, match in matches.by_name.items():
        depth = 0
        for operation in match.rule.operations or ():
            for reference in operation.refers_to():
                if reference not in ready:
                    raise MisplacedReference(name, reference)
                depth = max(depth, ready[reference])
            for layer in operation.layers(name):
                if depth == len(layers):
                    layers.append({})
                layers[depth].update(layer)
                depth += 1
        ready[name] = depth
    return layers


def _origin(match: Match) -> str:
    rule = match.rule
    if rule.constant is not None:
        return literal(rule.constant)
    values = [_present(position) for position in match.positions]
    if is_list(rule):
        return f"nullif(concat_ws({literal(VALUE_SEPARATOR)}, {', '.join(values)}), '')"
    return f"coalesce({', '.join(f'split_part({value}, {literal(VALUE_SEPARATOR)}, 1)' for value in values)})"


def _present(position: int) -> str:
    return f"nullif(trim(c{position}, {_BLANKS}), '')"


def _select(assigned: dict[str, str], passed: tuple[str, ...] | list[str], source: str) -> str:
    columns = [identifier(name) for name in passed]
    columns += [f"{expression} AS {identifier(name)}" for name, expression in assigned.items()]
    return f"SELECT {', '.join(columns)} FROM {source}"
