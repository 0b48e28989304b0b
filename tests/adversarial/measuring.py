"""Runs one file in a child process, whose memory and time the kernel counts."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tests.adversarial.made import MIB, Kind

Task = Literal["validate", "generate"]

MEMORY_BYTES = 256 * MIB
#: What the interpreter, DuckDB and one item take besides, whatever the limit of memory is.
CONSTANT_BYTES = 256 * MIB
SECONDS = 20.0
#: What starting, stopping and telling take besides.
GRACE_SECONDS = 10.0
LIMITS = {
    "memory_bytes": MEMORY_BYTES,
    "max_seconds": SECONDS,
    "max_bytes": 512 * MIB,
    "max_spill_bytes": 1024 * MIB,
}
#: Bytes asked of each kind, in turn; a kind may have a lower bound of its own.
SIZES = (4_096, 300_000, 2 * MIB, 70_000, 8 * MIB, 700_000, 20_000)
#: Of so many files of a kind one is as large as that may be: of 2,000 there are twenty of each.
LARGEST_EVERY = 20


@dataclass(frozen=True)
class Measured:
    """What came of one file: `peak` in bytes, `wall` and `cpu` in seconds, `exit` as of a process."""

    kind: Kind
    number: int
    task: Task
    size: int
    peak: int
    wall: float
    cpu: float
    exit: int
    status: str
    codes: tuple[str, ...]
    said: str

    @property
    def line(self) -> str:
        """One line of the table."""
        told = self.status if not self.codes else f"{self.status} {','.join(self.codes)}"
        return (
            f"{self.kind.name}\t{self.number}\t{self.task}\t{self.size}\t{self.peak / MIB:.0f} MiB\t{self.wall:.2f} s\t"
            f"{self.cpu:.2f} s\t{self.exit}\t{told}\t{self.said}"
        )

    def wrongs(self) -> list[str]:
        """What no file may do, and this one did."""
        found = []
        if self.exit:
            found.append(f"ended with {self.exit}: {self.said}")
        if self.peak > 2 * MEMORY_BYTES + CONSTANT_BYTES:
            found.append(f"took {self.peak / MIB:.0f} MiB")
        if self.wall > SECONDS + GRACE_SECONDS:
            found.append(f"took {self.wall:.1f} s")
        if not self.kind.passes and self.status in {"passed", "passed_with_warnings"}:
            found.append(f"was passed: {self.status}")
        if "Traceback" in self.said:
            found.append(f"told a stack trace: {self.said}")
        return [f"{self.kind.name} {self.number} ({self.size} bytes, {self.task}) {each}" for each in found]


def measure(folder: Path, kind: Kind, number: int, task: Task) -> Measured:
    """Write the file of a kind and number, and see what comes of it."""
    large = number % LARGEST_EVERY == LARGEST_EVERY - 1
    with TemporaryDirectory(dir=folder) as work:
        source = Path(work) / "feed"
        kind.write(source, number, kind.largest if large else SIZES[number % len(SIZES)])
        return _run(kind, number, task, source)


def _run(kind: Kind, number: int, task: Task, source: Path) -> Measured:
    command = [
        sys.executable,
        "-m",
        "tests.adversarial.child",
        task,
        str(source),
        str(source.parent),
        json.dumps(LIMITS),
    ]
    out, err = source.with_name("out"), source.with_name("err")
    began = time.monotonic()
    with out.open("wb") as output, err.open("wb") as errors:
        child = subprocess.Popen(command, stdout=output, stderr=errors, start_new_session=True)
        # One that hangs is a failure, and must not hold up the others.
        ending = threading.Timer(2 * (SECONDS + GRACE_SECONDS), os.killpg, (child.pid, signal.SIGKILL))
        ending.start()
        _, status, usage = os.wait4(child.pid, 0)
        ending.cancel()
    wall = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    answer = json.loads(out.read_text()) if child.returncode == 0 else {}
    said = answer.get("stopped") or err.read_text(errors="replace")[-1_000:]
    return Measured(
        kind, number, task, source.stat().st_size, answer.get("peak", usage.ru_maxrss * 1024), wall,
        usage.ru_utime + usage.ru_stime,
        child.returncode, answer.get("status", "crashed"), tuple(answer.get("codes", ())), " ".join(said.split())[:400],
    )  # fmt: skip
