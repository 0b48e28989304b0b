"""What is measured on the synthetic feeds: `python -m benchmarks.validation_engines ENGINE PATH`, a process each.

Nothing but what an engine's user would import is imported, in their order.
"""

import json
import resource
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.frictionless_checks import all_of_frictionless, table_schema
from benchmarks.synthetic_feed import COLUMNS, PLANTED

if TYPE_CHECKING:
    from feedscript.feeds import Report


def bare_scan(path: Path) -> int:
    """Read every value of every column with DuckDB, as text, and add up their lengths; with DuckDB's own settings."""
    import duckdb  # noqa: PLC0415 - each engine is imported in its own process alone

    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    lengths = ", ".join(f"sum(strlen({name}))" for name in COLUMNS)
    options = f"columns = {{{columns}}}, auto_detect = false, header = true, delim = ',', quote = '\"'"
    source = f"read_csv('{path}', {options})"
    row = duckdb.execute(f"SELECT count(*), {lengths} FROM {source}").fetchone()
    return int(row[0]) if row else 0


def full_validation(path: Path) -> int:
    """The whole google profile, with samples, as `feedscript validate SOURCE` has it."""
    from feedscript.feeds import validate  # noqa: PLC0415 - as above

    return _as_planted(path, validate(path, digest=False))


def full_report(path: Path) -> int:
    """The same as `feedscript validate SOURCE --report R.json` has it: with the source's SHA-256, and written."""
    from feedscript.feeds import validate  # noqa: PLC0415 - as above

    report = validate(path)
    path.with_suffix(".report.json").write_text(json.dumps(report.document()), "utf-8")
    return _as_planted(path, report)


def _as_planted(path: Path, report: "Report") -> int:
    """The items, unless a count is not as planted."""
    if "bad-rows" in path.name:
        return report.items_total
    return _with_planted(report.items_total, {issue.rule.id: issue.total for issue in report.issues})


def _with_planted(items: int, found: Mapping[str, int]) -> int:
    planted = {rule: len(range(step, items + 1, step * 1000)) for rule, step in PLANTED.items()}
    if found != planted:
        sys.exit(f"planted {planted}, found {found}")
    return items


def lxml_loop(path: Path) -> int:
    """The same checks of RSS by a loop in Python."""
    from benchmarks.plain_checks import loop  # noqa: PLC0415 - as above

    return _of_loop(*loop.check(path))


def lxml_notices(path: Path) -> int:
    """The same checks of RSS by validators that make notices."""
    from benchmarks.plain_checks import notices  # noqa: PLC0415 - as above

    return _of_loop(*notices.check(path))


def lxml_read(path: Path) -> int:
    """Read the items with lxml, and check nothing: answers their number."""
    from benchmarks.plain_checks import loop  # noqa: PLC0415 - as above

    return sum(1 for _ in loop.read_items(path))


def _of_loop(items: int, totals: Counter[str]) -> int:
    return _with_planted(items, {f"google.{rule}": total for rule, total in totals.items()})


ENGINES = {
    "bare": bare_scan,
    "feedscript": full_validation,
    "report": full_report,
    "table-schema": table_schema,
    "frictionless": all_of_frictionless,
    "lxml": lxml_loop,
    "lxml-read": lxml_read,
    "notices": lxml_notices,
}


def main(engine: str, path: str) -> int:
    """Print the rows that an engine saw and its peak resident bytes, as JSON."""
    rows = ENGINES[engine](Path(path))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"rows": rows, "peak": peak}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
