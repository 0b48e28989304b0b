"""`PreparedScan`: the query that reads a feed, planned before there is one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import duckdb

from feedscript.feeds.engine import sql
from feedscript.feeds.rules.plan import Plan
from feedscript.feeds.scanning.items_query import items_columns, items_query

#: The moment that rules of dates count from, in seconds, as a prepared query is told it.
AS_OF_SECONDS = "$as_of::DOUBLE"
#: Parts the cells of a column, as few texts have it.
_BETWEEN = "\x1e"


@dataclass(frozen=True)
class PreparedScan:
    """A plan's query as a statement of the DuckDB that prepared it, with the table `items` that it fills.

    The engine plans a query anew each time that it reads a table or a file. So the cells are told as parameters, those
    of each column in one text. The table is in a database of its own, as a query is planned anew, too, once anything
    has been made where its table is.
    """

    name: str
    plan: Plan
    places: tuple[int, ...]
    dated: bool

    @classmethod
    def prepare(
        cls, connection: duckdb.DuckDBPyConnection, name: str, plan: Plan, places: Sequence[int]
    ) -> Self:
        """Prepare a plan's query; `places` are those of the source's columns that it reads."""
        cells = ", ".join(
            f"unnest(string_split($c{place}::VARCHAR, {sql.literal(_BETWEEN)})) AS c{place}"
            for place in places
        )
        query = items_query(plan, f"(SELECT {cells})")
        connection.execute(f"ATTACH ':memory:' AS {name}")
        try:
            # All that is noted of an item is a hash or a mask.
            kept = ", ".join(f"{column} UBIGINT" for column in items_columns(plan))
            connection.execute(f"CREATE TABLE {name}.items ({kept})")
            connection.execute(f"PREPARE {name} AS INSERT INTO {name}.items {query}")
        except duckdb.Error:
            connection.execute(f"DETACH {name}")
            raise
        return cls(name, plan, tuple(places), AS_OF_SECONDS in query)

    def drop(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Have the DuckDB forget it."""
        connection.execute(f"DEALLOCATE {self.name}; DETACH {self.name}")

    def read(
        self, connection: duckdb.DuckDBPyConnection, source: str, also: Mapping[str, float]
    ) -> int | None:
        """Make `items` of a small source (SQL of a table): how many there are; None where it cannot be told to it.

        `also` are its other parameters. To be called once: the table is empty before.
        """
        columns = ", ".join(f"c{place}" for place in self.places)
        rows = connection.execute(f"SELECT {columns} FROM {source}").fetchall()
        told = [_BETWEEN.join(cells) for cells in zip(*rows, strict=True)]
        if not rows or any(text.count(_BETWEEN) != len(rows) - 1 or "\0" in text for text in told):
            return None
        given = [f"c{place} := {sql.literal(text)}" for place, text in zip(self.places, told, strict=True)]
        if self.dated:
            given += [f"{name} := {value!r}" for name, value in also.items()]
        connection.execute(f"USE {self.name}; EXECUTE {self.name}({', '.join(given)})")
        return len(rows)
