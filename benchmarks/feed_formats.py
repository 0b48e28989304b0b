"""The benchmark's feed in every format that a reader knows, written by DuckDB from the CSV."""

import subprocess
import sys
from pathlib import Path

from benchmarks.synthetic_feed import COLUMNS, write_feed

ENDINGS = {"csv": "csv", "rss": "xml", "jsonl": "jsonl", "json": "json", "parquet": "parquet"}


def write_formats(folder: Path, rows: int, formats: tuple[str, ...] = tuple(ENDINGS)) -> list[Path]:
    """Write the same items in these formats; CSV comes first, and always.

    A process does so: what the parent has once held counts as the peak of each child.
    """
    command = [sys.executable, "-m", "benchmarks.feed_formats", str(folder), str(rows), *formats]
    subprocess.run(command, check=True)
    return [_path(folder, rows, name) for name in dict.fromkeys(("csv", *formats))]


def _path(folder: Path, rows: int, name: str) -> Path:
    return folder / f"feed-{rows}.{ENDINGS[name]}"


def main(folder: Path, rows: int, formats: list[str]) -> None:
    """Write the CSV, and the others from it."""
    import duckdb  # noqa: PLC0415 - the parent of what is measured needs no engine

    csv = _path(folder, rows, "csv")
    write_feed(csv, rows)
    source = f"read_csv('{csv}', all_varchar = true)"
    options = {"jsonl": "FORMAT json", "json": "FORMAT json, ARRAY true", "parquet": "FORMAT parquet"}
    for name in formats:
        if name == "rss":
            _write_rss(_path(folder, rows, name), source)
        elif name in options:
            duckdb.execute(f"COPY (FROM {source}) TO '{_path(folder, rows, name)}' ({options[name]})")


def _write_rss(path: Path, source: str) -> None:
    """An element for each value, each in a line of its own, as most writers of RSS have it."""
    import duckdb  # noqa: PLC0415 - as above

    def escaped(column: str) -> str:
        return f"replace(replace(replace({column}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')"

    elements = ", ".join(f"'<g:{name}>' || {escaped(name)} || '</g:{name}>' || chr(10)" for name in COLUMNS)
    head = '<?xml version="1.0"?><rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
    items = f"SELECT concat('<item>', chr(10), {elements}, '</item>') AS item FROM {source}"
    rows = f"SELECT '{head}' AS item UNION ALL {items} UNION ALL SELECT '</channel></rss>'"
    plain = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01'"
    duckdb.execute(f"COPY ({rows}) TO '{path}' ({plain})")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
