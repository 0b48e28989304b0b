"""Copies of objects that end at a limit."""

from collections.abc import Iterable
from typing import BinaryIO

from feedscript.ports.errors import ObjectTooLarge


def copy(chunks: Iterable[bytes], file: BinaryIO, uri: str, limit: int | None) -> int:
    """Write what comes of an object, in its order; answers its bytes.

    Raises `ObjectTooLarge` at the first chunk with which there are more than `limit`: what an object says of its size
    is not what it holds, where somebody writes to it meanwhile.
    """
    copied = 0
    for chunk in chunks:
        copied += len(chunk)
        refuse_larger(uri, copied, limit)
        file.write(chunk)
    return copied


def refuse_larger(uri: str, size: int, limit: int | None) -> None:
    """Raise `ObjectTooLarge` for more bytes than the limit."""
    if limit is not None and size > limit:
        raise ObjectTooLarge(uri, limit)
