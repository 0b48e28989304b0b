"""What generation costs, beside DuckDB reading the same synthetic CSV as text and writing it again.

`python -m benchmarks.generation [ROWS]`; the forms of file are also written alone, from items that are worked out.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from benchmarks.synthetic_feed import COLUMNS, write_feed
from feedscript.feeds import generate, load_profile
from feedscript.feeds.generation.excluding import Standard
from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.writers.cells import partner_columns
from feedscript.feeds.writers.feed_file import write
from feedscript.feeds.writers.file_form import FileForm

ROWS = 1_000_000
RUNS = 3
_GENERATED = ("feed.csv", "feed.csv.gz", "feed.xml")
_FORMS = {
    "CSV": FeedFile(format="csv", endings=(".csv",)),
    "TSV without quotes": FeedFile(format="tsv", endings=(".tsv",), delimiter="\t", quoting="never"),
    "RSS": FeedFile(format="rss", endings=(".xml",)),
    "JSON Lines": FeedFile(format="jsonl", endings=(".jsonl",)),
    "Parquet": FeedFile(format="parquet", endings=(".parquet",)),
}


def main(rows: int = ROWS) -> None:
    """Print each generation and each form as a multiple of the bare read and write, medians of runs in turn."""
    with tempfile.TemporaryDirectory() as created:
        folder = Path(created)
        source, items = folder / "export.csv", folder / "items.parquet"
        write_feed(source, rows, plant=False)
        duckdb.execute(f"COPY (FROM {_read(source)}) TO '{items}' (COMPRESSION lz4_raw, ROW_GROUP_SIZE 8192)")
        runs: dict[str, Callable[[], object]] = {
            "bare read and write": lambda: _bare(source, folder / "bare.csv")
        }
        for feed in _GENERATED:
            runs[f"generate {feed}"] = lambda feed=feed: generate(source, folder / feed)  # type: ignore[misc]
            runs[f"{feed}, unjudged"] = lambda feed=feed: _unjudged(source, folder / feed)  # type: ignore[misc]
        for form, file in _FORMS.items():
            runs[f"write {form}"] = lambda file=file: _write(items, file, folder)  # type: ignore[misc]
        seconds: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(RUNS):
            for name, run in runs.items():
                began = time.perf_counter()
                run()
                seconds[name].append(time.perf_counter() - began)
        median = {name: statistics.median(each) for name, each in seconds.items()}
        bare = median["bare read and write"]
        print(f"{rows} rows, {source.stat().st_size / 1e6:.0f} MB")
        for name, each in median.items():
            print(f"{name:26} {each:7.2f} s  {each / bare:5.2f}x")


def _unjudged(source: Path, destination: Path) -> None:
    """Generate without leaving items out."""
    generate(source, destination, standard=Standard(exclude=False))


def _read(path: Path) -> str:
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    return f"read_csv('{path}', columns = {{{columns}}}, auto_detect = false, header = true, delim = ',', quote = '\"')"


def _bare(source: Path, destination: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM {_read(source)}) TO '{destination}' (HEADER)")


def _write(items: Path, file: FeedFile, folder: Path) -> None:
    google = load_profile("google")
    canonical = {each.name: each for each in google.attributes}
    columns = list(partner_columns(google, canonical, {name: name for name in COLUMNS}))
    with duckdb.connect() as connection:
        form = FileForm(file, None)
        write(connection, f"read_parquet('{items}')", columns, form, folder / f"written{file.endings[0]}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
