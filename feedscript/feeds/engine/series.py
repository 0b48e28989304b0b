"""Which feeds are of one series: those whose names differ by the day alone."""

import re

#: A day as YYYYMMDD.
COMPACT_DAY = r"20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DAY = re.compile(
    rf"(?<!\d)(?:{COMPACT_DAY}|20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d)", re.ASCII
)


def series_name(name: str) -> str:
    """The name that a file's name has without its last day, as `YYYYMMDD` or `YYYY-MM-DD`; its own where it has none.

    >>> series_name("4711_nmerchandis20261128.txt")
    '4711_nmerchandisYYYYMMDD.txt'
    """
    days = list(_DAY.finditer(name))
    if not days:
        return name
    form = "YYYY-MM-DD" if "-" in days[-1][0] else "YYYYMMDD"
    return name[: days[-1].start()] + form + name[days[-1].end() :]
