"""What the engine tells of a file that it could not write."""

import re

import duckdb

#: The name stands within a text of its own, escaped, where several threads write.
_REFUSED = re.compile(r'Could not write file \\?"[^"\n]*": ([^"\n]+)')


def refused_writing(error: Exception) -> str | None:
    """Why it could not, in the system's words, where the error is that."""
    found = _REFUSED.search(str(error)) if isinstance(error, duckdb.IOException) else None
    return found[1] if found else None
