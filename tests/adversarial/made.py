"""Adversarial files by kind: a valid feed with something in it, or instead of it, that no reader may be hurt by."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

#: Writes a file's bytes, in pieces, about so many in all.
Make = Callable[[random.Random, int], Iterable[bytes]]

KIB, MIB = 1 << 10, 1 << 20
PRODUCTS = [
    {
        "id": f"sku-{number}",
        "title": f"Glazed cup of size {number}",
        "description": "Made by hand and safe in the dishwasher",
        "link": f"https://shop.example/cups/{number}",
        "image_link": f"https://shop.example/cups/{number}.jpg",
        "price": f"{number}.90 USD",
        "availability": "in_stock",
        "condition": "new",
        "brand": "Acme",
        "mpn": f"AC-{number}",
    }
    for number in range(1, 6)
]


@dataclass(frozen=True)
class Kind:
    """A kind of adversarial file.

    `passes` where it may be a whole feed for all its form: what is odd lies outside of items, or in a column that no
    profile knows, or within the limits.
    """

    name: str
    make: Make
    passes: bool = False
    largest: int = 8 * MIB

    def write(self, path: Path, number: int, size: int) -> None:
        """The file of this number; the same for the same numbers."""
        dice = random.Random(f"{self.name} {number}")
        with path.open("wb") as file:
            file.writelines(self.make(dice, min(size, self.largest)))


class Kinds(dict[str, Kind]):
    """Kinds by name; a decorator adds the function that makes one."""

    def __init__(self, family: str) -> None:
        super().__init__()
        self._family = family

    def kind(self, *, passes: bool = False, largest: int = 8 * MIB) -> Callable[[Make], Make]:
        """Add the function as a kind of its own name."""

        def add(make: Make) -> Make:
            name = f"{self._family}-{make.__name__.replace('_', '-')}"
            self[name] = Kind(name, make, passes, largest)
            return make

        return add


def filled(piece: bytes, size: int) -> Iterable[bytes]:
    """A piece again and again, about `size` bytes, without holding them."""
    block = piece * max(1, 64 * KIB // len(piece))
    for _ in range(max(1, size // len(block))):
        yield block[:size]


def numbered(form: str, size: int) -> Iterable[bytes]:
    """A form filled in with 0, 1, 2 ..., about `size` bytes."""
    width = len(form.format(size))
    for number in islice(range(size), max(1, size // width)):
        yield form.format(number).encode()
