"""Generation: a merchant's export becomes a partner's feed, streamed, and published whole or not at all."""

import os
import tempfile
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from feedscript.feeds.errors import FeedError, SourceUnreadable
from feedscript.feeds.limits import Limits
from feedscript.feeds.mapping import (
    AttributesUnmatched,
    Mapping,
    Matches,
    compile_select,
    known_synonyms,
    match_columns,
    source_column,
)
from feedscript.feeds.mapping.quoting import literal
from feedscript.feeds.progress import OnProgress, Progress, silent
from feedscript.feeds.readers.staged import Source, Staged

_REQUIRED = ("id", "title", "description", "link", "image_link", "availability", "price")


class EmptyFeed(FeedError):
    """The source has no item, and an empty feed would take every product off the partner's shelves.

    Attributes: `uri`, `rows_rejected`.
    """

    def __init__(self, uri: str, rows_rejected: int) -> None:
        lost = f"; all its {rows_rejected} rows were malformed" if rows_rejected else ""
        super().__init__(f"{uri} holds no item{lost}: an empty feed is never published")
        self.uri = uri
        self.rows_rejected = rows_rejected


class DestinationUnwritable(FeedError):
    """The feed cannot be written where it should go.

    Attributes: `path`, `cause` (one line).
    """

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"{path} cannot be written: {cause}")
        self.path = path
        self.cause = cause


@dataclass(frozen=True)
class Generated:
    """What a generation did.

    `rows_rejected` counts rows of the source that could not be read and are therefore not in the feed.
    `matched` holds the source's columns by attribute (none: a constant); `unmatched` are the columns that
    were not used.
    """

    profile: str
    items_read: int
    items_written: int
    rows_rejected: int
    matched: AbstractMapping[str, tuple[str, ...]]
    unmatched: tuple[str, ...]
    source: Source

    def headline(self) -> str:
        """One line for a person."""
        lost = f", {self.rows_rejected} malformed rows left out" if self.rows_rejected else ""
        used = len(self.matched)
        return f"{self.items_written} of {self.items_read} items written with {used} attributes{lost}"


def generate(
    source: Path,
    destination: Path,
    *,
    uri: str | None = None,
    profile: str = "google",
    mapping: Mapping | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    progress: OnProgress = silent,
) -> Generated:
    """Write the items of `source` as the feed of `profile`: UTF-8 CSV under the partner's names.

    `mapping` speaks before the known synonyms. Items lacking a value are passed on for validation to tell.
    Raises a FeedError before anything is published where the source cannot be read whole or has no item, a
    required attribute has no column, or the mapping names what does not exist.
    """
    total = source.stat().st_size if source.exists() else 0
    progress(Progress(None, 0, total, "reading"))
    rules = (mapping or Mapping()).over(known_synonyms())
    with tempfile.TemporaryDirectory(prefix="feedscript-") as workdir:
        staged = _stage(source, uri or str(source))
        matches = match_columns(staged.columns, rules)
        missing = tuple(name for name in _REQUIRED if name not in matches.attributes)
        if missing:
            raise AttributesUnmatched(missing, staged.columns)
        progress(Progress(None, 0, total, "writing"))
        query = compile_select(
            matches, frozenset(rules.attributes.keys() | rules.inputs.keys()), _scan(staged)
        )
        written, rejected = _publish(query, destination, staged, limits, Path(workdir))
    progress(Progress(written, total, total, "written"))
    return _generated(profile, written, rejected, matches, staged)


def _generated(profile: str, written: int, rejected: int, matches: Matches, staged: Staged) -> Generated:
    return Generated(
        profile=profile,
        items_read=written + rejected,
        items_written=written,
        rows_rejected=rejected,
        matched=matches.used,
        unmatched=matches.unused,
        source=staged.source,
    )


def _publish(query: str, destination: Path, staged: Staged, limits: Limits, workdir: Path) -> tuple[int, int]:
    """Write beside `destination` and rename; the number of items written and of rows rejected."""
    partial = destination.with_name(f".{destination.name}.{os.getpid()}.partial")
    options = f"FORMAT csv, HEADER true, DELIMITER ',', NULL '', COMPRESSION {_compression(destination)}"
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DestinationUnwritable(destination, error.strerror or str(error)) from error
    try:
        with _connect(limits, workdir) as connection:
            copied = connection.execute(f"COPY ({query}) TO {literal(str(partial))} ({options})").fetchone()
            rejected = connection.execute("SELECT count(DISTINCT line) FROM reject_errors").fetchone()
        assert copied is not None and rejected is not None  # noqa: PT018 - both always give one row
        if copied[0] == 0:
            raise EmptyFeed(staged.source.uri, rejected[0])
        partial.replace(destination)
    except duckdb.IOException as error:
        raise DestinationUnwritable(destination, str(error).splitlines()[0]) from error
    except duckdb.Error as error:
        raise SourceUnreadable(staged.source.uri, str(error).splitlines()[0]) from error
    except OSError as error:
        raise DestinationUnwritable(destination, error.strerror or str(error)) from error
    finally:
        partial.unlink(missing_ok=True)
    return copied[0], rejected[0]


def _compression(destination: Path) -> str:
    return {".gz": "gzip", ".zst": "zstd"}.get(destination.suffix, "none")


def _connect(limits: Limits, workdir: Path) -> duckdb.DuckDBPyConnection:
    """A database of its own, bounded, that neither loads nor fetches extensions."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{limits.memory_bytes}B",
        "temp_directory": str(workdir),
        "max_temp_directory_size": f"{limits.max_spill_bytes}B",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if limits.threads is not None:
        config["threads"] = limits.threads
    return duckdb.connect(":memory:", config=config)


def _scan(staged: Staged) -> str:
    names = [source_column(position) for position in range(len(staged.columns))]
    if staged.line_column is not None:
        names.append("line")
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
    options = {"delim": staged.delimiter, "quote": staged.quote, "escape": staged.escape, "encoding": "utf-8"}
    text = ", ".join(f"{name} = {literal(value)}" for name, value in options.items())
    return (
        f"read_csv({literal(str(staged.path))}, columns = {{{columns}}}, auto_detect = false, "
        f"header = false, skip = {staged.skip_lines}, {text}, nullstr = '', store_rejects = true)"
    )


def _stage(source: Path, uri: str) -> Staged:
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT Delimiter, Quote, Escape, list_transform(Columns, lambda c: c.name) "
            f"FROM sniff_csv({literal(str(source))}, header = true, all_varchar = true, ignore_errors = true)"
        ).fetchone()
    assert found is not None
    return Staged(
        path=source,
        delimiter=found[0],
        quote='"',
        escape='"',
        skip_lines=1,
        columns=tuple(found[3]),
        line_column=None,
        source=Source(uri, "csv", "utf-8", found[0], found[1], None, source.stat().st_size, ""),
    )
