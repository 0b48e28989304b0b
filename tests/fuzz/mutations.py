"""Mutated files: bytes flipped, cut, doubled, moved and put in, from a seed."""

import random
from collections.abc import Callable

#: What breaks a parser sooner than a random byte does.
_TROUBLE = (
    b'"', b"\r", b"\n", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"<", b"</item>", b"]]>", b"<![CDATA[", b"&x;",
    b"<!DOCTYPE a>", b"{", b"[", b'\\"', b"\\ud800", b"," * 50, b"\t", b"\xc3", b"1e999", b"PK\x03\x04", b"\x1f\x8b",
)  # fmt: skip


def _flip(content: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 1, 2, 8))):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)


def _cut(content: bytearray, dice: random.Random) -> None:
    del content[dice.randrange(len(content)) :]


def _drop(content: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(content))
    del content[start : start + dice.choice((1, 4, 64, 1024))]


def _double(content: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(content))
    piece = content[start : start + dice.choice((1, 16, 256, 4096))]
    content[start:start] = piece * dice.choice((1, 1, 3))


def _put_in(content: bytearray, dice: random.Random) -> None:
    at = dice.randrange(len(content))
    content[at:at] = dice.choice(_TROUBLE)


def _noise(content: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(content))
    end = min(len(content), start + dice.choice((1, 8, 64)))
    content[start:end] = dice.randbytes(end - start)


_MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _cut,
    _drop,
    _double,
    _put_in,
    _noise,
)


def mutate(content: bytes, dice: random.Random) -> bytes:
    """The content after one to three mutations."""
    mutated = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 3))):
        if mutated:
            dice.choice(_MUTATIONS)(mutated, dice)
    return bytes(mutated)
