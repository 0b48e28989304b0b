"""Texts that nobody can guess, in files that are made once."""

import secrets
from pathlib import Path

from feedscript.adapters.files import Disk


def made_once(path: Path) -> bytes:
    """What the file holds: a text that nobody can guess, made where there is none."""
    disk = Disk()
    try:
        if not path.exists():
            # Whole or not at all, and one of several processes wins.
            disk.make_root(path.parent)
            disk.create(path, secrets.token_hex(32).encode())
        return path.read_bytes()
    except OSError as error:
        raise disk.translated(error, path) from error
