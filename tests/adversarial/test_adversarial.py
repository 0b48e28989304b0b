"""Adversarial files over every reader: a clear finding within the limits of memory and time, measured by the kernel.

`ADVERSARIAL_FILES` is how many files there are, spread over the kinds (`make test-adversarial` gives 2,000); the table
of all of them is written to `ADVERSARIAL_TABLE`, if that is set.
"""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from tests.adversarial import delimited_kinds, json_kinds, markup_kinds, packed_kinds, parquet_kinds
from tests.adversarial.made import MIB, Kind
from tests.adversarial.measuring import LARGEST_EVERY, Measured, Task, measure

KINDS: Sequence[Kind] = [
    *delimited_kinds.KINDS.values(),
    *markup_kinds.KINDS.values(),
    *json_kinds.KINDS.values(),
    *packed_kinds.KINDS.values(),
    *parquet_kinds.KINDS.values(),
]
FILES = int(os.environ.get("ADVERSARIAL_FILES", "0"))
#: A short run takes every fifth kind, in sizes that are met within seconds.
SHORT_STEP = 5
#: Of so many runs that took most memory it is told.
SHOWN = 10
#: Of so many files one is generated from, too.
GENERATE_EVERY = 5

Assignment = tuple[Kind, int, Task]


def assigned() -> list[Assignment]:
    """Kind, number, and what is done with each of the files."""
    if FILES:
        picked = [(KINDS[place % len(KINDS)], place // len(KINDS)) for place in range(FILES)]
    else:
        picked = [(kind, place % 4) for place, kind in enumerate(KINDS[::SHORT_STEP])]
    validated: list[Assignment] = [(kind, number, "validate") for kind, number in picked]
    return validated + [(kind, number, "generate") for kind, number in picked[::GENERATE_EVERY]]


def outcomes(folder: Path) -> list[Measured]:
    """What came of the files, two at a time; those that took most memory first."""
    table = os.environ.get("ADVERSARIAL_TABLE", os.devnull)
    found: list[Measured] = []
    # A line as soon as it is known: a run at length may be cut off.
    with ThreadPoolExecutor(2) as pool, Path(table).open("w", buffering=1) as lines:
        for each in pool.map(partial(measure, folder), *zip(*assigned(), strict=True)):
            found.append(each)
            lines.write(f"{each.line}\n")
    return sorted(found, key=lambda each: each.peak, reverse=True)


def test_every_file_is_told_of_within_the_limits(tmp_path):
    found = outcomes(tmp_path)
    slowest = max(found, key=lambda each: each.wall)
    told = [
        f"{each.kind.name} {each.number} {each.task}: {each.peak / MIB:.0f} MiB" for each in found[:SHOWN]
    ]
    sys.stdout.write(
        f"\n{len(found)} runs; longest: {slowest.kind.name} {slowest.number}, {slowest.wall:.1f} s; most memory:\n"
        + "".join(f"  {each}\n" for each in told)
    )
    wrongs = [wrong for each in found for wrong in each.wrongs()]
    assert not wrongs, "\n".join(wrongs)


def test_a_run_at_length_has_the_largest_of_each_kind():
    assert LARGEST_EVERY * len(KINDS) <= 2_000


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_file_is_the_same_each_time(kind, tmp_path):
    sources = [tmp_path / name for name in "ab"]
    for source in sources:
        kind.write(source, 3, 4_096)
    assert sources[0].read_bytes() == sources[1].read_bytes()
