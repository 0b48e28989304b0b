"""Findings that only a look at several items shows: ids used twice, and groups that disagree."""

from feedscript.feeds.scanning.rereading import reread
from feedscript.feeds.scanning.scan import Scan

#: Ids are grouped in parts of about so many, whose table stays near the processor.
_PART_ITEMS = 1 << 18
_MOST_PARTS = 16


def find_repeated_ids(scan: Scan, rule: str) -> None:
    """Note each item whose id an earlier item has.

    Hashes of 64 bits tell who might be repeated, most often nobody; the ids of those are read again and compared.
    """
    scan.connection.execute("CREATE TEMP TABLE twice (h UBIGINT)")
    parts = min(1 << (scan.items // _PART_ITEMS).bit_length(), _MOST_PARTS)
    for part in range(parts):
        scan.connection.execute(
            f"INSERT INTO twice SELECT h FROM items WHERE h & {parts - 1} = {part} AND h <> hash(NULL::VARCHAR)"
            " GROUP BY h HAVING count(*) > 1"
        )
    if scan.number("SELECT count(*) FROM twice"):
        suspects = "SELECT rowid AS n FROM items WHERE h IN (SELECT h FROM twice)"
        reread(scan, "suspects", [f"{scan.id_text} AS item_id"], suspects)
        scan.connection.execute(
            "INSERT INTO crossed SELECT ?, n FROM suspects JOIN (SELECT item_id, min(n) AS first FROM suspects"
            " GROUP BY item_id) USING (item_id) WHERE n > first",
            [rule],
        )
        scan.connection.execute("DROP TABLE suspects")
    scan.connection.execute("DROP TABLE twice")


def find_group_conflicts(scan: Scan, index: int, rule: str) -> None:
    """Note each item whose value differs from that of the first item of its group."""
    scan.connection.execute(
        f"INSERT INTO crossed SELECT ?, rowid FROM items JOIN (SELECT k{index}, arg_min(w{index}, rowid) AS first"
        f" FROM items WHERE k{index} IS NOT NULL GROUP BY k{index} HAVING min(w{index}) <> max(w{index}))"
        f" USING (k{index}) WHERE w{index} <> first",
        [rule],
    )
