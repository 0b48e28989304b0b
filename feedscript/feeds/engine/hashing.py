"""The SHA-256 of files."""

import hashlib
from pathlib import Path

_BLOCK_BYTES = 1024 * 1024


def sha256_of(*files: Path) -> str:
    """The hash in hexadecimal of the files' bytes, one behind the other."""
    digest = hashlib.sha256()
    for each in files:
        with each.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                digest.update(block)
    return digest.hexdigest()
