"""The benchmark's feed in every format that a reader knows, written by DuckDB from the CSV."""

from pathlib import Path

from benchmarks.synthetic_feed import COLUMNS, write_feed

ENDINGS = {"csv": "csv", "rss": "xml", "jsonl": "jsonl", "json": "json", "parquet": "parquet"}


def write_formats(folder: Path, rows: int, formats: tuple[str, ...] = tuple(ENDINGS)) -> dict[str, Path]:
    """Write the same items in these formats; CSV is always among them."""
    import duckdb  # noqa: PLC0415 - the parent of what is measured needs no engine

    paths = {name: folder / f"feed-{rows}.{ENDINGS[name]}" for name in ("csv", *formats)}
    write_feed(paths["csv"], rows)
    source = f"read_csv('{paths['csv']}', all_varchar = true)"
    options = {"jsonl": "FORMAT json", "json": "FORMAT json, ARRAY true", "parquet": "FORMAT parquet"}
    for name in paths.keys() & options.keys():
        duckdb.execute(f"COPY (FROM {source}) TO '{paths[name]}' ({options[name]})")
    if "rss" in paths:
        _write_rss(paths["rss"], source)
    return paths


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
