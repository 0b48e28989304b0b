"""Callers' texts as columns that are looked up by: PostgreSQL takes no zero byte, no half surrogate, no endless key."""

import hashlib
from typing import overload

LONGEST = 200
HASHED = "#sha256-"


@overload
def stored(text: str) -> str: ...


@overload
def stored(text: None) -> None: ...


def stored(text: str | None) -> str | None:
    r"""The text itself where it can stand in an index, else its SHA-256; two texts are never stored as the same.

    >>> stored("m1"), stored("two\nlines")[:16]
    ('m1', '#sha256-edc8c128')
    """
    if text is None:
        return None
    data = text.encode("utf-8", "surrogatepass")
    plain = text.isprintable() and len(data) <= LONGEST and not text.startswith(HASHED)
    return text if plain else HASHED + hashlib.sha256(data).hexdigest()
