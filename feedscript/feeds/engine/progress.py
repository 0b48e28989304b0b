"""How far a run has come."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """A moment of a run: `rows` (None until counted), `bytes` of `total_bytes`, what is being done."""

    rows: int | None
    bytes: int
    total_bytes: int
    message: str


OnProgress = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Tell nobody."""
