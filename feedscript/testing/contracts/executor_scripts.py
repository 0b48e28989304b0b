"""What becomes of a script: what it is given, how its end is told, and what it says on the way."""

import json
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from feedscript.domain import Phase, Reason
from feedscript.ports import Executor, LogChunk, Observation
from feedscript.testing.contracts.contract import needs
from feedscript.testing.contracts.executor_setup import LOG_BYTES, ExecutorScene, Start, run_of, waits
from feedscript.testing.listening import FolderListener
from feedscript.testing.processes import alive, held_by_all, number_in
from feedscript.testing.promises import promise
from feedscript.testing.waiting import until

PRIVATE = "FEEDSCRIPT_CONTRACT_PRIVATE"
STALL = 2.0
CLOCK_STEP = timedelta(seconds=0.1)  # of the times that a file system keeps


class ExecutorScripts(ExecutorScene):
    """The promises of an `Executor` to one script and about it."""

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
