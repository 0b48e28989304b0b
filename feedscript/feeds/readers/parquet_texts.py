"""What the texts of a Parquet file come to, which holds a value that many rows share once."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from feedscript.feeds.engine.sql import identifier
from feedscript.feeds.readers.intake import Intake, Stopped

#: How many rows the engine holds as text at a time, in each thread.
ROWS_AT_ONCE = 2_048
#: The parts of the memory that so many rows may take: to be read by several threads, and to be read at all.
_FOR_ALL_THREADS, _AT_MOST = 16, 2


def check_texts(intake: Intake, connection: duckdb.DuckDBPyConnection, scan: str, path: Path) -> bool:
    """Whether the texts of columns with a dictionary are short enough for several threads; else one is left.

    Raises `Stopped` where they cannot be written within the limits. Only the dictionary's values are measured, which
    takes next to nothing.
    """
    texts = [*_texts(connection, scan, path)]
    if not texts:
        return True
    limits = intake.limits
    told = ", ".join(f"max(strlen({text})), sum(strlen({text}))" for text in texts)
    [lengths] = connection.execute(f"from {scan} select {told}").fetchall()
    longest, totals = lengths[::2], lengths[1::2]
    total = sum(each or 0 for each in totals)
    if total > limits.max_bytes:
        raise Stopped(f"the uncompressed feed is larger than {limits.max_bytes} bytes (max_bytes)")
    if sum(each or 0 for each in longest) * ROWS_AT_ONCE * _FOR_ALL_THREADS <= limits.memory_bytes:
        return True
    connection.execute("SET threads = 1")
    if _most_at_once(connection, scan, texts) * _AT_MOST > limits.memory_bytes:
        raise Stopped(
            f"{ROWS_AT_ONCE} rows take more than half of {limits.memory_bytes} bytes (memory_bytes)"
        )
    return False


def numbered(scan: str) -> str:
    """The same scan with a column more, file_row_number: a row's place in the file, from 0."""
    return scan.removesuffix(")") + ", file_row_number = true)"


def _texts(connection: duckdb.DuckDBPyConnection, scan: str, path: Path) -> Iterator[str]:
    """The columns of text with a dictionary, and such parts of structs, as SQL."""
    listed = connection.execute(
        "select distinct path_in_schema from parquet_metadata(?) where encodings like '%DICT%'", [str(path)]
    ).fetchall()
    paths = {each for (each,) in listed}
    relation = connection.sql(f"from {scan}")
    for name, kind in zip(relation.columns, relation.types, strict=True):
        if kind.id == "varchar" and name in paths:
            yield identifier(name)
        if kind.id == "struct":
            for part, within in kind.children:
                if getattr(within, "id", "") == "varchar" and f"{name}, {part}" in paths:
                    yield f"{identifier(name)}.{identifier(part)}"


def _most_at_once(connection: duckdb.DuckDBPyConnection, scan: str, texts: list[str]) -> int:
    """The most bytes that so many rows behind one another come to."""
    lengths = " + ".join(f"coalesce(strlen({text}), 0)" for text in texts)
    part = f"from {numbered(scan)} select sum({lengths}) as bytes group by file_row_number // {ROWS_AT_ONCE}"
    [(most,)] = connection.execute(f"select coalesce(max(bytes), 0) from ({part})").fetchall()
    return int(most)
