"""Columns found by a pattern of their names: `Price / *`, `Weight (*)`."""

from collections.abc import Mapping
from dataclasses import replace

from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.engine.unknown_names import listed
from feedscript.feeds.mapping.model import Rule
from feedscript.feeds.mapping.name_patterns import fitting
from feedscript.feeds.mapping.operations import Joined, Listed


class AmbiguousColumn(BadConfig):
    """A pattern of a mapping fits several columns of the source, of which the attribute takes one.

    Attributes: `attribute`, `pattern`, `columns` (those that fit).
    """

    def __init__(self, attribute: str, pattern: str, columns: tuple[str, ...]) -> None:
        super().__init__(
            f"the mapping takes {attribute} from {pattern!r}, which fits {listed(columns)}: name the one that is meant"
        )
        self.attribute = attribute
        self.pattern = pattern
        self.columns = columns


def is_list(rule: Rule) -> bool:
    """Whether the attribute takes the values of several columns."""
    return any(
        isinstance(operation, Listed) or (isinstance(operation, Joined) and operation.several)
        for operation in rule.operations or ()
    )


def without_patterns(rules: Mapping[str, Rule], columns: tuple[str, ...]) -> dict[str, Rule]:
    """The rules with the columns that their patterns fit; raises AmbiguousColumn.

    A pattern that fits none stays, as the name of a column that is not there.
    """
    return {name: _settled(name, rule, columns) for name, rule in rules.items()}


def _settled(name: str, rule: Rule, columns: tuple[str, ...]) -> Rule:
    if rule.from_name is not None:
        found = fitting(rule.from_name, columns)
        if not found:
            return replace(rule, columns=(rule.from_name,))
        if len(set(found.values())) > 1:
            raise AmbiguousColumn(name, rule.from_name, tuple(found))
        return replace(rule, constant=next(iter(found.values())))
    named: list[str] = []
    for column in rule.columns:
        fits = tuple(fitting(column, columns))
        if len(fits) > 1 and not is_list(rule):
            raise AmbiguousColumn(name, column, fits)
        named += fits or (column,)
    return replace(rule, columns=tuple(dict.fromkeys(named))) if named else rule
