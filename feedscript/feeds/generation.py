"""Generation: a merchant's export becomes a partner's feed, streamed, and published whole or not at all."""

import os
import tempfile
from collections.abc import Mapping as AbstractMapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from feedscript.feeds.connection import connect, watched
from feedscript.feeds.errors import FeedError, SourceUnreadable
from feedscript.feeds.header import read_header
from feedscript.feeds.limits import Limits
from feedscript.feeds.mapping import (
    AttributesUnmatched,
    Mapping,
    Matches,
    Rule,
    compile_mapping,
    known_synonyms,
    match_columns,
)
from feedscript.feeds.mapping.operations import Joined
from feedscript.feeds.profiles import Profile, load_profile
from feedscript.feeds.progress import OnProgress, Progress, silent
from feedscript.feeds.readers import Source, SourceOptions, Staged, stage, with_plain_line_ends
from feedscript.feeds.rules.sql import literal
from feedscript.feeds.scanning.source_table import source_table


class EmptyFeed(FeedError):
    """The source has no item, and an empty feed would take every product off the partner's shelves.

    Attributes: `uri`, `rows_rejected`.
    """

    def __init__(self, uri: str, rows_rejected: int) -> None:
        lost = f"; all its {rows_rejected} rows were malformed" if rows_rejected else ""
        super().__init__(f"{uri} holds no item{lost}: an empty feed is never published")
        self.uri = uri
        self.rows_rejected = rows_rejected


class UnknownAttribute(FeedError):
    """A mapping gives an attribute that the profile has not.

    Attributes: `attribute`, `profile`.
    """

    def __init__(self, attribute: str, profile: str) -> None:
        super().__init__(f"the mapping gives {attribute!r}, which is no attribute of the profile {profile}")
        self.attribute = attribute
        self.profile = profile


class LimitPassed(FeedError):
    """The generation took more time, memory or temporary disk than its limits allow.

    Attributes: `uri`, `cause` (one line).
    """

    def __init__(self, uri: str, cause: str) -> None:
        super().__init__(f"the feed of {uri} was not generated: {cause}")
        self.uri = uri
        self.cause = cause


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

    `rows_rejected` counts rows of the source that could not be read and are therefore not in the feed; `faults`
    counts what else was wrong with the file, by code. `matched` holds the source's columns by attribute (none: a
    constant); `unmatched` are the columns that were not used.
    """

    profile: str
    items_read: int
    items_written: int
    rows_rejected: int
    matched: AbstractMapping[str, tuple[str, ...]]
    unmatched: tuple[str, ...]
    faults: AbstractMapping[str, int]
    source: Source

    def headline(self) -> str:
        """One line for a person."""
        lost = f", {self.rows_rejected} malformed rows left out" if self.rows_rejected else ""
        faults = ", ".join(f"{code} x{total}" for code, total in self.faults.items())
        told = f"; the source has {faults}" if faults else ""
        written = f"{self.items_written} of {self.items_read} items written"
        return f"{written} with {len(self.matched)} attributes{lost}{told}"


def generate(
    source: Path,
    destination: Path,
    *,
    uri: str | None = None,
    profile: str = "google",
    mapping: Mapping | None = None,
    options: SourceOptions = SourceOptions(),  # noqa: B008 - frozen
    limits: Limits = Limits(),  # noqa: B008 - frozen
    progress: OnProgress = silent,
) -> Generated:
    """Write the items of `source`, in any format, as the feed of `profile`: UTF-8 CSV under the partner's names.

    `mapping` speaks before the known synonyms, `options` before what is detected of the source. Items lacking a value
    are passed on for validation to tell. Raises a FeedError before anything is published where the source cannot be
    read whole or has no item, a required attribute has no column, or the mapping names what does not exist.
    """
    target = load_profile(profile)
    own = mapping or Mapping()
    _refuse_unknown(target, own)
    with tempfile.TemporaryDirectory(prefix="feedscript-") as workdir:
        staged = stage(
            source,
            uri=uri,
            workdir=Path(workdir),
            limits=limits,
            shapes=target.shapes,
            options=options,
            progress=progress,
        )
        if not staged.complete:
            raise SourceUnreadable(staged.source.uri, staged.stopped_reason or "it ends early")
        declared = _declared(target, staged.columns, own)
        rules = _rules(target, own, declared, commas_part=staged.line_column is None)
        matches = match_columns(staged.columns, rules)
        _refuse_unmatched(target, matches)
        writing = _Writing(rules, matches, declared, limits, Path(workdir), progress)
        written, rejected = _publish(writing, staged, destination)
    progress(Progress(written, staged.source.bytes, staged.source.bytes, "written"))
    return Generated(
        profile=profile,
        items_read=written + rejected,
        items_written=written,
        rows_rejected=rejected,
        matched=matches.used,
        unmatched=matches.unused,
        faults=dict(staged.faults.totals),
        source=staged.source,
    )


def _refuse_unknown(profile: Profile, mapping: Mapping) -> None:
    names = {attribute.name for attribute in profile.attributes}
    for name in mapping.attributes:
        if name not in names:
            raise UnknownAttribute(name, profile.id)


def _declared(profile: Profile, columns: tuple[str, ...], mapping: Mapping) -> dict[str, str]:
    """The columns such as `shipping(country:price)`, by attribute: their title goes with their values."""
    header = read_header(profile, columns)
    titles = {name: columns[places[0]] for name, places in header.columns.items()}
    return {
        name: title
        for name, title in titles.items()
        if "(" in title and profile.attribute(name).parts and name not in mapping.attributes
    }


def _rules(profile: Profile, mapping: Mapping, declared: dict[str, str], *, commas_part: bool) -> Mapping:
    """A rule for every attribute of the profile: the merchant's, else the synonyms, else its own name alone."""
    own = {
        attribute.name: Rule(
            columns=(declared[attribute.name],) if attribute.name in declared else (),
            operations=(Joined(commas_part),) if attribute.repeatable else (),
        )
        for attribute in profile.attributes
    }
    merged = mapping.over(known_synonyms()).over(Mapping(own))
    return Mapping({name: merged.attributes[name] for name in own}, merged.inputs)


