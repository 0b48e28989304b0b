"""Reads a file's bytes once: their SHA-256, where lines begin, which characters there are. Runs as a process too.

It imports next to nothing, so that a process that runs this file is there in a hundredth of a second.
"""

import hashlib
import marshal
import os
import stat
import sys
from collections.abc import Callable, Iterator

#: Lines are counted, and characters looked for, in parts that stay near the processor.
PART_BYTES = 32 * 1024
#: In a thread beside an import, after each block it takes a while to get the interpreter back.
_BLOCK_BYTES = 256 * PART_BYTES
#: The characters that are looked for, until they are found: by which markup, escapes in links, and what templates leave
#: are told. Each takes three hundredths of a second of a gigabyte, and the controls are thirty.
SIGNS = b";<[\\^`{|}"
#: Line feeds before each part of what was read; line feeds; whether the last line is ended; whether all bytes are
#: ASCII; those of the SIGNS of which there is none; whether a carriage return stands without a line feed behind it.
Told = tuple[list[int], int, bool, bool, bytes, bool]


def survey(
    path: str,
    *,
    block_bytes: int = _BLOCK_BYTES,
    seen: Callable[[bytearray], object] | None = None,
    signs: bytes = SIGNS,
) -> Told:
    """Read the file in blocks of whole parts, which `seen` is given too, and look for `signs`.

    Raises OSError, also of what is no regular file.
    """
    before: list[int] = []
    feeds, ended, is_ascii, absent = 0, True, True, [*signs]
    returned = alone = False
    for block in _blocks(path, block_bytes):
        if seen is not None:
            seen(block)
        for begin in range(0, len(block), PART_BYTES):
            before.append(feeds)
            part = block[begin : begin + PART_BYTES] if block_bytes > PART_BYTES else block
            # Far faster than `count`, which looks at each byte by itself before Python 3.13.
            feeds += len(part) - len(part.replace(b"\n", b""))
            absent = [sign for sign in absent if sign not in part]
            if returned or b"\r" in part:
                alone = alone or _has_lone_return(part, returned=returned)
                returned = part.endswith(b"\r")
        ended = block.endswith(b"\n")
        is_ascii = is_ascii and block.isascii()
    return before, feeds, ended, is_ascii, bytes(absent), alone or returned


def _has_lone_return(part: bytearray, *, returned: bool) -> bool:
    """Whether a carriage return before the end of a part, or one before the part, has no line feed behind it."""
    if returned and not part.startswith(b"\n"):
        return True
    return b"\r" in part.removesuffix(b"\r").replace(b"\r\n", b"")


def digest(path: str) -> str:
    """The file's SHA-256 in hexadecimal; raises OSError, also of what is no regular file."""
    hashed = hashlib.sha256()
    for block in _blocks(path, _BLOCK_BYTES):
        hashed.update(block)
    return hashed.hexdigest()


def _blocks(path: str, size: int) -> Iterator[bytearray]:
    """The content in blocks of one size, but for the last; each is gone when the next is asked for."""
    # To open a pipe waits for whoever writes into it, perhaps for ever.
    about = os.stat(path)  # noqa: PTH116 - to import pathlib takes as long as the rest
    if not stat.S_ISREG(about.st_mode):
        raise OSError(f"{path} is not a regular file")
    # A block is filled with zeros first, which takes longer than to read a small file.
    size = min(size, (about.st_size // PART_BYTES + 1) * PART_BYTES)
    block = bytearray(size)
    with open(path, "rb") as file:  # noqa: PTH123 - as above
        while read := file.readinto(block):
            del block[read:]
            yield block
            if read < size:
                return


if __name__ == "__main__":
    # Whoever waits for this is at work as well.
    os.nice(10)
    _, work, name = sys.argv
    told = digest(name) if work == "digest" else survey(name, block_bytes=PART_BYTES)
    sys.stdout.buffer.write(marshal.dumps(told))
