"""What an `Executor` must do, with real scripts."""

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from feedscript.domain import FeedRequest, Phase, Reason
from feedscript.ports import AttemptListener, Executor, LogChunk, Observation, Run
from feedscript.ports.errors import StorageUnavailable
from feedscript.testing.contracts.contract import Contract, needs
from feedscript.testing.listening import FolderListener
from feedscript.testing.port_faults import Trouble, troubled
from feedscript.testing.processes import alive, held_by_all, number_in, parent_of
from feedscript.testing.promises import promise
from feedscript.testing.waiting import until

SHELL = ("/bin/sh", "-c", 'eval "$0"')
BUILTIN = "feedscript.testing.builtin:main"
PRIVATE = "FEEDSCRIPT_CONTRACT_PRIVATE"
LOG_BYTES = 2000
STALL = 2.0
CLOCK_STEP = timedelta(seconds=0.1)  # of the times that a file system keeps


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorSetup:
    """How the executor is to be set up over `folder`; opened again with the same one, it goes on.

    Generations run `commands`, to whose end the source and the destination are added: here the source is a shell
    script. Validations run the built-in function `builtins` names. `environment` is all that scripts inherit.
    """

    folder: Path
    capacity: int = 1
    commands: Mapping[Phase, tuple[str, ...]] = field(default_factory=lambda: {Phase.GENERATION: SHELL})
    builtins: Mapping[Phase, str] = field(default_factory=lambda: {Phase.VALIDATION: BUILTIN})
    environment: Mapping[str, str] = field(default_factory=lambda: {"PATH": os.environ["PATH"]})
    timeout: float = 60.0
    stall: float | None = None
    kill_grace: float = 5.0
    log_bytes: int = LOG_BYTES


Start = Callable[..., Executor]


