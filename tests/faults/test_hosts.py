"""Three hosts, two servers of calls, a database; any is killed or cut off: nothing is lost, doubled or stuck."""

import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from tests.faults import processes
from tests.faults.clients import Client, History
from tests.faults.extent import extent
from tests.faults.network import network
from tests.faults.oracle import unfinished
from tests.faults.oracle_in_database import check_story_in, jobs_in, left_in_queue
from tests.integration.live_server import SERVE, LiveServer, poll
from tests.integration.working_host import Host, shared
from tests.postgresql_server import empty, server

CYCLES = extent("HOST_CYCLES", short=0, long=200)
CLIENTS = 6
LEASE = 3.0
SETTLED_WITHIN = LEASE + 10
pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(
        not CYCLES, reason="three hosts at length; tests/integration/postgresql/test_hosts.py has two"
    ),
]
SCRIPT = Path(__file__).with_name("user_script.py")


class Scene:
    """Who serves, who runs, who calls, and the killer."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.network = network(stack)
        at = self.network.address if self.network else ""
        self.postgresql = server(listen_addresses=at)
        self.url = self.postgresql.url()
        empty(self.url)
        self.marks = folder / "marks"
        self.marks.touch()
        command = f"{sys.executable} -I -S {SCRIPT}"
        common = {
            **shared(self.postgresql.url(host=at), lease=LEASE, capacity=2),
            "GENERATE_COMMAND": command,
            "VALIDATE_COMMAND": command,
            "SCRIPT_ENVIRONMENT": "MARKS",
            "MARKS": str(self.marks),
            "MAX_RETRIES": "50",
            "RETRY_BASE": "0.05",
            "RETRY_CAP": "0.2",
        }
        reached = {"HOST": at, "ALLOW_ANONYMOUS": "true"} if at else {}
        self.servers = [
            LiveServer(_made(folder / f"calls{n}"), SERVE, **common, **reached, WORKERS="1") for n in range(2)
        ]
        for each in self.servers:
            stack.enter_context(each)
        callback = f"{self.servers[0].base}/api/callback/feed"
        self.hosts = [
            Host(
                folder,
                name,
                on=self.network.join(name) if self.network else (),
                **common,
                CALLBACK_URL=callback,
            )
            for name in ("host0", "host1", "host2")
        ]
        for host in self.hosts:
            host.start()
            stack.callback(host.stop)
        self.history = History()
        self.stopping = threading.Event()
        self.clients = [
            Client(n, self.servers[n % 2].base, self.history, self.stopping) for n in range(CLIENTS)
        ]
        self.random = random.Random(20)
        self.longest: dict[str, float] = {}
        self.done: Counter[str] = Counter()

    def strike(self, what: str) -> Callable[[], None]:
        """Do one of the evils, and what an operator or a supervisor would do then; answers what ends it."""
        evils: dict[str, Callable[[], Callable[[], None] | None]] = {
            "cut off": self._cut_off,
            "asleep": self._asleep,
            "worker": self._worker,
            "server": self._server,
            "runner": lambda: self._any_of(processes.runners),
            "script": lambda: self._any_of(processes.scripts),
            "host": self._host,
            "database": self._database,
        }
        end = evils[what]()
        self.done[what] += 1
        return end or (lambda: None)

    def _at_work(self) -> Host:
        return poll(lambda: next((host for host in self._shuffled() if processes.scripts(host.folder)), None))

    def _shuffled(self) -> list[Host]:
        return self.random.sample(self.hosts, len(self.hosts))

    def _cut_off(self) -> Callable[[], None]:
        assert self.network is not None, "a host that is a folder has no network to lose"
        host = self._at_work()
        self.network.cut(host.name)
        return partial(self.network.mend, host.name)

    def _asleep(self) -> Callable[[], None]:
        host = self._at_work()
        host.send(signal.SIGSTOP)
        return partial(host.send, signal.SIGCONT)

    def _worker(self) -> None:
        host = self.random.choice(self.hosts)
        host.kill_first()
        host.start()

    def _server(self) -> None:
        served = self.random.choice(self.servers)
        assert served._process is not None
        processes.kill([served._process.pid, *processes.servers(served.folder)])
        served._process.wait()
        poll(lambda: not processes.servers(served.folder))
        served.start()

    def _any_of(self, kind: Callable[[Path], list[int]]) -> None:
        found = [pid for host in self.hosts for pid in kind(host.folder)]
        processes.kill([self.random.choice(found)] if found else [])

    def _host(self) -> None:
        """All of its processes at once, as when its power fails."""
        host = self._at_work()
        processes.kill(
            [host.workers[0].pid, *processes.runners(host.folder), *processes.scripts(host.folder)]
        )
        host.workers.pop(0).wait()
        host.start()

    def _database(self) -> None:
        self.postgresql.kill()
        self.postgresql.come_back()

    def settle(self, after: str) -> None:
        """Everything that was acknowledged by now comes to rest in time."""
        waiting, begun = set(self.history.accepted()), time.monotonic()
        while True:
            jobs = jobs_in(self.url)
            assert not (lost := waiting - jobs.keys()), f"acknowledged and lost: {lost}"
            left = unfinished(
                {job_id: jobs[job_id] for job_id in waiting if len(jobs[job_id]["attempts"]) == 1}
            )
            if not left:
                break
            assert time.monotonic() - begun < SETTLED_WITHIN, f"after {after}: stuck: {left}"
            time.sleep(0.1)
        self.longest[after] = max(self.longest.get(after, 0), round(time.monotonic() - begun, 2))


def test_nothing_acknowledged_is_lost_doubled_or_stuck_on_several_hosts(tmp_path: Path) -> None:
    with ExitStack() as stack:
        here = Scene(tmp_path, stack)
        for client in here.clients:
            client.start()
        poll(lambda: len(here.history.jobs) >= CLIENTS)
        kinds = ["asleep", "host", "worker", "server", "runner", "script", "database"]
        if here.network:
            kinds.insert(0, "cut off")
        else:
            sys.stdout.write("cut off: skipped, needs root, ip and nsenter; the hosts are folders\n")
        for cycle in range(CYCLES):
            what = kinds[cycle % len(kinds)]
            end = here.strike(what)
            here.settle(what)
            end()
            here.settle(f"the end of {what}")
            assert not here.history.wrongs
        here.stopping.set()
        for client in here.clients:
            client.join(30)
        poll(lambda: not unfinished(jobs_in(here.url)))
        poll(lambda: not left_in_queue(here.url))
        assert not here.history.wrongs
        jobs = jobs_in(here.url)
        assert here.history.acknowledged() <= jobs.keys()
        runs = Counter(here.marks.read_text().splitlines())
        assert not {run for run, times in runs.items() if times > 1}, "run twice"
        check_story_in(here.url)
        sys.stdout.write(
            f"{CYCLES} cycles, {dict(here.done)}; {here.history.answers} answers, {len(jobs)} jobs, {len(runs)} runs; "
            f"settled within seconds: {here.longest}\n"
        )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
