"""Adversarial compressed files: bombs, streams of many members, archives whose directories lie."""

import bz2
import gzip
import io
import lzma
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator

from tests.adversarial.made import KIB, MIB, PRODUCTS, Kinds, filled
from tests.feeds_writing import COMPRESSORS, write_delimited, zstd

KINDS = Kinds("packed")
_FEED = write_delimited(PRODUCTS).encode()
_ROWS = _FEED.partition(b"\n")[2]
_STREAMS: dict[str, Callable[[], "object"]] = {
    "gz": lambda: zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16),
    "bz2": lambda: bz2.BZ2Compressor(9),
    "zst": lambda: zstd.ZstdCompressor(level=3),
}


def _pressed(kind: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    stream = _STREAMS[kind]()
    for piece in pieces:
        yield stream.compress(piece)
    yield stream.flush()


def _zipped(pieces: Iterable[bytes], name: str = "feed.csv", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as members, members.open(name, "w") as member:
        for piece in pieces:
            member.write(piece)
    return archive.getvalue()


@KINDS.kind(passes=True, largest=64 * MIB)
def bomb(dice: random.Random, size: int) -> Iterable[bytes]:
    kind = dice.choice((*_STREAMS, "zip"))
    pieces = [_FEED, *filled(dice.choice((b"\0", b"x", _ROWS, b",", b"\n", b"<a>", b"[")), size * 8)]
    return [_zipped(pieces)] if kind == "zip" else _pressed(kind, pieces)


@KINDS.kind(largest=64 * MIB)
def bomb_of_form(dice: random.Random, size: int) -> Iterable[bytes]:
    """A stream of another format than delimited text."""
    kind = dice.choice((*_STREAMS, "zip"))
    start = dice.choice((b"<rss><channel><item>", b'[{"id":"', b"<a>", b'{"a":[', b"["))
    pieces = [start, *filled(dice.choice((b"<a>", b"x", b"[", b"1,", b"\n", b"<item/>")), size * 4)]
    return [_zipped(pieces)] if kind == "zip" else _pressed(kind, pieces)


@KINDS.kind()
def nested(dice: random.Random, size: int) -> Iterable[bytes]:
    content = b"\0" * size
    for _ in range(dice.choice((2, 3, 9))):
        kind = dice.choice([kind for kind in COMPRESSORS if kind])
        content = COMPRESSORS[kind](content)
    return [content]


@KINDS.kind()
def foreign(dice: random.Random, size: int) -> Iterable[bytes]:
    return [lzma.compress(b"\0" * size), b"\x04\x22\x4d\x18" + b"x" * 99][dice.randrange(2) :][:1]


@KINDS.kind(passes=True)
def members_of_nothing(dice: random.Random, size: int) -> Iterable[bytes]:
    yield dice.choice((b"", gzip.compress(_FEED)))
    yield from filled(
        dice.choice((
            gzip.compress(b"", mtime=0), bz2.compress(b""), zstd.compress(b""), b"\x50\x2a\x4d\x18\0\0\0\0",
            gzip.compress(b"x", mtime=0), bz2.compress(b","),
        )),
        size // 8,
    )  # fmt: skip


@KINDS.kind(passes=True)
def frame_to_skip(dice: random.Random, size: int) -> Iterable[bytes]:
    said = dice.choice((0xFFFFFFFF, size, size * 9))
    yield b"\x50\x2a\x4d\x18" + struct.pack("<I", said)
    yield from filled(b"\0", size)
    yield zstd.compress(_FEED)


@KINDS.kind(passes=True)
def window(dice: random.Random, size: int) -> Iterable[bytes]:
    options = {zstd.CompressionParameter.window_log: dice.choice((24, 27, 29, 30, 31))}
    stream = zstd.ZstdCompressor(options=options | {zstd.CompressionParameter.content_size_flag: 0})
    yield from map(stream.compress, [_FEED, *filled(_ROWS, size * 8)])
    yield stream.flush()


@KINDS.kind()
def cut_or_damaged(dice: random.Random, size: int) -> Iterable[bytes]:
    kind = dice.choice([kind for kind in COMPRESSORS if kind])
    packed = bytearray(COMPRESSORS[kind](_FEED + _ROWS * (size // len(_ROWS))))
    for _ in range(dice.choice((1, 8, 64))):
        packed[dice.randrange(4, len(packed))] ^= 1 << dice.randrange(8)
    return [bytes(packed[: dice.randrange(len(packed) // 2, len(packed))])]


@KINDS.kind()
def random_stream(dice: random.Random, size: int) -> Iterable[bytes]:
    yield dice.choice((b"\x1f\x8b\x08\0\0\0\0\0\0\x03", b"BZh91AY&SY", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"))
    yield dice.randbytes(min(size, 256 * KIB))


@KINDS.kind()
def entries(dice: random.Random, size: int) -> Iterable[bytes]:
    """A directory of very many entries."""
    archive = io.BytesIO()
    name = dice.choice(("{}.csv", "__MACOSX/{}", "d{}/", "x" * 200 + "{}"))
    with zipfile.ZipFile(archive, "w") as members:
        members.writestr("feed.csv", _FEED)
    whole = archive.getvalue()
    start = whole.index(b"PK\x01\x02")
    entry = whole[start : start + 46]
    count = max(2, min(size, 4 * MIB) // (60 + len(name)))
    directory = b"".join(
        entry[:28] + struct.pack("<H", len(each)) + entry[30:] + each
        for each in (name.format(number).encode() for number in range(count))
    )
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), start, 0
    )
    return [whole[:start] + directory + end]


@KINDS.kind(passes=True)
def lying_directory(dice: random.Random, size: int) -> Iterable[bytes]:
    whole = bytearray(_zipped([_FEED, *filled(_ROWS, size)]))
    start, end = whole.rindex(b"PK\x01\x02"), whole.rindex(b"PK\x05\x06")
    match dice.choice(("sizes", "directory", "offset", "comment", "name", "method", "flags")):
        case "sizes":
            whole[start + 20 : start + 28] = struct.pack(
                "<2L", *dice.choices((0, 1, 0x7FFFFFFF, 0xFFFFFFFF), k=2)
            )
        case "directory":
            whole[end + 12 : end + 20] = struct.pack(
                "<2L", *dice.choices((0, start, 0x7FFFFFFF, 0xFFFFFFFF), k=2)
            )
        case "offset":
            whole[start + 42 : start + 46] = struct.pack("<L", dice.choice((1, end, 0xFFFFFFFF)))
        case "comment":
            whole[end + 20 : end + 22] = b"\xff\xff"
        case "name":
            whole[start + 28 : start + 32] = b"\xff\xff\xff\xff"
        case "method":
            whole[start + 10 : start + 12] = struct.pack("<H", dice.choice((1, 9, 12, 14, 93, 99)))
        case _:
            whole[start + 8 : start + 10] = b"\xff\xff"
    return [bytes(whole)]


@KINDS.kind(passes=True)
def dictionary(dice: random.Random, size: int) -> Iterable[bytes]:
    """LZMA whose header asks for a dictionary of gibibytes."""
    whole = bytearray(_zipped([_FEED, *filled(_ROWS, size)], method=zipfile.ZIP_LZMA))
    at = whole.index(b"feed.csv") + len("feed.csv")
    whole[at + 5 : at + 9] = struct.pack("<L", dice.choice((1 << 28, 1 << 30, 0xFFFFFFFF)))
    return [bytes(whole)]


@KINDS.kind()
def workbook(_: random.Random, size: int) -> Iterable[bytes]:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("[Content_Types].xml", b"<Types/>")
        members.writestr("xl/sheet1.xml", b"<c>" * (size // 3))
    return [archive.getvalue()]


@KINDS.kind(passes=True)
def long_names(dice: random.Random, size: int) -> Iterable[bytes]:
    name = dice.choice(("x", "é", "/", "\\", "..", "\x1b[2J", "\n")) * 30_000
    return [_zipped([_FEED], name[: min(size, 60_000)])]
