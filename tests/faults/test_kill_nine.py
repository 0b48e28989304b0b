"""Kill -9 of anything at any moment, under clients: nothing acknowledged is lost, doubled or stuck."""

import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import processes
from tests.faults.clients import Client, History
from tests.faults.extent import extent
from tests.faults.oracle import check_runs, check_story, jobs_on_disk, unfinished
from tests.integration.live_server import SERVE, LiveServer, poll

CYCLES = extent("KILL_CYCLES", short=6, long=100)
CLIENTS = 8
SETTLED_WITHIN = 5.0
pytestmark = pytest.mark.alone
SCRIPT = Path(__file__).with_name("user_script.py")


class Scene:
    """Four server processes over a folder, their clients, and the killer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.marks = folder / "marks"
        self.marks.touch()
        command = f"{sys.executable} -I -S {SCRIPT}"
        settings = {"GENERATE_COMMAND": command, "VALIDATE_COMMAND": command, "SCRIPT_ENVIRONMENT": "MARKS"}
        self.server = LiveServer(
            folder,
            SERVE,
            WORKERS="4",
            MAX_CONCURRENT_SCRIPTS="4",
            MAX_RETRIES="50",
            RETRY_BASE="0.05",
            RETRY_CAP="0.2",
            MARKS=str(self.marks),
            **settings,
        )
        self.history = History()
        self.stopping = threading.Event()
        self.clients = [Client(n, self.server.base, self.history, self.stopping) for n in range(CLIENTS)]
        self.random = random.Random(9)
        self.longest: dict[str, float] = {}
        self.killed: Counter[str] = Counter()

    @property
    def master(self) -> int:
        assert self.server._process is not None
        return self.server._process.pid

    def kill(self, what: str) -> None:
        """Kill -9 one of them, or all; a server whose master is gone is started again."""
        targets: dict[str, Callable[[], list[int]]] = {
            "worker": lambda: processes.workers(self.folder, self.master),
            "master": lambda: [self.master],
            "runner": lambda: processes.runners(self.folder),
            "script": lambda: processes.scripts(self.folder),
        }
        if what == "all":
            pids = [self.master, *processes.everything(self.folder)]
        else:
            pids = targets[what]()[:]
            pids = [self.random.choice(pids)] if pids else []
        processes.kill(pids)
        self.killed[what] += bool(pids)
        if what in ("master", "all"):
            assert self.server._process is not None
            self.server._process.wait()
            # The workers of a dead master still answer for a moment; the restart is what comes after.
            poll(lambda: not processes.servers(self.folder))
            self.server.start()

    def settle(self, after: str) -> None:
        """Everything that was acknowledged by now comes to rest in time."""
        waiting = self.history.accepted()
        begun = time.monotonic()

        def still_open() -> dict[str, str]:
            jobs = jobs_on_disk(self.folder)
            lost = waiting.keys() - jobs.keys()
            assert not lost, f"acknowledged and lost: {lost}"
            # A job whose client has gone on to validate it had come to rest before.
            validating = {
                job_id
                for job_id, job in jobs.items()
                if any(a["phase"] == "feed_validation" for a in job["attempts"])
            }
            return unfinished(
                {
                    job_id: jobs[job_id]
                    for job_id, phases in waiting.items()
                    if "validate" in phases or job_id not in validating
                }
            )

        while left := still_open():
            assert time.monotonic() - begun < SETTLED_WITHIN, (
                f"after the {after}: stuck for {SETTLED_WITHIN} s: {left}"
            )
            time.sleep(0.05)
        self.longest[after] = max(self.longest.get(after, 0), round(time.monotonic() - begun, 2))


def test_nothing_acknowledged_is_lost_doubled_or_stuck(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.server.start()
    try:
        for client in scene.clients:
            client.start()
        poll(lambda: len(scene.history.jobs) >= CLIENTS)
        kinds = ["worker", "master", "runner", "script", "all"]
        for cycle in range(CYCLES):
            scene.random.shuffle(kinds) if cycle % len(kinds) == 0 else None
            what = kinds[cycle % len(kinds)]
            scene.kill(what)
            scene.settle(what)
            assert not scene.history.wrongs
            time.sleep(scene.random.random() * 0.5)
        scene.stopping.set()
        for client in scene.clients:
            client.join(30)
        poll(lambda: not unfinished(jobs_on_disk(tmp_path)))
    finally:
        scene.stopping.set()
        scene.server.stop()
        processes.kill(left := sorted(processes.everything(tmp_path)))
    assert not left, "left over after the server was stopped"
    assert not scene.history.wrongs
    jobs = jobs_on_disk(tmp_path)
    assert scene.history.acknowledged() <= jobs.keys()
    references = [
        (job["attempts"][0]["request"]["affiliate_merchant_id"], job["attempts"][0]["request"]["reference"])
        for job in jobs.values()
    ]
    assert len(references) == len(set(references)), "two jobs for one reference"
    runs = check_runs(tmp_path, scene.marks)
    check_story(tmp_path)
    sys.stdout.write(
        f"{CYCLES} cycles, killed {dict(scene.killed)}; {scene.history.answers} answers, {len(jobs)} jobs, "
        f"{runs} runs; settled within seconds: {scene.longest}\n"
    )
