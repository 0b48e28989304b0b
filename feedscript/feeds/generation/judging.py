"""Items that were worked out, judged by a partner's rules as its validation will judge them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import duckdb

from feedscript.feeds.engine import sql
from feedscript.feeds.rules.plan import Plan, any_set
from feedscript.feeds.rules.rule import Rule
from feedscript.feeds.scanning.crossing import cross
from feedscript.feeds.scanning.items_query import noted


@dataclass(frozen=True)
class Judged:
    """Every item asked for errors alone, and those at fault for all that is wrong with them.

    `cells` is a table in SQL of the items' places n, from 0, and their cells c0 ... as the feed is read back. `plan`
    has the rules that are errors, `whole` all: where an error stands behind a warning in a chain of checks, only
    `whole` tells that it is not found. `repeated` is the rule of ids used twice, None where it is no error. Tables:
    those of a `Scan`, and `faulty` (n, item_id, texts of all attributes, masks of `whole`), the items to leave out.
    """

    connection: duckdb.DuckDBPyConnection
    cells: str
    plan: Plan
    whole: Plan
    item: str
    errors: frozenset[str]
    repeated: Rule | None
    taxonomy: str | None
    value_length: int

    def run(self) -> None:
        """Find the items at fault.

        What crosses items is asked of those that are left: of two items with one id, the later goes only if the
        first stays.
        """
        outer = noted(self.plan)
        self._execute("CREATE TEMP TABLE crossed (rule VARCHAR, n BIGINT)")
        self._execute(
            f"CREATE TEMP TABLE items AS SELECT {', '.join(outer)} FROM ({self._over(self.plan, outer)})"
        )
        kept = [f"({mask}) AS m{index}" for index, mask in enumerate(self.whole.masks)]
        texts = ", ".join(f"left({text}, {self.value_length})" for text in self.whole.columns.values())
        kept = [
            f"left({self.id_text}, {self.value_length}) AS item_id",
            f"[{texts}]::VARCHAR[] AS texts",
            *kept,
        ]
        doubted = f"SELECT rowid FROM items WHERE {any_set(self.plan.bits(self.plan.places))}"
        found = f"SELECT n, {', '.join(kept)} FROM ({self._over(self.whole, kept, doubted)})"
        self._execute(f"CREATE TEMP TABLE faulty AS SELECT * FROM ({found}) WHERE {self._has_error}")
        self._pass_over("SELECT n FROM faulty")
        for _ in cross(self, self.repeated, self.taxonomy):
            self._pass_over("SELECT n FROM crossed")
        if self.number("SELECT count(*) FROM crossed"):
            crossed = "SELECT n FROM crossed WHERE n NOT IN (SELECT n FROM faulty)"
            self._execute(f"CREATE TEMP TABLE besides AS {crossed}")
            again = self._over(self.whole, kept, "SELECT n FROM besides")
            self._execute(f"INSERT INTO faulty SELECT n, {', '.join(kept)} FROM ({again})")

    def rules(self) -> dict[str, Rule]:
        """What may be told of an item, by the rule's id."""
        crossing = self.whole.crossing | ({self.repeated.id: self.repeated} if self.repeated else {})
        return self.whole.rules | crossing

    def by_rule(self) -> dict[str, int]:
        """How many of the items at fault have each error, the most frequent first."""
        places = {rule: place for rule, place in self.whole.places.items() if rule in self.errors}
        counts = ", ".join(f"count_if((m{mask} >> {bit}) & 1 = 1)" for mask, bit in places.values())
        row = self._execute(f"SELECT {counts or 'NULL'} FROM faulty").fetchone() if places else ()
        totals = dict(zip(places, row or (), strict=False))
        totals |= dict(self._execute("SELECT rule, count(*) FROM crossed GROUP BY rule").fetchall())
        ranked = sorted(totals.items(), key=lambda each: (-each[1], each[0]))
        return {rule: total for rule, total in ranked if total}

    @cached_property
    def items(self) -> int:
        """How many items were judged."""
        return self.number("SELECT count(*) FROM items")

    @property
    def id_text(self) -> str:
        """The item's id in SQL over its cells, NULL where it has none."""
        column = self.plan.columns.get(self.item)
        return sql.trimmed(column) if column else "NULL::VARCHAR"

    def number(self, query: str) -> int:
        """The one number that a query answers, 0 for NULL; for CREATE TABLE AS, how many rows it made."""
        row = self._execute(query).fetchone()
        return int(row[0] or 0) if row else 0

    def read_again(self, table: str, columns: list[str], chosen: str) -> None:
        """Make the table `table` of (n, `columns`) for the items whose places the query `chosen` gives as n."""
        self._execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT n, {', '.join(columns)} FROM {self.cells}"
            f" WHERE n IN ({chosen})"
        )

    def placed(self) -> Mapping[str, tuple[int, int]]:
        """In which mask of `faulty`, and at which bit, a rule stands."""
        return self.whole.places

    def _over(self, plan: Plan, wanted: list[str], chosen: str | None = None) -> str:
        cells = ", ".join(f"{text} AS {name}" for text, name in plan.cells)
        chosen = f" WHERE n IN ({chosen})" if chosen else ""
        return plan.derived.over(f"SELECT *, {cells} FROM {self.cells}{chosen}", ", ".join(wanted))

    @property
    def _has_error(self) -> str:
        return any_set(self.whole.bits(self.errors & self.whole.places.keys()))

    def _pass_over(self, places: str) -> None:
        """Let no comparison of items see those at the places that a query gives."""
        if not self.number(f"SELECT count(*) FROM ({places})"):
            return
        unseen = ["h = hash(NULL::VARCHAR)"]
        unseen += [f"k{index} = NULL" for index in range(len(self.plan.within))]
        unseen += [f"u{index} = NULL" for index in range(len(self.plan.unlike))]
        unseen += [f"v{index} = NULL" for index in range(len(self.plan.distinct))]
        unseen += [f"t{index} = NULL" for index in range(len(self.plan.lookups))]
        self._execute(f"UPDATE items SET {', '.join(unseen)} WHERE rowid IN ({places})")

    def _execute(self, query: str) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(query)
