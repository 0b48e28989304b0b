"""Delimited text: scanned where it lies if DuckDB can, rewritten as plain UTF-8 in one pass if not."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from feedscript.feeds.readers.compression import contents, contents_again
from feedscript.feeds.readers.dialect import ALWAYS_QUOTED, Dialect, detect_dialect
from feedscript.feeds.readers.encoding import (
    HEAD_BYTES,
    UTF_8,
    Encoding,
    as_text,
    bom_of,
    detect_encoding,
    samples_of,
    tell_guess,
)
from feedscript.feeds.readers.headerless import dialect_without_header, without_last_line
from feedscript.feeds.readers.intake import Intake, Stopped, refuse_long_names
from feedscript.feeds.readers.quoting import quotes_are_text
from feedscript.feeds.readers.spooling import plainly_named, spool
from feedscript.feeds.readers.staged import Fault, Staged
from feedscript.feeds.readers.streams import CHUNK_BYTES

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_LINE_END = re.compile(r"\r\n|\r|\n")


def stage_delimited(intake: Intake) -> Staged:
    """Stage delimited text: the file itself where it is uncompressed UTF-8 with one kind of line end."""
    path = intake.path
    if intake.compression is not None or intake.size > intake.limits.max_bytes:
        path = spool(intake)
        if intake.stopped_reason is not None:
            _drop_partial_line(path)
    encoding = detect_encoding(samples_of(path), intake.options.encoding)
    tell_guess(encoding, intake.faults)
    head = _head_of(path, encoding)
    if encoding.name != UTF_8 or _line_ends_differ(head):
        path = _rewrite(intake, path, encoding)
        head = _head_of(path, Encoding(UTF_8, "certain"))
    if intake.options.trailer is not None:
        path = without_last_line(path, intake.options.trailer, intake.workdir)
    dialect = _dialect_of(intake, path, head)
    if len(dialect.columns) > intake.limits.max_columns:
        raise Stopped(f"the header has more than {intake.limits.max_columns} columns (max_columns)")
    refuse_long_names(dialect.columns)
    _tell_faults(intake, dialect)
    quoting = "value" if dialect.quote else "none"
    return Staged(
        path=plainly_named(intake, path),
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        escape=dialect.escape,
        skip_lines=dialect.skip_records,
        columns=dialect.columns,
        line_column=None,
        source=intake.source(
            "tsv" if dialect.delimiter == "\t" else "csv",
            encoding=encoding,
            delimiter=dialect.delimiter,
            quoting=quoting,
        ),
        faults=intake.faults,
        complete=intake.stopped_reason is None,
        stopped_reason=intake.stopped_reason,
        is_source=path == intake.path,
        deadline=intake.meter.deadline,
    )


def _dialect_of(intake: Intake, path: Path, head: str) -> Dialect:
    """What the beginning of the text shows, the merchant says, and the whole of it bears out."""
    options = intake.options
    if options.columns is not None:
        return dialect_without_header(head, options.columns, options)
    dialect = detect_dialect(
        head,
        whole=path.stat().st_size <= HEAD_BYTES,
        delimiter=options.delimiter,
        header=options.header,
        quoted=options.quoting is None,
    )
    if not dialect.columns and intake.stopped_reason is not None:
        raise Stopped(intake.stopped_reason)
    if not dialect.columns:
        message = f"the header cannot be read: {dialect.unreadable}"
        raise Stopped(message, Fault("unreadable_header", message, value=dialect.unreadable))
    # A header in quotes means them.
    rarely_quoted = (
        dialect.delimiter not in ALWAYS_QUOTED and dialect.quote and '"' not in head[: head.find("\n")]
    )
    if rarely_quoted and quotes_are_text(path, dialect.delimiter, len(dialect.columns)):
        return replace(dialect, quote="", escape="")
    return dialect


def with_plain_line_ends(staged: Staged, workdir: Path) -> Staged:
    """The same feed, each line ending in a line feed, for a scan that refused mixed line ends.

    Line numbers stay as they were. Only text feeds need it: staged items are written with one kind of end.
    """
    destination = workdir / "line-ends.csv"
    with staged.path.open(encoding="utf-8", errors="surrogateescape", newline=None) as text:
        _write(destination, iter(lambda: text.read(CHUNK_BYTES), ""))
    return replace(staged, path=destination, is_source=False)


def _drop_partial_line(path: Path) -> None:
    """Forget the row that the break cut in two: its cells would be called wrong for no fault of theirs."""
    with path.open("rb+") as file:
        end = file.seek(0, 2)
        while end > 0:
            start = max(0, end - CHUNK_BYTES)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            end = start
        file.truncate(0)


def _head_of(path: Path, encoding: Encoding) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    return head.removeprefix(bom_of(head)).decode(encoding.codec, "replace")


def _line_ends_differ(head: str) -> bool:
    """Whether lines end in more than one way outside quotes, as after an edit on another system.

    The first line end counts even within quotes: DuckDB takes it for that of the rows.
    """
    if "\r" not in head:
        return False
    head = head.removesuffix("\r")
    return len(set(_LINE_END.findall(_QUOTED.sub("", head)) + _LINE_END.findall(head)[:1])) > 1


def _rewrite(intake: Intake, path: Path, encoding: Encoding) -> Path:
    """A plain UTF-8 copy whose lines end in a line feed."""
    destination = intake.workdir / "utf-8"
    if path == intake.path:
        chunks, again = contents(intake), partial(contents_again, intake)
    else:
        chunks, again = _chunks(path), partial(_chunks, path)
    try:
        _write(destination, _with_plain_ends(as_text(chunks, encoding, intake.faults, again)))
    except Stopped as stopped:
        intake.stop(stopped)
    return destination


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(CHUNK_BYTES), b"")


def _with_plain_ends(pieces: Iterable[str]) -> Iterator[str]:
    held = ""
    for piece in pieces:
        text = held + piece
        # A line end may be cut in two by the end of a piece.
        held = "\r" if text.endswith("\r") else ""
        yield text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
    if held:
        yield "\n"


def _write(path: Path, pieces: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as file:
        file.writelines(pieces)


def _tell_faults(intake: Intake, dialect: Dialect) -> None:
    line = dialect.header_line
    for number, title in dialect.titles:
        message = "a line above the header was passed over"
        intake.faults.add(Fault("title_line", message, "warning", line=number, value=title))
    unnamed = [number for number, name in enumerate(dialect.columns, start=1) if not name]
    for number in unnamed if dialect.open_ended is None else [*unnamed, dialect.open_ended]:
        message = f"column {number} has no name"
        intake.faults.add(Fault("unnamed_column", message, "warning", line=line, value=f"column {number}"))
