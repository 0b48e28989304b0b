"""Findings that only a look at several items shows: ids used twice, groups that disagree, unknown categories."""

from feedscript.feeds.profiles import Profile
from feedscript.feeds.profiles.taxonomy import Taxonomy, load_taxonomy
from feedscript.feeds.rules import categories
from feedscript.feeds.rules.rule import Rule, attribute_rule
from feedscript.feeds.scanning.rereading import reread
from feedscript.feeds.scanning.scan import Scan

#: Ids are grouped in parts of about so many, whose table stays near the processor.
_PART_ITEMS = 1 << 18
_MOST_PARTS = 16
#: Of so many items, picking their lines out of a file takes less than a tenth of a second.
_READ_AGAIN = 10_000
#: The name of a text that is looked for.
_EACH = "sought_text"


def find_crossed(scan: Scan, profile: Profile, disabled: frozenset[str]) -> dict[str, Rule]:
    """Find what only a look at several items shows, and tell of what rules that may be, by id."""
    item = profile.attribute(profile.item)
    repeated = attribute_rule(profile, item, "duplicate_id")
    if item.unique and repeated.id not in disabled and repeated.attribute in scan.plan.columns:
        find_repeated_ids(scan, repeated.id)
    for index, (rule, _, _) in enumerate(scan.plan.within):
        find_group_conflicts(scan, index, rule.id)
    for index, (rule, _) in enumerate(scan.plan.lookups):
        assert profile.taxonomy is not None
        find_unknown_categories(scan, index, rule, load_taxonomy(profile.taxonomy))
    return scan.plan.crossing | {repeated.id: repeated}


def find_repeated_ids(scan: Scan, rule: str) -> None:
    """Note each item whose id an earlier item has.

    Hashes of 64 bits tell who might be repeated, most often nobody, and the ids of those are read again. Where they
    are many the hashes stand for them: that any two of a million ids share one has a chance of 1 in 37 million.
    """
    scan.connection.execute("CREATE TEMP TABLE twice (h UBIGINT)")
    parts = min(1 << (scan.items // _PART_ITEMS).bit_length(), _MOST_PARTS)
    for part in range(parts):
        scan.connection.execute(
            f"INSERT INTO twice SELECT h FROM items WHERE h & {parts - 1} = {part} AND h <> hash(NULL::VARCHAR)"
            " GROUP BY h HAVING count(*) > 1"
        )
    suspects = scan.number(
        "CREATE TEMP TABLE suspects AS SELECT rowid AS n, h FROM items WHERE h IN (SELECT h FROM twice)"
    )
    table, key = "suspects", "h"
    if 0 < suspects <= _READ_AGAIN:
        reread(
            scan, "read_again", [f"{scan.plan.identity(scan.id_text)} AS item_id"], "SELECT n FROM suspects"
        )
        table, key = "read_again", "item_id"
    scan.connection.execute(
        f"INSERT INTO crossed SELECT ?, n FROM {table} JOIN (SELECT {key}, min(n) AS first FROM {table} GROUP BY {key})"
        f" USING ({key}) WHERE n > first",
        [rule],
    )
    scan.connection.execute("DROP TABLE IF EXISTS read_again; DROP TABLE suspects; DROP TABLE twice")


def find_group_conflicts(scan: Scan, index: int, rule: str) -> None:
    """Note each item whose value differs from that of the first item of its group."""
    scan.connection.execute(
        f"INSERT INTO crossed SELECT ?, rowid FROM items JOIN (SELECT k{index}, arg_min(w{index}, rowid) AS first"
        f" FROM items WHERE k{index} IS NOT NULL GROUP BY k{index} HAVING min(w{index}) <> max(w{index}))"
        f" USING (k{index}) WHERE w{index} <> first",
        [rule],
    )


def find_unknown_categories(scan: Scan, index: int, rule: Rule, taxonomy: Taxonomy) -> None:
    """Note each item whose category the taxonomy does not have.

    Feeds have few different categories, so that only those are looked up, after the scan: by the hashes of the usual
    texts first. Of what is left one item each is read again, for its text in one spelling; and a language is read only
    for what is of none before it.
    """
    if not scan.number(f"SELECT count(t{index}) FROM items"):
        return
    scan.connection.execute(
        f"CREATE TEMP TABLE sought AS SELECT t{index} AS t, min(rowid) AS n FROM items"
        f" WHERE t{index} IS NOT NULL GROUP BY t{index}"
    )
    _strike_out(scan, "sought", "t", f"hash({_EACH})", taxonomy.usual_texts())
    if scan.number("SELECT count(*) FROM sought"):
        spelled = categories.spelled(scan.plan.columns[rule.attribute or ""])
        reread(scan, "spelled", [f"{spelled} AS text"], "SELECT n FROM sought")
        spellings = taxonomy.spellings()
        while scan.number("SELECT count(*) FROM spelled") and (texts := next(spellings, None)):
            _strike_out(scan, "spelled", "text", f"lower({_EACH})", texts)
        scan.connection.execute(
            f"INSERT INTO crossed SELECT ?, rowid FROM items WHERE t{index} IN"
            " (SELECT t FROM sought WHERE n IN (SELECT n FROM spelled))",
            [rule.id],
        )
    scan.connection.execute("DROP TABLE IF EXISTS spelled; DROP TABLE sought")


def _strike_out(scan: Scan, table: str, column: str, key: str, texts: list[str]) -> None:
    """Delete the rows whose column is the key, SQL over each of the texts, of any of them."""
    each = f"SELECT unnest(string_split(?, chr(10))) AS {_EACH}"
    scan.connection.execute(
        f"DELETE FROM {table} WHERE {column} IN (SELECT {key} FROM ({each}))", ["\n".join(texts)]
    )
