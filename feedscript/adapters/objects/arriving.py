"""Files that take their place once they are whole."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def arriving(path: Path) -> Iterator[BinaryIO]:
    """A file beside `path` to write to, which takes its place at the end; after an error nothing is left of it."""
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            yield file
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
