"""The scan: one pass over the source into a slim table of masks, and all that is asked of it afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from feedscript.feeds.limits import Limits
from feedscript.feeds.policy import Policy
from feedscript.feeds.readers.staged import Staged
from feedscript.feeds.rules import sql
from feedscript.feeds.rules.compilation import MASK_BITS, Plan


@contextmanager
def connect(limits: Limits, workdir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private DuckDB in memory that spills to `workdir`, reads local files and loads nothing."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{limits.memory_bytes}B",
        "temp_directory": str(workdir),
        "max_temp_directory_size": f"{limits.max_spill_bytes}B",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": True,
        # It makes joins of long IN lists, and a join does not keep the order of the file.
        "disabled_optimizers": "in_clause",
    }
    if limits.threads is not None:
        config["threads"] = limits.threads
    connection = duckdb.connect(":memory:", config=config)
    try:
        yield connection
    finally:
        connection.close()


def source_table(staged: Staged, limits: Limits, *, rejects: bool = True) -> str:
    """The staged file as a table function: columns c0, c1 ... and `line` where the reader gives it."""
    count = len(staged.columns)
    columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(count))
    if staged.line_column is not None:
        columns += ", 'line': 'VARCHAR'"
    options = {
        "columns": f"{{{columns}}}",
        "auto_detect": "false",
        "header": "false",
        "skip": str(staged.skip_lines),
        "delim": sql.literal(staged.delimiter),
        "quote": sql.literal(staged.quote),
        "escape": sql.literal(staged.escape),
        "max_line_size": str(limits.max_field_bytes),
        "ignore_errors": "true",
    }
    if rejects:
        options |= {"store_rejects": "true", "rejects_limit": "0", "rejects_line_size_limit": "200"}
    listed = ", ".join(f"{name} = {value}" for name, value in options.items())
    return f"read_csv({sql.literal(str(staged.path))}, {listed})"


#: Items before this one are fetched by reading up to them.
_NEAR = 50_000
#: Bits that tell whether an id may be wanted: a few false hits in a thousand, in 128 KiB.
_BITMAP = 1 << 20


@dataclass(frozen=True)
class Sample:
    """One finding: the item's ordinal and physical line, both from 1, its id, the value at fault."""

    item: int | None
    line: int | None
    item_id: str | None
    value: str | None


