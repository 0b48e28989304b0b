"""What a script leaves word of in its files, read as if it meant harm: it may be another user, or run a feed's code."""

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_words(path: Path, *, most: int, owner: int | None = None) -> Mapping[str, Any] | None:
    """The JSON object in a file of at most so many bytes; None for anything else.

    A link is not followed, and with `owner` the file must be that user's own: else a script could have the service,
    which may read more than itself, read any file to its callers.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            foreign = owner is not None and found.st_uid != owner
            if foreign or not stat.S_ISREG(found.st_mode) or found.st_size > most:
                return None
            document = json.loads(file.read(most))
    except (OSError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
