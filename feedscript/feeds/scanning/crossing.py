"""Findings that only a look at several items shows: ids used twice, and groups that disagree."""

from feedscript.feeds.scanning.rereading import reread
from feedscript.feeds.scanning.scan import Scan

#: Ids are grouped in parts of about so many, whose table stays near the processor.
_PART_ITEMS = 1 << 18
_MOST_PARTS = 16
#: Of so many items, picking their lines out of a file takes less than a tenth of a second.
_READ_AGAIN = 10_000


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
        reread(scan, "read_again", [f"{scan.id_text} AS item_id"], "SELECT n FROM suspects")
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