@dataclass
class Scan:
    """A feed read once: for each item, in order, a hash of its id and the masks of what it fails and fills."""

    connection: duckdb.DuckDBPyConnection
    staged: Staged
    plan: Plan
    limits: Limits
    item_id: str | None

    def run(self) -> None:
        """Read the source once into the table `items`, whose rowid is the order of the file."""
        masks = [f"({mask}) AS m{index}" for index, mask in enumerate(self.plan.masks)]
        filled = [f"({mask}) AS f{index}" for index, mask in enumerate(self.plan.filled)]
        cells = [f"{text} AS {name}" for text, name in self.plan.cells]
        outer = ["h", "g", *masks, *filled]
        inner = [f"{self._hash()} AS h", f"{self._second_hash()} AS g", *cells]
        if self.staged.line_column is not None:
            outer.append("line")
            inner.append("TRY_CAST(line AS UBIGINT) AS line")
        source = source_table(self.staged, self.limits)
        derived = self.plan.derived.over(f"SELECT {', '.join(inner)} FROM {source}")
        self.connection.execute(f"CREATE TEMP TABLE items AS SELECT {', '.join(outer)} FROM ({derived})")

    def _id(self) -> str:
        column = self.plan.columns.get(self.item_id or "")
        return f"({sql.trimmed(column)})" if column else "NULL::VARCHAR"

    def _hash(self) -> str:
        return f"hash({self._id()})"

    def _second_hash(self) -> str:
        # Two independent hashes of 64 bits: ids of any length in 16 bytes, and no collision to be feared.
        return f"hash({self._id()} || '#')"

    def total(self) -> int:
        """How many items were read."""
        return self._number("SELECT count(*) FROM items")

    def totals(self) -> dict[str, int]:
        """How many items fail each rule, for the rules that any item fails."""
        counted = self._sums([(f"m{mask}", bit) for mask, bit in self.plan.places.values()])
        return {rule: number for rule, number in zip(self.plan.places, counted, strict=True) if number}

    def filled(self) -> dict[str, int]:
        """How many items have a value, for each attribute that has a column."""
        bits = [divmod(index, MASK_BITS) for index in range(len(self.plan.columns))]
        counted = self._sums([(f"f{mask}", bit) for mask, bit in bits])
        return dict(zip(self.plan.columns, counted, strict=True))

    def _sums(self, bits: list[tuple[str, int]]) -> list[int]:
        """How many items have each bit set. Items are alike by the thousand, so that only their kinds are summed."""
        if not bits:
            return []
        masks = ", ".join(sorted({mask for mask, _ in bits}))
        sums = ", ".join(f"sum(number * (({mask} >> {place}) & 1)::BIGINT)::BIGINT" for mask, place in bits)
        row = self.connection.execute(
            f"SELECT {sums} FROM (SELECT {masks}, count(*) AS number FROM items GROUP BY ALL)"
        ).fetchone()
        return [count or 0 for count in row] if row else []

    def repeats(self) -> int:
        """Note the items whose id an earlier item has, in the table `repeats`; returns how many there are."""
        self.connection.execute(
            "CREATE TEMP TABLE repeats AS WITH twice AS (SELECT h, g, min(rowid) AS first FROM items"
            " WHERE h <> hash(NULL::VARCHAR) GROUP BY h, g HAVING count(*) > 1)"
            " SELECT items.rowid AS n FROM items JOIN twice USING (h, g) WHERE items.rowid > twice.first"
        )
        return self._number("SELECT count(*) FROM repeats")

    def failing(self, rules: frozenset[str], *, repeats: bool) -> int:
        """How many items fail any of the rules, or repeat an id."""
        wanted: dict[int, int] = {}
        for rule in rules & self.plan.places.keys():
            mask, bit = self.plan.places[rule]
            wanted[mask] = wanted.get(mask, 0) | 1 << bit
        tests = [f"m{mask} & {bits}::UBIGINT <> 0" for mask, bits in wanted.items()]
        if repeats:
            tests.append("rowid IN (SELECT n FROM repeats)")
        return self._number(f"SELECT count(*) FROM items WHERE {' OR '.join(tests)}") if tests else 0

    def samples(self, rules: list[str], repeats: str | None, policy: Policy) -> dict[str, list[Sample]]:
        """The first findings of each rule, by a second pass over the source for those items alone."""
        places = {rule: self.plan.places[rule] for rule in rules}
        failing = {rule: f"(m{mask} >> {place}) & 1 = 1" for rule, (mask, place) in places.items()}
        selects = [_first(rule, f"items WHERE {test}", policy) for rule, test in failing.items()]
        if repeats:
            selects.append(_first(repeats, "repeats", policy))
        if not selects:
            return {}
        self.connection.execute(f"CREATE TEMP TABLE picked AS {' UNION ALL '.join(selects)}")
        attributes = {
            rule: self.plan.rules[rule].attribute if rule in places else self.item_id for rule in failing
        }
        if repeats:
            attributes[repeats] = self.item_id
        self._fetch_picked(
            sorted({name for name in attributes.values() if name in self.plan.columns}), policy
        )
        return {rule: self._read_samples(rule, attribute) for rule, attribute in attributes.items()}

    def _fetch_picked(self, names: list[str], policy: Policy) -> None:
        """Put the values of the picked items into the table `fetched`, with their places `n`.

        A filter keeps the file's order where a join would not. So the source is read up to the last of them; or,
        where that is far, filtered by the hash of the id through a bitmap, and the same filter over `items`
        tells the places, one for one.
        """
        cut = policy.value_length + 1
        values = [f"left({self.plan.columns[name]}, {cut}) AS {sql.identifier(name)}" for name in names]
        listed = ", ".join([f"left({self._id()}, {cut}) AS item_id", *values])
        source = source_table(self.staged, self.limits, rejects=False)
        last = self._number("SELECT max(n) FROM picked")
        if last < _NEAR:
            found, places = f"{source} LIMIT {last + 1}", f"items WHERE rowid <= {last}"
        else:
            self._mark_picked()
            found, places = f"{source} WHERE {_marked(self._hash())}", f"items WHERE {_marked('h')}"
        self.connection.execute(f"CREATE TEMP TABLE found AS SELECT {listed} FROM {found}")
        self.connection.execute(
            f"CREATE TEMP TABLE places AS SELECT rowid AS n{', line' if self.staged.line_column else ''} FROM {places}"
        )
        self.connection.execute(
            "CREATE TEMP TABLE fetched AS SELECT places.*, found.* FROM places JOIN found ON places.rowid = found.rowid"
            " WHERE n IN (SELECT n FROM picked)"
        )

    def _mark_picked(self) -> None:
        hashes = self.connection.execute(
            f"SELECT DISTINCT h % {_BITMAP} FROM items WHERE rowid IN (SELECT n FROM picked)"
        ).fetchall()
        bitmap = bytearray(b"0" * _BITMAP)
        for (place,) in hashes:
            bitmap[place] = ord("1")
        self.connection.execute("SET VARIABLE marked = ?::BIT", [bitmap.decode()])

    def _read_samples(self, rule: str, attribute: str | None) -> list[Sample]:
        value = sql.identifier(attribute) if attribute in self.plan.columns and attribute else "NULL"
        line = "line" if self.staged.line_column else f"n + 1 + {self.staged.skip_lines}"
        rows = self.connection.execute(
            f"SELECT n + 1, {line}, item_id, {value} FROM picked JOIN fetched USING (n) WHERE rule = ? ORDER BY n",
            [rule],
        ).fetchall()
        return [Sample(*row) for row in rows]

    def _number(self, query: str) -> int:
        row = self.connection.execute(query).fetchone()
        return int(row[0]) if row else 0


def _first(rule: str, table: str, policy: Policy) -> str:
    place = "n" if table == "repeats" else "rowid AS n"
    first = f"SELECT {place} FROM {table} ORDER BY n LIMIT {policy.samples_per_rule}"
    return f"(SELECT {sql.literal(rule)} AS rule, n FROM ({first}))"


def _marked(hashed: str) -> str:
    return f"get_bit(getvariable('marked'), ({hashed} % {_BITMAP})::INTEGER) = 1"
