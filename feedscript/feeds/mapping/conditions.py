"""Conditions over the cells of a row: a closed list of tests, compiled to expressions that are never NULL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.mapping import numbers
from feedscript.feeds.mapping.names import lower_sql
from feedscript.feeds.readers.white_space import trimmed


@dataclass(frozen=True)
class Cells:
    """Where the columns of a row are in SQL, by name, and what stands before the decimals of its amounts."""

    by_name: Mapping[str, str]
    decimal: numbers.Decimal | None = None

    def value(self, name: str) -> str:
        """The cell as it is."""
        return self.by_name[name]

    def trimmed(self, name: str) -> str:
        """The cell without blanks around it; NULL where nothing is left."""
        return f"nullif({trimmed(self.by_name[name])}, '')"

    def number(self, name: str) -> str:
        """The first number in the cell; NULL where there is none, or it may be read in two ways."""
        return number_in(self.trimmed(name), self.decimal)


def number_in(value: str, decimal: numbers.Decimal | None) -> str:
    """The first number in a text, a minus sign before it, as a DECIMAL in SQL; NULL where none is sure."""
    run = f"regexp_extract(folded, {literal(f'-? ?{numbers.RUN}')})"
    digits = "ltrim(run, '- ')"
    read = numbers.reading("digits", decimal)
    signed = f"CASE WHEN starts_with(run, '-') THEN '-' ELSE '' END || {_bound(digits, 'digits', read)}"
    found = _bound(numbers.folded("text"), "folded", _bound(run, "run", signed))
    plain = "regexp_full_match(text, '-?[0-9]+(?:\\.[0-9]{1,2})?')"
    return f"TRY_CAST({_bound(value, 'text', f'CASE WHEN {plain} THEN text ELSE {found} END')} AS DECIMAL(24, 6))"


def bare(value: str) -> str:
    """What an expression makes without white space around it; NULL where nothing is left."""
    return f"nullif({_bound(value, 'whole', trimmed('whole'))}, '')"


def _bound(value: str, name: str, within: str) -> str:
    """`within`, in which `name` is `value`, which is so worked out and written once."""
    return f"list_transform([{value}], lambda {name}: {within})[1]"


class Condition(Protocol):
    """What holds of a row, or does not."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are looked at."""

    def over(self, find: "Callable[[str], str | None]") -> "Condition | None":
        """The condition over the columns that `find` gives; None where one is not there."""

    def sql(self, cells: Cells) -> str:
        """Whether it holds; never NULL."""


@dataclass(frozen=True)
class Comparison:
    """One column and what must hold of it: each of `tests`, operators with what is compared (see TESTS)."""

    column: str
    tests: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column."""
        return (self.column,)

    def over(self, find: Callable[[str], str | None]) -> "Comparison | None":
        """The same of the column that `find` gives."""
        found = find(self.column)
        return None if found is None else replace(self, column=found)

    def sql(self, cells: Cells) -> str:
        """Whether all tests hold; of an empty cell only `present: false` and `not_equals` do."""
        tests = (TESTS[name](cells, self.column, operand) for name, operand in self.tests)
        return f"({' AND '.join(tests)})"


@dataclass(frozen=True)
class Combined:
    """Several conditions: all must hold, or `any` of them."""

    conditions: tuple[Condition, ...]
    any: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of all."""
        return tuple(name for each in self.conditions for name in each.columns)

    def over(self, find: Callable[[str], str | None]) -> "Combined | None":
        """The same over the columns that `find` gives."""
        found = tuple(each.over(find) for each in self.conditions)
        there = tuple(each for each in found if each is not None)
        return replace(self, conditions=there) if len(there) == len(found) else None

    def sql(self, cells: Cells) -> str:
        """Whether they hold."""
        return f"({(' OR ' if self.any else ' AND ').join(each.sql(cells) for each in self.conditions)})"


@dataclass(frozen=True)
class Negated:
    """What must not hold."""

    condition: Condition

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of the condition."""
        return self.condition.columns

    def over(self, find: Callable[[str], str | None]) -> "Negated | None":
        """The same over the columns that `find` gives."""
        found = self.condition.over(find)
        return None if found is None else Negated(found)

    def sql(self, cells: Cells) -> str:
        """Whether it does not hold."""
        return f"(NOT {self.condition.sql(cells)})"


def _in(cells: Cells, column: str, operand: tuple[str, ...]) -> str:
    words = ", ".join(lower_sql(literal(word)) for word in operand)
    return f"coalesce({lower_sql(cells.trimmed(column))} IN ({words}), false)"


def _by(function: str) -> Callable[[Cells, str, tuple[str, ...]], str]:
    def test(cells: Cells, column: str, operand: tuple[str, ...]) -> str:
        tests = (
            f"{function}({lower_sql(cells.trimmed(column))}, {lower_sql(literal(word))})" for word in operand
        )
        return f"coalesce({' OR '.join(tests)}, false)"

    return test


def _matches(cells: Cells, column: str, operand: tuple[str, ...]) -> str:
    return f"coalesce(regexp_matches({cells.trimmed(column)}, {literal(operand[0])}), false)"


def _present(cells: Cells, column: str, operand: tuple[str, ...]) -> str:
    return f"({cells.trimmed(column)} IS {'NOT NULL' if operand == ('true',) else 'NULL'})"


def _compared(sign: str) -> Callable[[Cells, str, tuple[str, ...]], str]:
    return lambda cells, column, operand: (
        f"coalesce({cells.number(column)} {sign} {literal(operand[0])}::DECIMAL(24, 6), false)"
    )


TESTS: Mapping[str, Callable[[Cells, str, tuple[str, ...]], str]] = {
    "above": _compared(">"),
    "at_least": _compared(">="),
    "at_most": _compared("<="),
    "below": _compared("<"),
    "contains": _by("contains"),
    "ends_with": _by("ends_with"),
    "equals": _in,
    "in": _in,
    "matches": _matches,
    "not_equals": lambda cells, column, operand: f"(NOT {_in(cells, column, operand)})",
    "not_in": lambda cells, column, operand: f"(NOT {_in(cells, column, operand)})",
    "present": _present,
    "starts_with": _by("starts_with"),
}
"""The closed list of operators."""