class ExecutorContract(Contract):
    """Give `open_executor`, whose executors run commands on this machine."""

    has_builtins = False
    """Whether it runs functions, each in a process of its own."""
    hears_scripts = False
    """Whether it tells when a script last wrote anything."""
    ends_stalled_scripts = False
    """Whether it ends a script that is silent for longer than the setup's `stall`."""
    tells_who_is_next = False
    """Whether it tells the places of those that wait."""
    looked_after_by_processes = False
    """Whether a process of its own looks after each script, and may die."""

    def open_executor(self, setup: ExecutorSetup) -> Executor:
        """The hook: an executor, not started."""
        raise NotImplementedError

    @pytest.fixture
    def listener(self, tmp_path: Path) -> FolderListener:
        return FolderListener(tmp_path)

    @pytest.fixture
    def start(self, tmp_path: Path, listener: FolderListener) -> Iterator[Start]:
        """Start an executor over the test's folder, and wait until it runs scripts."""
        started: list[Executor] = []

        def start_one(told: AttemptListener = listener, **setup: Any) -> Executor:
            executor = self.open_executor(ExecutorSetup(folder=tmp_path, **setup))
            executor.start(told)
            started.append(executor)
            until(lambda: executor.health().leads)
            return executor

        yield start_one
        (tmp_path / "go").touch()
        for executor in started:
            executor.stop(10)

    @promise(Executor, "its start and its end are told, the end once")
    @pytest.mark.parametrize("code", [0, 65])
    def test_a_script_runs_and_its_end_is_told(
        self, start: Start, listener: FolderListener, code: int
    ) -> None:
        executor = start()
        script = f"""echo said; echo '{{"rows": 3}}' > "$FEEDSCRIPT_RESULT_FILE"; exit {code}"""
        executor.submit(listener.accept(run_of("j1", script)))
        (end,) = until(lambda: listener.ends("j1"))
        assert (end["exit_code"], end["reason"], end["result"]) == (code, None, {"rows": 3})
        assert listener.starts("j1") >= 1
        until(lambda: (log := executor.log("j1", 1, offset=0, limit=100)) and log.complete)
        log = executor.log("j1", 1, offset=0, limit=100)
        assert log is not None
        assert (log.text, log.truncated) == ("said\n", False)

    @promise(Executor, "An attempt's script is started once, however often it is submitted")
    def test_a_script_runs_once(self, start: Start, listener: FolderListener, tmp_path: Path) -> None:
        executor = start(capacity=3)
        run = listener.accept(run_of("j1", f"echo run >> {tmp_path}/runs-of-j1; {waits(tmp_path)}"))
        for _ in range(3):
            executor.submit(run)
        until(lambda: listener.starts("j1"))
        ticks = listener.ticks
        executor.submit(run)
        executor.submit(listener.accept(run_of("j2")))
        until(lambda: listener.ends("j2"))
        until(lambda: listener.ticks > ticks + 1)
        (tmp_path / "go").touch()
        until(lambda: listener.ends("j1"))
        executor.submit(run)
        executor.submit(listener.accept(run_of("j3")))
        until(lambda: listener.ends("j3"))
        assert (tmp_path / "runs-of-j1").read_text() == "run\n"
        assert len(listener.ends("j1")) == 1

    @promise(Executor.start, "Begin: first with what the listener's backlog holds")
    def test_the_backlog_is_run(self, start: Start, listener: FolderListener) -> None:
        listener.accept(run_of("j1"))
        start()
        assert until(lambda: listener.ends("j1"))[0]["exit_code"] == 0

    @promise(Executor, "a restart loses none")
    def test_a_script_that_runs_through_a_restart_is_told_of_once(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        first = start()
        first.submit(listener.accept(run_of("j1", f"echo run >> {tmp_path}/runs-of-j1; {waits(tmp_path)}")))
        first.submit(listener.accept(run_of("j2")))
        until(lambda: listener.starts("j1"))
        first.stop(0.1)
        (tmp_path / "go").touch()
        start()
        until(lambda: listener.ends("j1") and listener.ends("j2"))
        assert (tmp_path / "runs-of-j1").read_text() == "run\n"
        assert [len(listener.ends(job)) for job in ("j1", "j2")] == [1, 1]

    @promise(Executor, "a restart loses none")
    def test_no_call_of_the_listener_that_fails_loses_a_script(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        calls = ("backlog", "tick", "wanted", "script_started", "script_ended", "script_ran")
        troubles = {name: Trouble() for name in calls}
        told: AttemptListener = listener
        for name, trouble in troubles.items():
            told = troubled(told, trouble, calls=(name,))
        executor = start(told)
        for job_id, trouble in troubles.items():
            trouble.arm(StorageUnavailable("the jobs", "on purpose"))
            # Long enough for its start to be told by itself, but for the one that may be told of as a whole.
            rest = "" if job_id == "script_ran" else "; sleep 0.3"
            executor.submit(listener.accept(run_of(job_id, f"echo run >> {tmp_path}/runs-of-{job_id}{rest}")))
            until(lambda job_id=job_id: listener.ends(job_id))  # type: ignore[misc]  # as it is now
            assert (tmp_path / f"runs-of-{job_id}").read_text() == "run\n"
            assert len(listener.ends(job_id)) == 1
            if job_id != "script_ran":
                until(lambda trouble=trouble: trouble.happened == 1)  # type: ignore[misc]

    @promise(Executor, "a bounded number at a time")
    def test_no_more_run_than_there_is_room_for(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        executor = start(capacity=2)
        at_work = (
            f"echo x > {tmp_path}/at-work.$$; ls {tmp_path}/at-work.* | wc -l >> {tmp_path}/seen; "
            f"sleep 0.1; rm {tmp_path}/at-work.$$"
        )
        names = [f"j{n}" for n in range(8)]
        for n, name in enumerate(names):
            executor.submit(listener.accept(run_of(name, at_work, merchant=f"m{n % 3}")))
        until(lambda: all(listener.ends(name) for name in names))
        seen = [int(line) for line in (tmp_path / "seen").read_text().split()]
        assert (len(seen), max(seen)) == (8, 2)
        assert executor.health().capacity == 2

    @promise(Executor, "the merchants of one in turn, and one merchant's attempts of one caller in the order")
    def test_merchants_are_served_in_turn(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        executor = start()
        executor.submit(listener.accept(run_of("holder", waits(tmp_path))))
        until(lambda: listener.starts("holder"))
        names = [("a1", "A"), ("a2", "A"), ("a3", "A"), ("a4", "A"), ("b1", "B"), ("b2", "B"), ("c1", "C")]
        for name, merchant in names:
            executor.submit(
                listener.accept(run_of(name, f"echo {name} >> {tmp_path}/order", merchant=merchant))
            )
        until(lambda: executor.health().queued == len(names))
        (tmp_path / "go").touch()
        until(lambda: all(listener.ends(name) for name, _ in names))
        order = (tmp_path / "order").read_text().split()
        assert {*order[:3]} == {"a1", "b1", "c1"}
        for merchant in "AB":
            own = [name for name, whose in names if whose == merchant]
            assert [name for name in order if name in own] == own

    @promise(Executor, "Callers are served in turn")
    def test_made_up_merchants_get_nobody_ahead_of_another_caller(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        executor = start()
        executor.submit(listener.accept(run_of("holder", waits(tmp_path))))
        until(lambda: listener.starts("holder"))
        names = [(f"a{n:02}", f"made-up-{n}", "key:a") for n in range(12)]
        names += [("b1", "B", "key:b"), ("b2", "B", "key:b")]
        for name, merchant, caller in names:
            script = f"echo {name} >> {tmp_path}/order"
            executor.submit(listener.accept(run_of(name, script, merchant=merchant, caller=caller)))
        until(lambda: executor.health().queued == len(names))
        assert executor.health().waiting["B"] == 2
        (tmp_path / "go").touch()
        until(lambda: all(listener.ends(name) for name, *_ in names))
        order = (tmp_path / "order").read_text().split()
        assert order.index("b1") < 2
        assert order.index("b2") < 4

    @promise(
        Executor, "A script gets what its contract says (docs/scripts.md) and nothing of the service's own"
    )
    def test_a_script_inherits_nothing(self, start: Start, listener: FolderListener, tmp_path: Path) -> None:
        with _variable(PRIVATE):
            executor = start(environment={"PATH": os.environ["PATH"], "LANG": "C"})
            executor.submit(
                listener.accept(run_of("j1", f"env > {tmp_path}/env; ls /proc/self/fd > {tmp_path}/open"))
            )
            until(lambda: listener.ends("j1"))
        names = {line.partition("=")[0] for line in (tmp_path / "env").read_text().splitlines()}
        own = {name for name in names if not name.startswith("FEEDSCRIPT_")}
        assert own - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "LANG"}
        assert PRIVATE not in names
        assert {
            "FEEDSCRIPT_JOB_ID",
            "FEEDSCRIPT_ATTEMPT",
            "FEEDSCRIPT_TOKEN",
            "FEEDSCRIPT_RESULT_FILE",
        } <= names
        # One more is the listing's own.
        assert {*(tmp_path / "open").read_text().split()} <= {"0", "1", "2", "3"}

    @promise(Executor, "nothing of the service's own: no variable, no open file")
    @needs("has_builtins")
    def test_a_built_in_script_inherits_nothing(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        with _variable(PRIVATE), (tmp_path / "held by the service").open("w") as file:
            os.set_inheritable(file.fileno(), True)  # noqa: FBT003 - takes no keyword
            executor = start()
            run = replace(run_of("j1", f"{tmp_path}/told"), phase=Phase.VALIDATION)
            executor.submit(listener.accept(run))
            assert until(lambda: listener.ends("j1"))[0]["exit_code"] == 0
        told = json.loads((tmp_path / "told").read_text())
        assert PRIVATE not in told["environment"]
        # One more is the listing's own.
        assert {*told["open"]} <= {"0", "1", "2", "3"}

    @promise(Executor, "nothing of it is left: no process, no descriptor")
    @pytest.mark.parametrize("phase", Phase)
    def test_no_descriptor_is_left_open(
        self, start: Start, listener: FolderListener, tmp_path: Path, phase: Phase
    ) -> None:
        if phase is Phase.VALIDATION and not self.has_builtins:
            phase = Phase.GENERATION
        executor = start()

        def run(name: str) -> None:
            script = f"{tmp_path}/{name}" if phase is Phase.VALIDATION else f"touch {tmp_path}/{name}"
            executor.submit(listener.accept(replace(run_of(name, script), phase=phase)))
            until(lambda: listener.ends(name))

        for name in ("first", "second"):
            run(name)
        before = until(_settled)
        for n in range(6):
            run(f"j{n}")
        assert until(_settled) <= before + 2, "six scripts have left more descriptors than passing ones"

    @promise(Executor, "nothing of it is left: no process, no descriptor")
    def test_what_a_script_leaves_running_is_ended(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        executor = start()
        file = tmp_path / "left.pid"
        left = f"setsid sh -c 'echo $$ > {file}; exec sleep 60' & while [ ! -s {file} ]; do sleep 0.01; done"
        executor.submit(listener.accept(run_of("j1", left)))
        assert until(lambda: listener.ends("j1"))[0]["exit_code"] == 0
        pid = until(lambda: number_in(file))
        until(lambda: not alive(pid), patience=5)

    @promise(Executor, "its start and its end are told, the end once")
    def test_a_signal_is_told_as_the_shell_tells_it(self, start: Start, listener: FolderListener) -> None:
        start().submit(listener.accept(run_of("j1", "kill -KILL $$")))
        (end,) = until(lambda: listener.ends("j1"))
        assert (end["exit_code"], end["reason"]) == (128 + signal.SIGKILL, None)
        assert "SIGKILL" in end["error"]

    @promise(Executor, "its start and its end are told, the end once")
    def test_what_cannot_be_started_is_told(self, start: Start, listener: FolderListener) -> None:
        executor = start(commands={Phase.GENERATION: ("/no/such/command",)})
        executor.submit(listener.accept(run_of("j1")))
        assert until(lambda: listener.ends("j1"))[0]["reason"] == Reason.SPAWN_ERROR

    @promise(Executor.cancel, "End the attempt's script, if it runs")
    def test_cancel_ends_a_running_script(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        executor = start()
        executor.submit(listener.accept(run_of("j1", f"echo $$ > {tmp_path}/pid; exec sleep 60")))
        pid = until(lambda: number_in(tmp_path / "pid"))
        executor.cancel("j1", 1)
        (end,) = until(lambda: listener.ends("j1"))
        assert end["reason"] == Reason.CANCELLED
        assert not alive(pid)

    @promise(Executor.cancel, "One that waits never starts")
    def test_a_cancelled_script_that_waits_never_starts(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        executor = start()
        executor.submit(listener.accept(run_of("j1", waits(tmp_path))))
        until(lambda: listener.starts("j1"))
        executor.submit(listener.accept(run_of("j2", f"touch {tmp_path}/ran")))
        listener.withdraw("j2")
        executor.cancel("j2", 1)
        executor.submit(listener.accept(run_of("j3")))
        (tmp_path / "go").touch()
        until(lambda: listener.ends("j3"))
        assert not (tmp_path / "ran").exists()

    @promise(Executor, "its start and its end are told, the end once")
    def test_a_script_that_takes_too_long_is_ended(self, start: Start, listener: FolderListener) -> None:
        start(timeout=0.3, kill_grace=0.3).submit(listener.accept(run_of("j1", "trap '' TERM; sleep 60")))
        assert until(lambda: listener.ends("j1"))[0]["reason"] == Reason.TIMEOUT

    @promise(Executor, "its start and its end are told, the end once")
    @needs("ends_stalled_scripts")
    def test_a_silent_script_is_ended_and_one_that_is_heard_is_not(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        executor = start(capacity=3, stall=STALL, log_bytes=20)
        chatty = f"while [ ! -e {tmp_path}/go ]; do echo here; sleep 0.05; done"
        busy = f"""while [ ! -e {tmp_path}/go ]; do echo "{{}}" > "$FEEDSCRIPT_PROGRESS_FILE"; sleep 0.05; done"""
        for job_id, script in (
            ("chatty", chatty),
            ("busy", busy),
            ("silent", f"echo once; {waits(tmp_path)}"),
        ):
            executor.submit(listener.accept(run_of(job_id, script)))
        (end,) = until(lambda: listener.ends("silent"))
        assert end["reason"] == Reason.STALLED
        assert not listener.ends("chatty") + listener.ends("busy")
        (tmp_path / "go").touch()
        for job_id in ("chatty", "busy"):
            assert until(partial(listener.ends, job_id))[0]["exit_code"] == 0

    @promise(
        Executor.log,
        "The attempt's output from a byte offset, at most `limit` bytes; None before there is any",
    )
    def test_the_log_is_read_in_pieces_and_keeps_its_beginning(
        self, start: Start, listener: FolderListener
    ) -> None:
        executor = start()
        assert executor.log("j1", 1, offset=0, limit=10) is None
        executor.submit(listener.accept(run_of("j1", "seq 1000")))
        until(lambda: listener.ends("j1"))

        def piece_at(offset: int) -> LogChunk | None:
            # That the attempt has ended may be told before its log is closed: there is more, or no more, in a moment.
            piece = executor.log("j1", 1, offset=offset, limit=300)
            return piece if piece is not None and (piece.text or piece.complete) else None

        pieces: list[LogChunk] = []
        while not pieces or not pieces[-1].complete:
            offset = pieces[-1].next_offset if pieces else 0
            pieces.append(until(partial(piece_at, offset)))
            assert pieces[-1].offset == offset
        assert all(len(piece.text.encode()) <= 300 for piece in pieces)
        read = "".join(piece.text for piece in pieces)
        said = "".join(f"{n}\n" for n in range(1, 1001)).encode()
        assert read.encode()[:LOG_BYTES] == said[:LOG_BYTES], "the beginning is kept"
        assert pieces[-1].truncated
        end = executor.log("j1", 1, offset=-30, limit=300)
        assert end is not None
        assert end.text == read[-len(end.text) :], "a negative offset counts from the end"
        assert 0 < len(end.text) <= 30

    @promise(Executor.observe, "What can be seen of the attempt")
    def test_progress_is_told(self, start: Start, listener: FolderListener, tmp_path: Path) -> None:
        executor = start()
        assert executor.observe("j1", 1) == Observation()
        script = f"""echo '{{"percent": 40}}' > "$FEEDSCRIPT_PROGRESS_FILE"; {waits(tmp_path)}"""
        executor.submit(listener.accept(run_of("j1", script)))
        assert until(lambda: executor.observe("j1", 1).progress) == {"percent": 40}

    @promise(Executor.observe, "What can be seen of the attempt")
    @needs("hears_scripts")
    def test_when_a_script_was_last_heard_is_told(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        executor, before = start(), datetime.now(UTC) - CLOCK_STEP
        script = f"while [ ! -e {tmp_path}/go ]; do echo here; sleep 0.02; done"
        executor.submit(listener.accept(run_of("j1", script)))
        first = until(lambda: executor.observe("j1", 1).heard_at)
        assert before <= first <= datetime.now(UTC) + CLOCK_STEP
        assert until(lambda: (at := executor.observe("j1", 1).heard_at) and at > first)

    @promise(Executor.observe, "of a long line only its beginning is known")
    @needs("tells_who_is_next")
    def test_who_is_next_is_told(self, start: Start, listener: FolderListener, tmp_path: Path) -> None:
        executor = start()
        executor.submit(listener.accept(run_of("j1", waits(tmp_path))))
        until(lambda: listener.starts("j1"))
        for job_id, merchant in (("j2", "m1"), ("j3", "m1"), ("j4", "m2")):
            executor.submit(listener.accept(run_of(job_id, merchant=merchant)))
        until(lambda: executor.observe("j4", 1).position == 2)
        assert [executor.observe(f"j{n}", 1).position for n in range(1, 5)] == [None, 1, 3, 2]

    @promise(Executor, "its start and its end are told, the end once")
    @needs("looked_after_by_processes")
    def test_a_script_whose_keeper_dies_is_lost_and_ended(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        start().submit(listener.accept(run_of("j1", f"echo $$ > {tmp_path}/pid; {waits(tmp_path)}")))
        pid = until(lambda: number_in(tmp_path / "pid"))
        keeper = parent_of(pid)
        assert keeper not in (0, 1, os.getpid()), "the flag says that a process looks after it"
        os.kill(keeper, signal.SIGKILL)
        assert until(lambda: listener.ends("j1"))[0]["reason"] == Reason.LOST
        until(lambda: not alive(pid), patience=5)

    @promise(Executor.stop, "Start nothing more; wait up to `grace` seconds for what runs")
    def test_stop_waits_for_what_runs_and_starts_nothing_more(
        self, start: Start, listener: FolderListener, tmp_path: Path
    ) -> None:
        executor = start()
        executor.submit(listener.accept(run_of("j1", f"echo $$ > {tmp_path}/pid; sleep 0.5")))
        executor.submit(listener.accept(run_of("j2")))
        until(lambda: number_in(tmp_path / "pid"))
        executor.stop(30)
        assert len(listener.ends("j1")) == 1
        assert not listener.starts("j2")


def run_of(job_id: str, script: str = "exit 0", *, merchant: str = "m1", **changes: Any) -> Run:
    """A generation whose source is its script."""
    request = FeedRequest(affiliate_merchant_id=merchant, source=script, destination="s3://bucket/out")
    return Run(job_id=job_id, attempt=1, phase=Phase.GENERATION, request=request, token="1.told", **changes)  # noqa: S106 - nobody is kept out by it


def waits(folder: Path) -> str:
    """A script that waits for the file `go`."""
    return f"while [ ! -e {folder}/go ]; do sleep 0.02; done"


class _variable:  # noqa: N801 - reads as what it is, in a with statement
    """A variable in this process's environment."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        os.environ[self._name] = "a secret"

    def __exit__(self, *_: object) -> None:
        del os.environ[self._name]


def _settled() -> int | None:
    """How many descriptors are held, once that stays the same for some looks."""
    counts = {held_by_all(os.getpid()) for _ in range(5)}
    return counts.pop() if len(counts) == 1 else None
