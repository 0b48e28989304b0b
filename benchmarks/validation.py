"""Validation against a bare scan and against frictionless: time, memory, and what they do as feeds grow.

Each engine runs over the synthetic feeds in a fresh process, and is timed from the start of that process to its end, as
its user would. Targets: at most 2.5 times a bare DuckDB scan of every column (2.0 is the aim), at least 30 times the
rows per second of frictionless with the checks that it can express, memory at 5M rows within 1.2 times that at 1M, and
a feed with an error in every row within 1.5 times the clean one. The bound on time is held twice: as a specialist looks
at a feed, and with all that a written report tells, of which the source's SHA-256 takes as long as a third of the bare
scan. What frictionless takes with the constraints of Table Schema alone is told beside it.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.synthetic_feed import COLUMNS, write_feed

MILLION = 1_000_000
ROUNDS = 3
#: Engines that take turns, and how often. A ratio of two needs more rounds: a machine with neighbours is now faster,
#: now slower, by a third. The median of the rounds' ratios is held against the bound: of the fastest runs of each, the
#: shorter engine's is the luckier.
TURNS = ("bare", "feedscript", "report")
ROUNDS_OF_ALL = 11


@dataclass(frozen=True)
class Run:
    """One engine over one feed in a process of its own: seconds, rows, and peak resident bytes."""

    seconds: float
    rows: int
    peak: int


def measured(engine: str, path: Path) -> Run:
    """One run in a fresh process, whose modules are compiled already, as those of an installed package are."""
    command = [sys.executable, "-m", "benchmarks.validation_engines", engine, str(path)]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(path.parent / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        sys.exit(f"{engine} failed on {path.name}")
    return Run(seconds, **json.loads(done.stdout.splitlines()[-1]))


def best(engine: str, path: Path, rounds: int = ROUNDS) -> Run:
    """The summary of some runs one after the other."""
    return _summary([measured(engine, path) for _ in range(rounds)])


def _summary(runs: list[Run]) -> Run:
    """The least time and the median memory of some runs."""
    fastest = min(runs, key=lambda run: run.seconds)
    return Run(fastest.seconds, fastest.rows, int(statistics.median(run.peak for run in runs)))


def _line(name: str, run: Run) -> None:
    speed = run.rows / run.seconds
    print(f"{name:34} {run.seconds:8.2f} s  {speed:12,.0f} rows/s  {run.peak / 1e6:7.0f} MB", flush=True)


def _verdict(what: str, ratio: float, target: float, *, at_least: bool = False) -> None:
    good = ratio >= target if at_least else ratio <= target
    bound = "at least" if at_least else "at most"
    print(f"{what:54} {ratio:7.2f}  ({bound} {target:g}: {'met' if good else 'MISSED'})", flush=True)


def _hold_time(turns: list[dict[str, Run]]) -> None:
    """Hold the median of each engine's time over the bare scan's against the bound."""
    for engine, what in (("feedscript", "time over a bare scan"), ("report", "the same with the report")):
        ratios = sorted(turn[engine].seconds / turn["bare"].seconds for turn in turns)
        _verdict(what, statistics.median(ratios), 2.5)
        print(f"  the median of {len(ratios)} rounds, which gave {ratios[0]:.2f} to {ratios[-1]:.2f}")


def _hold_growth(ours: Run, spoilt: Run, grown: Run) -> None:
    """Hold what an error in every row costs, and what five times the rows, against their bounds."""
    _verdict("memory, 5M rows over 1M", grown.peak / ours.peak, 1.2)
    _verdict("time, an error in every row over a clean feed", spoilt.seconds / ours.seconds, 1.5)
    _verdict("memory, an error in every row over a clean feed", spoilt.peak / ours.peak, 1.1)


def _hold_speed(ours: Run, path: Path) -> None:
    """Hold our speed over that of frictionless, which is measured on a smaller feed, against the bound."""
    if find_spec("frictionless") is None:
        print("frictionless is not installed (pip install '.[bench]'): no comparison with it")
        return
    speed = ours.rows / ours.seconds
    simple = best("table-schema", path)
    _line("frictionless, constraints, 100k", simple)
    print(f"rows per second over that: {speed / (simple.rows / simple.seconds):.1f}")
    peer = best("frictionless", path)
    _line("frictionless, all it can express", peer)
    _verdict("rows per second over frictionless", speed / (peer.rows / peer.seconds), 30, at_least=True)


def main() -> None:
    """Write the feeds, run the engines side by side, and print the ratios."""
    with tempfile.TemporaryDirectory(prefix="feedscript-bench-") as name:
        folder = Path(name)
        million, five, bad, small = (folder / f"{each}.csv" for each in ("1m", "5m", "bad-rows", "100k"))
        write_feed(million, MILLION)
        print(f"1M rows, {len(COLUMNS)} columns, {million.stat().st_size / 1e6:.0f} MB")
        write_feed(small, MILLION // 10)
        for engine in TURNS:
            measured(engine, small)
        measured("bare", million)
        # Turn and turn about, so that whatever else the machine does weighs on all.
        turns = [{engine: measured(engine, million) for engine in TURNS} for _ in range(ROUNDS_OF_ALL)]
        bare, ours, report = (_summary([turn[engine] for turn in turns]) for engine in TURNS)
        _line("bare DuckDB scan, 1M rows", bare)
        _line("feedscript validate, 1M rows", ours)
        _line("with SHA-256 and a written report", report)
        write_feed(bad, MILLION, bad_rows=True, plant=False)
        spoilt = best("feedscript", bad)
        _line("feedscript, an error in every row", spoilt)
        bad.unlink()
        million.unlink()
        write_feed(five, 5 * MILLION)
        grown = best("feedscript", five, rounds=1)
        _line("feedscript validate, 5M rows", grown)
        five.unlink()
        _hold_time(turns)
        _hold_growth(ours, spoilt, grown)
        # Frictionless hashes what it reads.
        _hold_speed(report, small)


if __name__ == "__main__":
    main()
