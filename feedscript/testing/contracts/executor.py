"""What an `Executor` must do, with real scripts."""

import os
import signal
from pathlib import Path

import pytest

from feedscript.domain import Reason
from feedscript.ports import AttemptListener, Executor
from feedscript.ports.errors import StorageUnavailable
from feedscript.testing.contracts.contract import needs
from feedscript.testing.contracts.executor_scripts import ExecutorScripts
from feedscript.testing.contracts.executor_setup import Start, run_of, waits
from feedscript.testing.listening import FolderListener
from feedscript.testing.port_faults import Trouble, troubled
from feedscript.testing.processes import alive, number_in, parent_of
from feedscript.testing.promises import promise
from feedscript.testing.waiting import until


class ExecutorContract(ExecutorScripts):
    """Give `open_executor`, whose executors run commands on this machine."""

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
