"""Reading a script's log in pieces, while it grows or afterwards."""

import codecs
import os
from pathlib import Path
from typing import BinaryIO

from feedscript.ports.executor import LogChunk

LONGEST_LINE = 4096


def read_log_file(path: Path, *, offset: int, limit: int, over: bool, cap: int) -> LogChunk | None:
    """As `read_log`, of the file at `path`; None without one."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return read_log(file, size, offset=offset, limit=limit, over=over, cap=cap)
    except FileNotFoundError:
        return None


def read_log(file: BinaryIO, size: int, *, offset: int, limit: int, over: bool, cap: int) -> LogChunk:
    """At most `limit` bytes from `offset`; a character that is cut at the end is left to the next piece.

    A negative `offset` counts from the end, and moves on to the first whole line. `over` says that nothing more will be
    written, `cap` how many bytes a script may write.
    """
    if offset < 0:
        offset = _line_from(file, max(size + offset, 0), size)
    # Past the end there is nothing; and past what a file system can count to it could not be looked for.
    file.seek(min(offset, size))
    data = file.read(limit) if offset <= size else b""
    last = over and offset + len(data) >= size
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(data, final=last)
    held_back, _ = decoder.getstate()
    following = offset + len(data) - len(held_back)
    return LogChunk(text, offset, following, complete=last, truncated=size > cap)


def _line_from(file: BinaryIO, offset: int, size: int) -> int:
    """Where the first line begins that is whole from the offset on; the offset itself where none does soon."""
    if offset == 0:
        return 0
    file.seek(offset - 1)
    skipped = file.readline(LONGEST_LINE)
    following = offset - 1 + len(skipped)
    return following if skipped.endswith(b"\n") and following < size else offset
