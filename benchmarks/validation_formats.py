"""Validation of the same items as CSV, RSS, JSON Lines, a JSON array and Parquet, and of RSS by a loop over lxml.

Each is a process of its own, and they take turns. What counts is the processor time of the process and of those that it
starts, as others may use the machine: the median of the rounds' ratios to the CSV. Targets: RSS at most 2.2 times the
processor time and 2.0 times the wall time of the CSV, JSON Lines 1.6, a JSON array 2, Parquet 1.2 times; the memory of
two million items of RSS at most 1.2 times that of 200,000.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from json import loads
from pathlib import Path
from typing import NamedTuple

from benchmarks.feed_formats import write_formats

ITEMS = 200_000
ROUNDS = 7
TARGETS = {"rss": 2.2, "jsonl": 1.6, "json": 2.0, "parquet": 1.2}
WALL_OF_RSS = 2.0
GROWTH = 1.2


class Run(NamedTuple):
    """Seconds of the processors and of the clock, items, and peak resident bytes."""

    processor: float
    wall: float
    items: int
    peak: int


def measured(engine: str, path: Path) -> Run:
    """One run in a fresh process, whose modules are compiled already."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(path.parent / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "benchmarks.validation_engines", engine, str(path)]
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    told = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{engine} failed on {path.name}")
    answer = loads(told.splitlines()[-1])
    return Run(used.ru_utime + used.ru_stime, wall, answer["rows"], answer["peak"])


def main() -> None:
    """Write the feeds, run them turn about, and print the ratios."""
    with tempfile.TemporaryDirectory(prefix="feedscript-bench-") as name:
        folder = Path(name)
        feeds = [("report", path) for path in write_formats(folder, ITEMS)]
        if find_spec("lxml") is not None:
            feeds.append(("lxml", folder / f"feed-{ITEMS}.xml"))
        for engine, path in feeds:
            measured(engine, path)
        rounds = [[measured(engine, path) for engine, path in feeds] for _ in range(ROUNDS)]
        for number, (engine, path) in enumerate(feeds):
            _tell(engine, path, [(turn[number], turn[0]) for turn in rounds])
        small = statistics.median(turn[1].peak for turn in rounds)
        for path in folder.glob("feed*"):
            path.unlink()
        large = measured("report", write_formats(folder, 10 * ITEMS, ("rss",))[-1])
        print(
            f"memory of {10 * ITEMS} items of RSS {large.peak / 1e6:.0f} MB, of {ITEMS} {small / 1e6:.0f} MB:"
            f" {large.peak / small:.2f} (at most {GROWTH})"
        )


def _tell(engine: str, path: Path, turns: list[tuple[Run, Run]]) -> None:
    """One line: what it takes, and how that compares with the CSV of the same round."""
    what = path.suffix[1:].replace("xml", "rss")
    processor, wall = (statistics.median(run[which] for run, _ in turns) for which in (0, 1))
    ratio, of_wall = (statistics.median(run[which] / csv[which] for run, csv in turns) for which in (0, 1))
    target = TARGETS.get(what) if engine == "report" else None
    bound = f" (at most {target}{f', {WALL_OF_RSS} of the wall' if what == 'rss' else ''})" if target else ""
    name = what if engine == "report" else f"{engine}'s loop"
    print(
        f"{name:12} {processor:6.2f} s of processors, {wall:6.2f} s of wall; over the CSV {ratio:5.2f} and"
        f" {of_wall:5.2f}{bound}; {turns[0][0].items / processor:9,.0f} items a second of one processor",
        flush=True,
    )


if __name__ == "__main__":
    main()
