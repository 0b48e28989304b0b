"""The built-in validation of a 100-row feed, jobs per second: by the warm runners, and by a cold `python -m` each.

Both go through the whole service, from POST to final state, with the same reports; what differs is whether a child is
forked from a runner that has loaded the feed engine, or a new interpreter loads it for each job.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

import requests

from benchmarks.noop_jobs import await_none
from benchmarks.serving import feedscript_server, load
from benchmarks.synthetic_feed import write_feed

ROWS, JOBS, WARM_UP, PLACES, ROUNDS = 100, 64, 16, 2, 3
COLD = f"{sys.executable} -m feedscript.entrypoints.scripts.validate"


def main() -> None:
    """Print the rates of each round, and the median of their ratios."""
    ratios = []
    for _ in range(ROUNDS):
        warm, cold = _rate(""), _rate(COLD)
        ratios.append(warm / cold)
        print(f"warm {warm:5.1f} jobs/s   cold {cold:5.1f} jobs/s   ratio {ratios[-1]:.1f}", flush=True)
    print(f"validation of {ROWS} rows, warm over cold: {statistics.median(ratios):.1f}, {PLACES} at a time")


def _rate(command: str) -> float:
    with tempfile.TemporaryDirectory(prefix="feedscript-bench-", ignore_cleanup_errors=True) as name:
        feed = Path(name) / "objects" / "feeds" / "in" / "products.csv"
        feed.parent.mkdir(parents=True)
        write_feed(feed, ROWS, plant=False)
        settings = {
            "MAX_CONCURRENT_SCRIPTS": str(PLACES),
            "VALIDATE_COMMAND": command,
            "SCRIPT_ENVIRONMENT": "OBJECT_STORE_ROOT",
        }
        with feedscript_server(Path(name), **settings) as base:
            _validate(base, WARM_UP)
            begun = time.monotonic()
            _validate(base, JOBS)
            return JOBS / (time.monotonic() - begun)


def _validate(base: str, jobs: int) -> None:
    load(f"{base}/api/feed/validate", count=jobs)
    await_none(base, "validating")
    failed = requests.get(f"{base}/api/feed/jobs", {"status": "validation_failed"}, timeout=30).json()["jobs"]
    if failed:
        raise RuntimeError(f"the validation failed: {failed[0]['error']}")
