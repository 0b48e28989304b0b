"""What the engine tells of a file that it could not write."""

import re
from pathlib import Path
from typing import NamedTuple

import duckdb

#: The name stands within a text of its own, escaped, where several threads write.
_REFUSED = re.compile(r'Could not write file \\?"([^"\n]*?)\\?": ([^"\n]+)')


class Refused(NamedTuple):
    """The file, and why it could not be written, in the system's words."""

    file: Path
    why: str


def refused_writing(error: Exception) -> Refused | None:
    """What could not be written, where the error is that."""
    found = _REFUSED.search(str(error)) if isinstance(error, duckdb.IOException) else None
    return Refused(Path(found[1]), found[2]) if found else None
