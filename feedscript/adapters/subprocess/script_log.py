"""Reading a script's log in pieces, while it grows or afterwards."""

import codecs
import os
from pathlib import Path

from feedscript.ports.executor import LogChunk


def read_log(path: Path, *, offset: int, limit: int, over: bool, cap: int) -> LogChunk | None:
    """At most `limit` bytes from `offset`; a character that is cut at the end is left to the next piece.

    `over` says that nothing more will be written, `cap` how many bytes a script may write. None without a log.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            # Past the end there is nothing; and past what a file system can count to it could not be looked for.
            file.seek(min(offset, size))
            data = file.read(limit) if offset <= size else b""
    except FileNotFoundError:
        return None
    last = over and offset + len(data) >= size
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(data, final=last)
    held_back, _ = decoder.getstate()
    following = offset + len(data) - len(held_back)
    return LogChunk(text, offset, following, complete=last, truncated=size > cap)
