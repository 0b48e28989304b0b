"""The SHA-256 of a file, computed in a thread while others read it."""

import hashlib
from concurrent.futures import Future
from pathlib import Path

from feedscript.feeds.beside import start_beside


def start_digest(path: Path) -> Future[str]:
    """Begin to hash a file; the result is in hexadecimal.

    hashlib lets go of the interpreter while it hashes, so the reading goes on beside it.
    """
    return start_beside(_sha256, path)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
