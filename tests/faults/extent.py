"""How far the fault tests go: a sample with the suite, all of it by `make test-faults` (`FAULTS=long`)."""

import os

LONG = os.environ.get("FAULTS") == "long"


def extent(name: str, *, short: int, long: int) -> int:
    """How many; the environment variable `name` overrides both."""
    return int(os.environ.get(name) or (long if LONG else short))
