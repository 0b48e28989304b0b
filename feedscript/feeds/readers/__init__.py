"""Readers: any source, of any format, becomes a `Staged` file."""

import csv
import hashlib
from pathlib import Path

from feedscript.feeds.errors import SourceUnavailable
from feedscript.feeds.limits import Limits
from feedscript.feeds.readers.staged import Fault, FaultTally, Source, Staged


def stage(source: Path, *, uri: str, limits: Limits) -> Staged:
    """Make UTF-8 text with commas or tabs ready for the scan, in place."""
    try:
        with source.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        with source.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline(limits.max_field_bytes)
    except OSError as error:
        raise SourceUnavailable(uri, error.strerror or str(error)) from error
    except UnicodeDecodeError:
        first = ""
    delimiter = "\t" if first.count("\t") > first.count(",") else ","
    columns = tuple(next(csv.reader([first], delimiter=delimiter), ()))
    faults = FaultTally()
    if not first.strip():
        faults.add(Fault("empty_file", "the file has no header"))
    return Staged(
        path=source,
        delimiter=delimiter,
        quote='"',
        escape='"',
        skip_lines=1,
        columns=columns,
        line_column=None,
        source=Source(
            uri=uri,
            format="tsv" if delimiter == "\t" else "csv",
            encoding="utf-8",
            delimiter=delimiter,
            quoting="value",
            compression=None,
            bytes=source.stat().st_size,
            sha256=sha256,
        ),
        faults=faults,
    )
