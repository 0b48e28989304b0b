"""Compressed sources: known by their content, never by their name, and read as a stream of bounded chunks."""

import bz2
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from feedscript.feeds.readers.intake import Intake, Stopped
from feedscript.feeds.readers.staged import Fault

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CHUNK_BYTES = 256 * 1024
#: Compressed bytes fed at a time: what is left of them is copied at each step.
FEED_BYTES = 16 * 1024
#: Decompressed bytes per step, at least and at most: what a damaged stream loses before the damage.
_SHORTEST_STEP, _LONGEST_STEP = 512, 16 * 1024

_MAGIC = {
    b"\x1f\x8b": "gz",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
    b"BZh": "bz2",
    b"\x28\xb5\x2f\xfd": "zst",
}
_ZIP_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_ENCRYPTED = 0x1


class _Decompressor(Protocol):
    """What bz2, zstd and our gzip have in common: one member at a time, at most `max_length` bytes a call."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class _Gunzip:
    """zlib's gzip decompressor with the interface of `bz2.BZ2Decompressor`."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._zlib.unconsumed_tail

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._zlib.decompress(self._zlib.unconsumed_tail + data, max_length)


_DECOMPRESSORS: dict[str, Callable[[], _Decompressor]] = {
    "gz": _Gunzip,
    "bz2": bz2.BZ2Decompressor,
    "zst": zstd.ZstdDecompressor,
}
_CORRUPT = (zlib.error, OSError, EOFError, zstd.ZstdError, zipfile.BadZipFile)
# zipfile decodes names as the file's flags say, and refuses what it does not know with errors of other kinds.
_CORRUPT_ZIP = (*_CORRUPT, NotImplementedError, RuntimeError, UnicodeDecodeError)


def detect_compression(head: bytes) -> str | None:
    """`gz`, `zip`, `bz2` or `zst` by the first bytes; None for anything else."""
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)


def contents(intake: Intake) -> Iterator[bytes]:
    """The source's uncompressed bytes, in chunks.

    Raises `Stopped` where the stream is damaged, cut off or nested in another compression, or a limit is
    passed.
    """
    for consumed, chunk in _uncompressed(intake):
        intake.meter.advance(consumed, len(chunk))
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


def _uncompressed(intake: Intake) -> Iterator[tuple[int, bytes]]:
    """Pairs of (bytes of the file read so far, content)."""
    chunks = _unzip(intake.path) if intake.compression == "zip" else _unpack(intake.path, intake.compression)
    checked = intake.compression is None
    for consumed, chunk in chunks:
        if not checked:
            _refuse_nested(chunk)
            checked = True
        yield consumed, chunk


def _refuse_nested(head: bytes) -> None:
    nested = detect_compression(head)
    if nested is not None:
        raise _broken(f"the compressed file holds another compressed file ({nested}); compress the feed once")


def _broken(message: str) -> Stopped:
    return Stopped(message, Fault("bad_compression", message))


def _unpack(path: Path, kind: str | None) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        if kind is None:
            while chunk := file.read(CHUNK_BYTES):
                yield file.tell(), chunk
            return
        new_decompressor = _DECOMPRESSORS[kind]
        stream = new_decompressor()
        produced = 0
        data = file.read(FEED_BYTES)
        while data:
            for chunk in _drain(stream, data, kind, produced):
                produced += len(chunk)
                yield file.tell(), chunk
            if stream.eof:
                # Members may follow one another; zeros after the last one are padding.
                data = stream.unused_data.lstrip(b"\0") or file.read(FEED_BYTES).lstrip(b"\0")
                if data:
                    stream = new_decompressor()
            else:
                data = file.read(FEED_BYTES)
        if not stream.eof:
            raise _broken(f"the {kind} file is cut off: it ends before its compressed data does")


def _step(produced: int) -> int:
    """Bytes to ask for next: an eighth of what there is, so that a small file too loses little to damage."""
    return min(max(_SHORTEST_STEP, produced // 8), _LONGEST_STEP)


def _drain(stream: _Decompressor, data: bytes, kind: str, produced: int) -> Iterator[bytes]:
    """All that comes out of one piece of input, in steps, so that damage costs one step at most."""
    pieces: list[bytes] = []
    gathered = 0
    try:
        while True:
            step = _step(produced)
            piece = stream.decompress(data, step)
            produced += len(piece)
            data = b""
            pieces.append(piece)
            gathered += len(piece)
            if gathered >= CHUNK_BYTES:
                yield b"".join(pieces)
                pieces, gathered = [], 0
            if stream.eof or (stream.needs_input and len(piece) < step):
                break
    except _CORRUPT as error:
        if gathered:
            yield b"".join(pieces)
        raise _broken(f"the {kind} data is damaged: {error}") from error
    if gathered:
        yield b"".join(pieces)


def _unzip(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        archive = zipfile.ZipFile(path)
    except _CORRUPT_ZIP as error:
        raise _broken(f"the zip file is damaged or cut off: {error}") from error
    with archive:
        member = _feed_member(archive)
        try:
            with archive.open(member) as content:
                produced = 0
                while chunk := content.read(_step(produced)):
                    produced += len(chunk)
                    share = min(1.0, produced / max(1, member.file_size))
                    yield max(1, int(member.compress_size * share)), chunk
        except _CORRUPT_ZIP as error:
            raise _broken(f"{member.filename!r} in the zip file is damaged: {error}") from error


def _feed_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """The one file in the archive that is a feed."""
    members = [
        entry for entry in archive.infolist() if not entry.is_dir() and not _is_clutter(entry.filename)
    ]
    if any(entry.filename == "[Content_Types].xml" for entry in members):
        message = "this is an office document (such as an Excel workbook), not a feed; export it as CSV"
        raise Stopped(message, Fault("wrong_format", message))
    if len(members) != 1:
        names = ", ".join(repr(entry.filename) for entry in members[:5])
        raise _broken(f"the zip file must hold exactly one feed, but holds {len(members)} files ({names})")
    if members[0].flag_bits & _ENCRYPTED:
        raise _broken(f"{members[0].filename!r} in the zip file is encrypted; send it without a password")
    return members[0]


def _is_clutter(name: str) -> bool:
    return name.startswith(_ZIP_CLUTTER[0]) or Path(name).name in _ZIP_CLUTTER[1:]
