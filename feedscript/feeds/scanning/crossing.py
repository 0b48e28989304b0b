"""Findings that only a look at several items shows: ids used twice, and groups that disagree."""

from feedscript.feeds.scanning.rereading import reread
from feedscript.feeds.scanning.scan import Scan


def find_repeated_ids(scan: Scan, rule: str) -> None:
    """Note each item whose id an earlier item has.

    Hashes, which spill to disk if there are too many, tell who might; the ids themselves then tell who does.
    """
    scan.connection.execute(
        "CREATE TEMP TABLE twice AS SELECT h FROM items WHERE h <> hash(NULL::VARCHAR)"
        " GROUP BY h HAVING count(*) > 1"
    )
    if scan.number("SELECT count(*) FROM twice"):
        reread(
            scan,
            "suspects",
            [f"{scan.id_text} AS id"],
            "SELECT rowid AS n FROM items WHERE h IN (SELECT h FROM twice)",
        )
        scan.connection.execute(
            "INSERT INTO crossed SELECT ?, n FROM suspects JOIN (SELECT id, min(n) AS first FROM suspects"
            " GROUP BY id) USING (id) WHERE n > first",
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
