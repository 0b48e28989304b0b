"""What a place is kept under, wherever it is kept: what one storage has, another can take over by its key."""

import hashlib
from functools import lru_cache

REMEMBERED = 4096


@lru_cache(REMEMBERED)
def place_key(place: str) -> str:
    """The SHA-256 of a place's address, in hexadecimal: no text of a caller's becomes part of a path."""
    return hashlib.sha256(place.encode()).hexdigest()
