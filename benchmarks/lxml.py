"""RSS under `feedscript validate`, and under loops in Python that make the same checks, in rows a second.

That they are the same is proved first: on a feed with a fault for every rule, each loop has to find as many of each as
feedscript does, or nothing is measured. Then they take turns, each in a process of its own; what counts is the median
of the rounds' ratios. The loops are slow, so that they get fewer items; what a loop takes to import its modules and to
read its lists is not counted, whereas feedscript's whole process is. The loops are `plain_checks.loop`, functions over
a dict, and `plain_checks.notices`, rules as objects as GTFS's validators have them; frictionless checks what it can
express of the same items as CSV. Target: 20 times the rows a second of each. What lxml takes to read the items, without
any check, is told beside them: no loop over it can be faster.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from benchmarks.feed_formats import write_formats
from benchmarks.synthetic_feed import COLUMNS
from benchmarks.validation_formats import measured

ITEMS, ITEMS_OF_LOOPS = 200_000, 20_000
ROUNDS = 3
AT_LEAST = 20
LOOPS = {
    "the plain loop": "lxml",
    "validators and notices": "notices",
    "frictionless, on CSV": "frictionless",
}
NO_CHECKS = {"lxml without checks": "lxml-read"}


class Rate(NamedTuple):
    """Items a second, by the clock and of one processor."""

    wall: float
    processor: float


def main() -> None:
    """Hold the findings against each other, then the rates."""
    if find_spec("lxml") is None or find_spec("frictionless") is None:
        sys.exit("lxml or frictionless is not installed (pip install '.[bench]')")
    with tempfile.TemporaryDirectory(prefix="feedscript-bench-") as name:
        folder = Path(name)
        _prove(folder / "seeded.xml")
        large = write_formats(folder, ITEMS, ("rss",))[-1]
        csv, rss = write_formats(folder, ITEMS_OF_LOOPS, ("rss",))
        turns: dict[str, Callable[[], Rate]] = {"feedscript": partial(_feedscript, large)}
        for what, engine in (LOOPS | NO_CHECKS).items():
            turns[what] = partial(_loop, engine, csv if engine == "frictionless" else rss)
        _feedscript(large)
        rounds = [{what: rate() for what, rate in turns.items()} for _ in range(ROUNDS)]
    ours = [each["feedscript"] for each in rounds]
    _tell(f"feedscript, {ITEMS:,} items", ours)
    for what in LOOPS | NO_CHECKS:
        theirs = [each[what] for each in rounds]
        _tell(f"{what}, {ITEMS_OF_LOOPS:,} items", theirs)
        wall, processor = (
            statistics.median(mine[way] / their[way] for mine, their in zip(ours, theirs, strict=True))
            for way in (0, 1)
        )
        verdict = (
            f" (at least {AT_LEAST}: {'met' if wall >= AT_LEAST else 'MISSED'})" if what in LOOPS else ""
        )
        print(f"  feedscript over it: {wall:.1f}{verdict}; of one processor {processor:.1f}")


def _prove(path: Path) -> None:
    """Compare what is found of each rule, and end where it differs, or where a rule is not put to the proof."""
    from benchmarks.plain_checks import loop, notices  # noqa: PLC0415 - what is measured is another process
    from benchmarks.plain_checks.seeded_faults import SEEDED_ITEMS, write_seeded  # noqa: PLC0415 - as above
    from feedscript.feeds import validate  # noqa: PLC0415 - as above

    report = validate(write_seeded(path, SEEDED_ITEMS))
    expected = Counter({issue.rule.id.removeprefix("google."): issue.total for issue in report.issues})
    wrong = [f"{rule} was not seeded" for rule in sorted(_applicable() - expected.keys())]
    for what, (items, found) in (("loop", loop.check(path)), ("notices", notices.check(path))):
        if items != report.items_total:
            wrong.append(f"{what}: {items} items, feedscript: {report.items_total}")
        wrong += [
            f"{rule}: feedscript {expected[rule]}, {what} {found[rule]}"
            for rule in sorted({*expected, *found})
            if expected[rule] != found[rule]
        ]
    if wrong:
        sys.exit("\n".join(wrong))
    print(
        f"{len(expected)} rules, each found as often by feedscript and both loops in {report.items_total:,} items:"
    )
    print(", ".join(sorted(expected)), flush=True)


def _applicable() -> set[str]:
    """What the Google profile may find in the benchmark's columns, but for defects of the file itself."""
    from feedscript.feeds.profiles import load_profile  # noqa: PLC0415 - as above
    from feedscript.feeds.profiles.header import read_header  # noqa: PLC0415 - as above
    from feedscript.feeds.rules.compilation import compile_rules  # noqa: PLC0415 - as above

    profile = load_profile("google")
    header = read_header(profile, COLUMNS)
    plan = compile_rules(profile, header, country="US", as_of=datetime.now(UTC), joined=True)
    rules = {*plan.rules, *plan.crossing, "google.id.duplicate_id"}
    return {rule.removeprefix("google.") for rule in rules}


def _feedscript(path: Path) -> Rate:
    """The whole process, with the source's SHA-256 and a written report."""
    run = measured("report", path)
    return Rate(run.items / run.wall, run.items / run.processor)


def _loop(engine: str, path: Path) -> Rate:
    """The check alone, as its process tells."""
    command = [sys.executable, "-m", "benchmarks.lxml", engine, str(path)]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    return Rate(**json.loads(told.splitlines()[-1]))


def _tell(what: str, rates: list[Rate]) -> None:
    wall, processor = (statistics.median(each[way] for each in rates) for way in (0, 1))
    print(f"{what:42} {wall:9,.0f} items a second; {processor:9,.0f} of one processor", flush=True)


def time_loop(engine: str, path: Path) -> None:
    """Print the rate of one engine, all of whose modules and lists are there already, as JSON."""
    from benchmarks.validation_engines import ENGINES  # noqa: PLC0415 - only a process that is timed needs them

    for module in (
        ("frictionless",) if engine == "frictionless" else ("lxml.etree", "benchmarks.plain_checks.notices")
    ):
        import_module(module)
    begun, used = time.perf_counter(), time.process_time()
    items = ENGINES[engine](path)
    wall, processor = time.perf_counter() - begun, time.process_time() - used
    print(json.dumps({"wall": items / wall, "processor": items / processor}))


if __name__ == "__main__":
    time_loop(sys.argv[1], Path(sys.argv[2]))
