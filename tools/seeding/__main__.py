"""Seed every bug in a copy of the code, run the shipped suite of its area, and write down which test caught it.

python -m tools.seeding [SUITE OR NAME ...]; the table goes to standard output.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

from tools.seeding.bug import Bug
from tools.seeding.bugs import BUGS

ROOT = Path(__file__).parents[2]
COPIES = 2
LONGEST, MOST_LONGEST, SLOWER = 150, 400, 4
"""What goes on for ever is given up after so many seconds, or so many times what the suite takes without a bug."""
LEAVING = 20
ABOUT = {
    "adapters/files/activity_log.py": "TestFileActivityLog",
    "adapters/files/segments.py": "TestFileActivityLog",
    "adapters/trail/digests.py": "sealed",
    "adapters/files/repository.py": "TestFileJobRepository",
    "adapters/files/job_index.py": "listing",
    "adapters/postgresql/repository.py": "TestPostgresJobRepository",
    "adapters/postgresql/migrations/0004_changes_in_one_statement.sql": "TestPostgresJob or TestPostgresAct",
    "adapters/postgresql/activity_log.py": "TestPostgresActivityLog",
    "adapters/postgresql/places.py": "TestPostgresPlaces",
    "adapters/postgresql/keys.py": "TestPostgresKeys",
    "adapters/postgresql/letter_box.py": "TestPostgresOutbox",
}
"""Where one of a suite's classes is about the file: to save time. All others run the whole suite."""
FAILED = re.compile(r"^(?:FAILED|ERROR) \S*?::(\S+)", re.MULTILINE)


def main(wanted: list[str]) -> int:
    """Seed the bugs; answers 1 where one was not caught."""
    bugs = [bug for bug in BUGS if not wanted or any(part in (bug.suite, bug.name) for part in wanted)]
    with tempfile.TemporaryDirectory() as folder:
        copies: Queue[Path] = Queue()
        for number in range(COPIES):
            copies.put(_copied(Path(folder) / str(number)))
        patience = dict.fromkeys((bug.suite for bug in bugs), MOST_LONGEST)
        for suite in sorted(patience) if not wanted else ():
            copy, began = copies.get(), time.monotonic()
            failed = _run(copy, suite, "", MOST_LONGEST)
            assert failed is None, f"{suite} fails without a bug: {failed}"
            patience[suite] = max(LONGEST, SLOWER * (time.monotonic() - began))
            copies.put(copy)
        with ThreadPoolExecutor(COPIES) as threads:
            caught = list(threads.map(lambda bug: _seeded(bug, copies, patience[bug.suite]), bugs))
    sys.stdout.write("| area | bug | caught by |\n|---|---|---|\n")
    for bug, test in zip(bugs, caught, strict=True):
        sys.stdout.write(f"| {bug.suite} | {bug.name} | {test or '**nobody**'} |\n")
    missed = sum(test is None for test in caught)
    sys.stdout.write(f"\n{len(bugs) - missed} of {len(bugs)} caught.\n")
    return missed > 0


CONFTEST = """
from hypothesis import Phase, settings

settings.register_profile(
    "seeding", derandomize=True, deadline=None, phases=[Phase.explicit, Phase.generate], report_multiple_bugs=False
)
settings.load_profile("seeding")
"""
"""A failure is all that is asked for: it need not be made small."""


def _copied(place: Path) -> Path:
    for name in ("feedscript", "tests"):
        shutil.copytree(ROOT / name, place / name)
    (place / "tests/conftest.py").write_text(CONFTEST)
    return place


def _seeded(bug: Bug, copies: "Queue[Path]", longest: float) -> str | None:
    copy = copies.get()
    path = copy / "feedscript" / bug.path
    right = path.read_text()
    assert right.count(bug.old) == 1, f"{bug.name}: {right.count(bug.old)} places"
    try:
        path.write_text(right.replace(bug.old, bug.new))
        caught = _run(copy, bug.suite, ABOUT.get(bug.path, ""), longest)
    finally:
        path.write_text(right)
        # A compiled module is known by its source's time and size.
        os.utime(path, (time.time() + 5, time.time() + 5))
        copies.put(copy)
    sys.stderr.write(f"{bug.suite}: {bug.name}: {caught}\n")
    return caught


def _run(copy: Path, suite: str, about: str, longest: float) -> str | None:
    """The first test that fails, or that the suite does not end; None where all is well."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    command += [
        "--no-header",
        "--show-capture=no",
        f"tests/contracts/test_{suite}.py",
        "-c",
        "/dev/null",
        "--rootdir",
        ".",
    ]
    command += ["-k", about] if about else []
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(command, cwd=copy, env=environment, stdout=subprocess.PIPE, text=True) as running:
        try:
            told, _ = running.communicate(timeout=longest)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGINT)  # so that it ends what it has started, such as a database
            try:
                running.communicate(timeout=LEAVING)
            except subprocess.TimeoutExpired:
                running.kill()
            return f"the suite does not end within {longest:.0f} s"
    if running.returncode == 0:
        return None
    found = FAILED.search(told)
    return found[1] if found else f"the suite does not load: {told[-300:]!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
