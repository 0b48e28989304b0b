"""Files that a command writes: whole, or what lay there before."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path | None) -> Iterator[Path | None]:
    """Where to write a file that takes its place at `path` once it is whole; nothing of it is left after an error.

    What is no file, such as a pipe or a terminal, is written to as it comes. Raises `OSError` that names `path`.
    """
    if path is None:
        yield None
        return
    place = path.resolve()
    direct = place.exists() and not place.is_file()
    part = place if direct else place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        yield part
        if part is not place and part.exists():
            part.rename(place)
    except OSError as error:
        if error.filename not in (None, str(part)):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        if part is not place:
            part.unlink(missing_ok=True)
