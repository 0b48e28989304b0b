"""What a seeded bug is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bug:
    """One bug: in which file what is replaced by what; `suite` is the module of tests/contracts that is to catch it."""

    name: str
    suite: str
    path: str
    old: str
    new: str


def of(suite: str, path: str, *bugs: tuple[str, str, str]) -> list[Bug]:
    """Several bugs of one file: name, old, new."""
    return [Bug(name, suite, path, old, new) for name, old, new in bugs]
