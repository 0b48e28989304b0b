"""A day's jobs in one zip file, a member each, named as the file was: `<id>.json`.

Any tool reads these archives. Ours are sorted by name, all names have the same length, and no entry of the directory
carries anything more: so one job is found by bisection in a directory that need not be read as a whole, however many
jobs the day had. An archive that something else has packed anew is read through `zipfile`.
"""

import io
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

DAMAGE = (BadZipFile, struct.error, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError)
"""What reading a damaged archive may raise beside `OSError`."""

# APPNOTE.TXT 4.3.16, 4.3.12 and 4.3.7: the directory's end, an entry of it, and what stands before each member.
END = struct.Struct("<4s4H2LH")
ENTRY = struct.Struct("<4s6H3L5H2L")
LOCAL = struct.Struct("<4s5H3L2H")
NAME = len("00000000-0000-7000-8000-000000000000.json")
STEP = ENTRY.size + NAME
IN_ZIP64 = 0xFFFFFFFF


def member(path: Path, name: str) -> bytes | None:
    """The member's bytes; None where there is no archive, or no such member in it."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        directory = _uniform_directory(file)
        if directory is not None:
            return _bisected(file, *directory, name.encode())
        with ZipFile(file) as archive:
            return archive.read(name) if name in archive.NameToInfo else None


def names(path: Path) -> list[str]:
    """The names of all members; none where there is no archive."""
    try:
        with ZipFile(path) as archive:
            return archive.namelist()
    except FileNotFoundError:
        return []


def packed(members: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The archive of the members (name, bytes), which come sorted by name, piece by piece."""
    out = _Pieces()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, data in members:
            # The same members make the same archive, whenever it is made.
            info = ZipInfo(name)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = 0o400 << 16
            archive.writestr(info, data)
            yield out.taken()
    yield out.taken()


class _Pieces(io.RawIOBase):
    """What was written since it was last taken."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        view = memoryview(data)  # type: ignore[arg-type]  # whatever has a buffer, as RawIOBase says
        self._written += view
        return view.nbytes

    def taken(self) -> bytes:
        data, self._written = bytes(self._written), bytearray()
        return data


def _uniform_directory(file: BinaryIO) -> tuple[int, int] | None:
    """Where the directory begins and how many entries it has; None where they are not all of one size."""
    if file.seek(0, os.SEEK_END) < END.size:
        raise BadZipFile("too short")
    file.seek(-END.size, os.SEEK_END)
    signature, *_, size, start, comment = END.unpack(file.read(END.size))
    if signature != b"PK\5\6" or comment or size % STEP or IN_ZIP64 in (size, start):
        return None
    return start, size // STEP


def _bisected(file: BinaryIO, start: int, count: int, name: bytes) -> bytes | None:
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        file.seek(start + middle * STEP)
        record = file.read(STEP)
        entry = ENTRY.unpack_from(record)
        if entry[0] != b"PK\1\2" or entry[10:13] != (NAME, 0, 0):
            raise BadZipFile(f"entry {middle} of the directory is not what was written")
        found = record[ENTRY.size :]
        if found == name:
            crc, packed_size = entry[7:9]
            return _unpacked(file, entry[16], packed_size, crc)
        low, high = (middle + 1, high) if found < name else (low, middle)
    return None


def _unpacked(file: BinaryIO, at: int, size: int, crc: int) -> bytes:
    file.seek(at)
    *_, name_length, extra_length = LOCAL.unpack(file.read(LOCAL.size))
    file.seek(name_length + extra_length, os.SEEK_CUR)
    data = zlib.decompress(file.read(size), -zlib.MAX_WBITS)
    if zlib.crc32(data) != crc:
        raise BadZipFile("a member is not what was written")
    return data
