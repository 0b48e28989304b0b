"""Findings that only a look at several items shows: ids used twice, groups that disagree, unknown categories."""

from collections.abc import Iterator
from typing import Protocol

import duckdb

from feedscript.feeds.profiles import Profile
from feedscript.feeds.profiles.taxonomy import Taxonomy, load_taxonomy
from feedscript.feeds.rules import categories
from feedscript.feeds.rules.plan import Plan
from feedscript.feeds.rules.rule import Rule, attribute_rule

#: Ids are grouped in parts of about so many, whose table stays near the processor.
_PART_ITEMS = 1 << 18
_MOST_PARTS = 16
#: Of so many items, picking their lines out of a file takes less than a tenth of a second.
_READ_AGAIN = 10_000
#: The name of a text that is looked for.
_EACH = "sought_text"
_TEXTS = f"SELECT unnest(string_split(?, chr(10))) AS {_EACH}"
#: Of so many different categories it is worth asking whether all are usual.
_FEW = 1_000
#: Hashes of usual texts by taxonomy.
_USUAL: dict[str, frozenset[int]] = {}


class Read(Protocol):
    """Items that were read once, with the tables `items` and `crossed` of a `Scan`."""

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Where the tables are."""

    @property
    def plan(self) -> Plan:
        """What was computed for each item."""

    @property
    def items(self) -> int:
        """How many items there are."""

    @property
    def id_text(self) -> str:
        """The item's id in SQL over the source's columns."""

    def number(self, query: str) -> int:
        """The one number that a query answers; for CREATE TABLE AS, how many rows it made."""

    def read_again(self, table: str, columns: list[str], chosen: str) -> None:
        """Make a table of (n, columns over the source's) for the items whose places `chosen` gives as n."""


def find_crossed(scan: Read, profile: Profile, disabled: frozenset[str]) -> dict[str, Rule]:
    """Find what only a look at several items shows, and tell of what rules that may be, by id."""
    item = profile.attribute(profile.item)
    repeated = attribute_rule(profile, item, "duplicate_id")
    told = repeated if item.unique and repeated.id not in disabled else None
    for _ in cross(scan, told, profile.taxonomy):
        pass
    return scan.plan.crossing | {repeated.id: repeated}


def cross(scan: Read, repeated: Rule | None, taxonomy: str | None) -> Iterator[None]:
    """Find it step by step, and stop behind each that compares items, for those found to be passed over from there on.

    `repeated` is the rule of ids used twice, None where nobody asks for it.
    """
    if repeated is not None and repeated.attribute in scan.plan.columns:
        find_repeated_ids(scan, repeated.id)
        yield
    for index, (rule, _, _) in enumerate(scan.plan.within):
        find_group_conflicts(scan, index, rule.id)
        yield
    find_alike(scan)
    yield
    for index, (rule, _) in enumerate(scan.plan.lookups):
        assert taxonomy is not None
        find_unknown_categories(scan, index, rule, load_taxonomy(taxonomy))


def find_repeated_ids(scan: Read, rule: str) -> None:
    """Note each item whose id an earlier item has.

    Hashes of 64 bits tell who might be repeated, most often nobody, and the ids of those are read again. Where they
    are many the hashes stand for them: that any two of a million ids share one has a chance of 1 in 37 million.
    """
    scan.connection.execute("CREATE TEMP TABLE twice (h UBIGINT)")
    found = 0
    parts = min(1 << (scan.items // _PART_ITEMS).bit_length(), _MOST_PARTS)
    for part in range(parts):
        found += scan.number(
            f"INSERT INTO twice SELECT h FROM items WHERE h & {parts - 1} = {part} AND h <> hash(NULL::VARCHAR)"
            " GROUP BY h HAVING count(*) > 1"
        )
    if not found:
        scan.connection.execute("DROP TABLE twice")
        return
    suspects = scan.number(
        "CREATE TEMP TABLE suspects AS SELECT rowid AS n, h FROM items WHERE h IN (SELECT h FROM twice)"
    )
    table, key = "suspects", "h"
    if 0 < suspects <= _READ_AGAIN:
        identity = scan.plan.identity(scan.id_text)
        scan.read_again("read_again", [f"{identity} AS item_id"], "SELECT n FROM suspects")
        table, key = "read_again", "item_id"
    scan.connection.execute(
        f"INSERT INTO crossed SELECT ?, n FROM {table} JOIN (SELECT {key}, min(n) AS first FROM {table} GROUP BY {key})"
        f" USING ({key}) WHERE n > first",
        [rule],
    )
    scan.connection.execute("DROP TABLE IF EXISTS read_again; DROP TABLE suspects; DROP TABLE twice")


def find_group_conflicts(scan: Read, index: int, rule: str) -> None:
    """Note each item whose value differs from that of the first item of its group."""
    scan.connection.execute(
        f"INSERT INTO crossed SELECT ?, rowid FROM items JOIN (SELECT k{index}, arg_min(w{index}, rowid) AS first"
        f" FROM items WHERE k{index} IS NOT NULL GROUP BY k{index} HAVING min(w{index}) <> max(w{index}))"
        f" USING (k{index}) WHERE w{index} <> first",
        [rule],
    )


def find_alike(scan: Read) -> None:
    """Note each item that is like an earlier one of its group, and each whose value is one too many in the feed."""
    for index, (rule, _, _) in enumerate(scan.plan.unlike):
        scan.connection.execute(
            f"INSERT INTO crossed SELECT ?, rowid FROM items JOIN (SELECT u{index}, min(rowid) AS first FROM items"
            f" WHERE u{index} IS NOT NULL GROUP BY u{index} HAVING count(*) > 1) USING (u{index}) WHERE rowid > first",
            [rule.id],
        )
    for index, (rule, _, most) in enumerate(scan.plan.distinct):
        if scan.number(f"SELECT count(DISTINCT v{index}) FROM items") > most:
            scan.connection.execute(
                f"INSERT INTO crossed SELECT ?, rowid FROM items WHERE v{index} IN (SELECT v{index} FROM items"
                f" WHERE v{index} IS NOT NULL GROUP BY v{index} ORDER BY min(rowid) OFFSET {most})",
                [rule.id],
            )


def remember_usual(connection: duckdb.DuckDBPyConnection, taxonomy: Taxonomy) -> None:
    """Keep the hashes of a taxonomy's usual texts, which else are made for each feed: for processes that fork many."""
    rows = connection.execute(
        f"SELECT hash({_EACH}) FROM ({_TEXTS})", ["\n".join(taxonomy.usual_texts())]
    ).fetchall()
    _USUAL[taxonomy.name] = frozenset(each for (each,) in rows)


def find_unknown_categories(scan: Read, index: int, rule: Rule, taxonomy: Taxonomy) -> None:
    """Note each item whose category the taxonomy does not have.

    Feeds have few different categories, so that only those are looked up, after the scan: by the hashes of the usual
    texts first. Of what is left one item each is read again, for its text in one spelling; and a language is read only
    for what is of none before it.
    """
    if _all_usual(scan, index, taxonomy):
        return
    scan.connection.execute(
        f"CREATE TEMP TABLE sought AS SELECT t{index} AS t, min(rowid) AS n FROM items"
        f" WHERE t{index} IS NOT NULL GROUP BY t{index}"
    )
    _strike_out(scan, "sought", "t", f"hash({_EACH})", taxonomy.usual_texts())
    if scan.number("SELECT count(*) FROM sought"):
        spelled = categories.spelled(scan.plan.columns[rule.attribute or ""])
        scan.read_again("spelled", [f"{spelled} AS text"], "SELECT n FROM sought")
        spellings = taxonomy.spellings()
        while scan.number("SELECT count(*) FROM spelled") and (texts := next(spellings, None)):
            _strike_out(scan, "spelled", "text", f"lower({_EACH})", texts)
        scan.connection.execute(
            f"INSERT INTO crossed SELECT ?, rowid FROM items WHERE t{index} IN"
            " (SELECT t FROM sought WHERE n IN (SELECT n FROM spelled))",
            [rule.id],
        )
    scan.connection.execute("DROP TABLE IF EXISTS spelled; DROP TABLE sought")


def _all_usual(scan: Read, index: int, taxonomy: Taxonomy) -> bool:
    """Whether all categories, if they are few, are of the usual texts; False, too, where those are not remembered."""
    usual = _USUAL.get(taxonomy.name)
    if usual is None:
        return not scan.number(f"SELECT count(t{index}) FROM items")
    sought = scan.connection.execute(
        f"SELECT DISTINCT t{index} FROM items WHERE t{index} IS NOT NULL LIMIT {_FEW + 1}"
    ).fetchall()
    return len(sought) <= _FEW and all(each in usual for (each,) in sought)


def _strike_out(scan: Read, table: str, column: str, key: str, texts: list[str]) -> None:
    """Delete the rows whose column is the key, SQL over each of the texts, of any of them."""
    scan.connection.execute(
        f"DELETE FROM {table} WHERE {column} IN (SELECT {key} FROM ({_TEXTS}))", ["\n".join(texts)]
    )
