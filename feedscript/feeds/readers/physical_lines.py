"""The lines of a text as they lie in its file, in the memory of one of them, whatever there is."""

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

_BLOCK_BYTES = 1 << 20
#: Of a longer line only the beginning is given: it is no row, whose cells are far shorter.
LONGEST_LINE = 8 << 20


def lines_of(path: Path, deadline: float = math.inf) -> Iterator[bytes]:
    """The file's lines without their ends, which are line feeds, or carriage returns where there are no others.

    Of a line of more than `LONGEST_LINE` bytes, about as many. Raises duckdb.InterruptException past the deadline
    (`time.monotonic`).
    """
    with path.open("rb") as file:
        block = file.read(_BLOCK_BYTES)
        end = b"\n" if b"\n" in block or b"\r" not in block else b"\r"
        held = bytearray()
        while block:
            first, *rest = block.split(end)
            if len(held) < LONGEST_LINE:
                held += first
            if rest:
                yield bytes(held)
                held = bytearray(rest.pop())
                yield from rest
            if time.monotonic() > deadline:
                _refuse()
            block = file.read(_BLOCK_BYTES)
        if held:
            yield bytes(held)


def _refuse() -> NoReturn:
    import duckdb  # noqa: PLC0415 - who reads lines may have no need of the engine

    raise duckdb.InterruptException("reading the lines took longer than the limit (max_seconds)")
