"""Text files, gzipped, of which the same text makes the same bytes."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

_LEVEL = 5


@contextmanager
def packed(path: Path) -> Iterator[TextIO]:
    """Write a gzipped text file in UTF-8; neither time nor name is kept in it."""
    with (
        path.open("wb") as file,
        gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as archive,
        io.TextIOWrapper(archive, encoding="utf-8", newline="") as text,
    ):
        yield text
