"""What a step over rows is: rows in, rows out, none of which is ever lost."""

from typing import ClassVar, Protocol, Self

from feedscript.feeds.mapping.rows.table import Find, Table


class RowStep(Protocol):
    """One step over all rows, before attributes are taken from them; `name` is what documents call it."""

    name: ClassVar[str]

    @property
    def adds(self) -> tuple[str, ...]:
        """The names of the columns that the step adds."""

    def over(self, find: Find) -> Self | None:
        """The step over the source's own names; None where a column that it needs is not there."""

    def apply(self, table: Table) -> None:
        """Do the step: leave rows out, put columns, make rows or move them."""
