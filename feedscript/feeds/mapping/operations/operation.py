"""What an operation is: one step of a value's way to an attribute, compiled to DuckDB expressions.

An operation yields layers: assignments of columns that are made together, from the columns of the layer
before. Words and numbers from a mapping reach the expressions as quoted literals alone, so nothing in a
mapping is ever evaluated. Laws: NULL stays NULL unless told; what is already right stays, byte for byte; an
operation made twice is as made once; what can be read in two ways stays as it is.
"""

from collections.abc import Mapping
from typing import ClassVar, Protocol

#: A layer assigns expressions to columns by their (unquoted) names.
Layer = Mapping[str, str]


class Operation(Protocol):
    """One step of a column's way to an attribute; `name` is what mappings and results call it."""

    name: ClassVar[str]

    def layers(self, column: str) -> tuple[Layer, ...]:
        """What to assign, in order, so that `column` ends with its new value; NULL stays NULL unless told."""

    def refers_to(self) -> tuple[str, ...]:
        """The other attributes or inputs whose final values this operation reads."""

    def leaves(self, value: str) -> str | None:
        """A cheap test of what the operation leaves as it is, in SQL; None if there is none.

        `value` is ASCII text without white space around it. The test may miss such values, and must never be true of
        another.
        """


class Costly:
    """An operation of which nothing cheap tells what it leaves as it is."""

    def leaves(self, value: str) -> str | None:  # noqa: ARG002
        """Nothing tells."""
        return None


class Alone(Costly):
    """An operation that looks at its own value only."""

    def refers_to(self) -> tuple[str, ...]:
        """Nothing."""
        return ()
