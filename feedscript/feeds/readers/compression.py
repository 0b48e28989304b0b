"""Compressed sources: known by their content, never by their name, and read as a stream of bounded chunks."""

import re
from collections.abc import Iterator
from pathlib import Path

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.intake import Intake, Stopped
from feedscript.feeds.readers.streams import unpack
from feedscript.feeds.readers.zip_archive import no_single_feed, unzip

_MAGIC = {
    "gz": re.compile(rb"\x1f\x8b"),
    "zip": re.compile(rb"PK(\x03\x04|\x05\x06)"),
    "bz2": re.compile(rb"BZh"),
    # A frame, or one that is to be skipped (RFC 8878, 3.1.2), as parallel compressors write before the others.
    "zst": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
}


def detect_compression(head: bytes) -> str | None:
    """`gz`, `zip`, `bz2` or `zst` by the first bytes; None for anything else."""
    return next((name for name, magic in _MAGIC.items() if magic.match(head)), None)


def contents(intake: Intake) -> Iterator[bytes]:
    """The source's uncompressed bytes, in chunks.

    Raises `Stopped` where the stream is damaged, cut off or nested in another compression, or a limit is
    passed.
    """
    for consumed, chunk in _uncompressed(intake):
        intake.meter.advance(consumed, len(chunk))
        yield chunk


def contents_again(intake: Intake) -> Iterator[bytes]:
    """The same chunks once more, of which the meter knows."""
    for _, chunk in _uncompressed(intake):
        yield chunk


def head_of_contents(intake: Intake, size: int) -> bytes:
    """At least the first `size` uncompressed bytes, or all there are.

    Raises `Stopped` where not even a first byte can be had.
    """
    head = b""
    try:
        for _, chunk in _uncompressed(intake):
            head += chunk
            if len(head) >= size:
                break
    except Stopped:
        if not head:
            raise
    return head


def first_bytes(path: Path, size: int, limits: Limits) -> bytes:
    """About the first `size` uncompressed bytes of a file; none of one that cannot be read, or is not one feed."""
    if not path.is_file():
        # A pipe would be waited for, and what it gives be gone.
        return b""
    try:
        with path.open("rb") as file:
            kind = detect_compression(file.read(16))
        chunks = unzip(path, None) if kind == "zip" else unpack(path, kind, limits)
        return next((chunk for _, chunk in chunks), b"")[:size]
    except (OSError, Stopped):
        return b""


def _uncompressed(intake: Intake) -> Iterator[tuple[int, bytes]]:
    """Pairs of (bytes of the file read so far, content)."""
    path, kind = intake.path, intake.compression
    chunks = unzip(path, intake.options.member) if kind == "zip" else unpack(path, kind, intake.limits)
    checked = intake.compression is None
    for consumed, chunk in chunks:
        if not checked:
            _refuse_nested(chunk)
            checked = True
        yield consumed, chunk


def _refuse_nested(head: bytes) -> None:
    nested = detect_compression(head)
    if nested is not None:
        raise no_single_feed(
            f"the compressed file holds another compressed file ({nested}); compress the feed once"
        )
