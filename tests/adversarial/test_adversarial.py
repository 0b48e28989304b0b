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
from tests.adversarial.measuring import Measured, Task, measure

KINDS: Sequence[Kind] = [
    *delimited_kinds.KINDS.values(),
    *markup_kinds.KINDS.values(),
    *json_kinds.KINDS.values(),
    *packed_kinds.KINDS.values(),
    *parquet_kinds.KINDS.values(),
]
TAMED = [kind for kind in KINDS if not kind.untamed]
UNTAMED = [kind for kind in KINDS if kind.untamed]
FILES = int(os.environ.get("ADVERSARIAL_FILES", "0"))
#: A short run takes every third kind, in sizes that are met within seconds.
SHORT_STEP = 3
#: Of so many files one is generated from, too.
GENERATE_EVERY = 5

Assignment = tuple[Kind, int, Task]


def assigned(kinds: Sequence[Kind]) -> list[Assignment]:
    """The files of these kinds: kind, number, and what is done with each."""
    if FILES:
        share = FILES * len(kinds) // len(KINDS)
        picked = [(kinds[place % len(kinds)], place // len(kinds)) for place in range(share)]
    else:
        picked = [(kind, place % 4) for place, kind in enumerate(kinds[::SHORT_STEP])]
    validated: list[Assignment] = [(kind, number, "validate") for kind, number in picked]
    return validated + [(kind, number, "generate") for kind, number in picked[::GENERATE_EVERY]]


def outcomes(folder: Path, kinds: Sequence[Kind]) -> list[Measured]:
    """What came of the files, two at a time; those that took most memory first."""
    table = os.environ.get("ADVERSARIAL_TABLE", os.devnull)
    found: list[Measured] = []
    # A line as soon as it is known: a run at length may be cut off.
    with ThreadPoolExecutor(2) as pool, Path(table).open("w", buffering=1) as lines:
        for each in pool.map(partial(measure, folder), *zip(*assigned(kinds), strict=True)):
            found.append(each)
            lines.write(f"{each.line}\n")
    return sorted(found, key=lambda each: each.peak, reverse=True)


def test_every_file_is_told_of_within_the_limits(tmp_path):
    found = outcomes(tmp_path, TAMED)
    largest, slowest = found[0], max(found, key=lambda each: each.wall)
    sys.stdout.write(
        f"\n{len(found)} runs; most memory: {largest.kind.name} {largest.number}, {largest.peak / MIB:.0f} MiB;"
        f" longest: {slowest.kind.name} {slowest.number}, {slowest.wall:.1f} s\n"
    )
    wrongs = [wrong for each in found for wrong in each.wrongs()]
    assert not wrongs, "\n".join(wrongs)


@pytest.mark.skipif(not FILES, reason="one file of these may take a minute: make test-adversarial has them")
@pytest.mark.parametrize("kind", UNTAMED, ids=lambda kind: kind.name)
def test_what_is_not_bounded_yet_is_known(kind, tmp_path):
    found = [measure(tmp_path, kind, number, "validate") for number in (1, 2, 4)]
    wrongs = [wrong for each in found for wrong in each.wrongs()]
    assert wrongs, f"{kind.name} keeps the limits now: it is untamed no more"
    pytest.xfail(f"{kind.untamed}: {'; '.join(wrongs)}")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_file_is_the_same_each_time(kind, tmp_path):
    sources = [tmp_path / name for name in "ab"]
    for source in sources:
        kind.write(source, 3, 4_096)
    assert sources[0].read_bytes() == sources[1].read_bytes()
