"""Compressed streams (gzip, bzip2, Zstandard), unpacked in bounded steps."""

import bz2
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.intake import Stopped
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
#: zstd's own words (ZSTD_error_frameParameter_windowTooLarge).
_WINDOW_TOO_LARGE = "requires too much memory"


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


def _unzstd(limits: Limits) -> _Decompressor:
    """A decompressor whose window, which the stream asks for, is within the limit of memory."""
    parameter = zstd.DecompressionParameter.window_log_max
    least, most = parameter.bounds()
    largest = limits.memory_bytes.bit_length() - 1
    return zstd.ZstdDecompressor(options={parameter: min(max(largest, least), most)})


_DECOMPRESSORS: dict[str, Callable[[Limits], _Decompressor]] = {
    "gz": lambda _: _Gunzip(),
    "bz2": lambda _: bz2.BZ2Decompressor(),
    "zst": _unzstd,
}
#: What the decompressors raise of data that is damaged.
CORRUPT = (zlib.error, OSError, EOFError, zstd.ZstdError)


def broken(message: str) -> Stopped:
    """Why reading ends in a compressed file that is damaged."""
    return Stopped(message, Fault("bad_compression", message, value=message))


def unpack(path: Path, kind: str | None, limits: Limits) -> Iterator[tuple[int, bytes]]:
    """Pairs of (bytes of the file read so far, content); `kind` is gz, bz2 or zst, None for what is not compressed.

    Raises `Stopped` where the stream is damaged, cut off, or needs more memory than there may be.
    """
    with path.open("rb") as file:
        if kind is None:
            while chunk := file.read(CHUNK_BYTES):
                yield file.tell(), chunk
            return
        stream = _DECOMPRESSORS[kind](limits)
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
                    stream = _DECOMPRESSORS[kind](limits)
            else:
                data = file.read(FEED_BYTES)
        if not stream.eof:
            raise broken(f"the {kind} file is cut off: it ends before its compressed data does")


def step_after(produced: int) -> int:
    """Bytes to ask for next: an eighth of what there is, so that a small file too loses little to damage."""
    return min(max(_SHORTEST_STEP, produced // 8), _LONGEST_STEP)


def _drain(stream: _Decompressor, data: bytes, kind: str, produced: int) -> Iterator[bytes]:
    """All that comes out of one piece of input, in steps, so that damage costs one step at most."""
    pieces: list[bytes] = []
    gathered = 0
    try:
        while True:
            step = step_after(produced)
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
    except CORRUPT as error:
        if gathered:
            yield b"".join(pieces)
        if _WINDOW_TOO_LARGE in str(error):
            raise Stopped(
                f"the {kind} file asks for a larger window than the limit of memory allows (memory_bytes); compress it"
                " without --long, or with a shorter one"
            ) from error
        raise broken(f"the {kind} data is damaged: {error}") from error
    if gathered:
        yield b"".join(pieces)
