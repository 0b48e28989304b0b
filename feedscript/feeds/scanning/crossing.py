"""Findings that only a look at several items shows: ids used twice, and groups that disagree."""

from feedscript.feeds.scanning.scan import Scan


def find_repeated_ids(scan: Scan, rule: str) -> None:
    """Note each item whose id an earlier item has.

    Ids are held against each other by two independent hashes of 64 bits: sixteen bytes, whatever their length. One
    tells who might be repeated, most often nobody; with the other no chance is left that two ids pass for one.
    """
    scan.connection.execute(
        "CREATE TEMP TABLE twice AS SELECT h FROM items WHERE h <> hash(NULL::VARCHAR)"
        " GROUP BY h HAVING count(*) > 1"
    )
    scan.connection.execute(
        "INSERT INTO crossed WITH suspects AS (SELECT rowid AS n, h, g FROM items WHERE h IN (SELECT h FROM twice))"
        " SELECT ?, n FROM suspects JOIN (SELECT h, g, min(n) AS first FROM suspects GROUP BY h, g) USING (h, g)"
        " WHERE n > first",
        [rule],
    )
    scan.connection.execute("DROP TABLE twice")


def find_group_conflicts(scan: Scan, index: int, rule: str) -> None:
    """Note each item whose value differs from that of the first item of its group."""
    scan.connection.execute(
        f"INSERT INTO crossed SELECT ?, rowid FROM items JOIN (SELECT k{index}, arg_min(w{index}, rowid) AS first"
        f" FROM items WHERE k{index} IS NOT NULL GROUP BY k{index} HAVING min(w{index}) <> max(w{index}))"
        f" USING (k{index}) WHERE w{index} <> first",
        [rule],
    )