def _refuse_unmatched(profile: Profile, matches: Matches) -> None:
    missing = [
        attribute.name
        for attribute in profile.attributes
        if attribute.required
        and not any(name in matches.attributes for name in (attribute.name, *attribute.alternatives))
    ]
    if missing:
        raise AttributesUnmatched(tuple(missing), matches.columns)


@dataclass(frozen=True)
class _Writing:
    """One run of the query engine over a staged source."""

    rules: Mapping
    matches: Matches
    titles: dict[str, str]
    limits: Limits
    workdir: Path
    progress: OnProgress

    def copy(self, staged: Staged, path: Path, compression: str) -> tuple[int, int]:
        """Write the items to `path`; the number of items written and of rows rejected."""
        size = staged.source.bytes

        def tell(part: float) -> None:
            self.progress(Progress(None, int(part * size), size, "writing"))

        tell(0.0)
        with connect(self.limits, self.workdir) as connection, watched(connection, tell):
            try:
                return self._copied(connection, staged, path, compression)
            except duckdb.InvalidInputException:
                # DuckDB reads one kind of line end in one file.
                plain = with_plain_line_ends(staged, self.workdir)
                return self._copied(connection, plain, path, compression)

    def _copied(
        self, connection: duckdb.DuckDBPyConnection, staged: Staged, path: Path, compression: str
    ) -> tuple[int, int]:
        known = frozenset(self.rules.attributes.keys() | self.rules.inputs.keys())
        compiled = compile_mapping(
            self.matches, known, source_table(staged, self.limits, rejects=True), self.titles
        )
        options = f"FORMAT csv, HEADER true, DELIMITER ',', NULL '', COMPRESSION {compression}"
        copied = connection.execute(
            f"COPY ({compiled.select}) TO {literal(str(path))} ({options})"
        ).fetchone()
        rejected = connection.execute("SELECT count(DISTINCT line) FROM reject_errors").fetchone()
        assert copied is not None
        assert rejected is not None
        return copied[0], rejected[0]


def _publish(writing: _Writing, staged: Staged, destination: Path) -> tuple[int, int]:
    """Write beside `destination` and rename; the number of items written and of rows rejected."""
    uri = staged.source.uri
    partial = destination.with_name(f".{destination.name}.{os.getpid()}.partial")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DestinationUnwritable(destination, error.strerror or str(error)) from error
    try:
        written, rejected = writing.copy(staged, partial, _compression(destination))
        if written == 0:
            raise EmptyFeed(uri, rejected)
        partial.replace(destination)
    except duckdb.InterruptException as error:
        raise LimitPassed(
            uri, f"it took longer than {writing.limits.max_seconds:g} s (max_seconds)"
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise LimitPassed(uri, "it needed more memory or temporary disk than the limits allow") from error
    except duckdb.IOException as error:
        raise DestinationUnwritable(destination, str(error).splitlines()[0]) from error
    except duckdb.Error as error:
        raise SourceUnreadable(uri, str(error).splitlines()[0]) from error
    except OSError as error:
        raise DestinationUnwritable(destination, error.strerror or str(error)) from error
    finally:
        partial.unlink(missing_ok=True)
    return written, rejected


def _compression(destination: Path) -> str:
    return {".gz": "gzip", ".zst": "zstd"}.get(destination.suffix, "none")
