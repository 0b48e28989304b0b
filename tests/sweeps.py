"""How far sweeps go: a part of each with the suite, all of it by `make test-sweeps` (`SWEEPS=long`)."""

import os
from collections.abc import Sequence

LONG = os.environ.get("SWEEPS") == "long"


def sweep(*, short: int, long: int) -> int:
    """How many examples."""
    return long if LONG else short


def in_turn(names: Sequence[str], partners: Sequence[str]) -> list[tuple[str, str]]:
    """Each name with the first partner and one of the others in turn; in a long sweep with each.

    What a partner's cells are does not depend on where the canonical items come from, so that a name and a partner need
    not meet: each name is there, and each partner several times.
    """
    first, *others = partners
    if LONG:
        return [(name, partner) for name in names for partner in partners]
    turns = [(name, others[place % len(others)]) for place, name in enumerate(names)]
    return [pair for name, other in turns for pair in ((name, first), (name, other))]
