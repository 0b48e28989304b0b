"""Several server processes over the same folders: one leads, another takes over, and nothing runs twice or is lost."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from feedscript.adapters.subprocess.attempt_folder import AttemptFolder, Stage
from feedscript.adapters.subprocess.leftovers import COOKIE, end_leftovers
from feedscript.domain import Reason
from feedscript.ports.errors import StorageBusy, UnreadableJob
from tests.integration.live_server import ROOT, poll
from tests.integration.subprocess.conftest import StartExecutor
from tests.integration.subprocess.scene import FolderListener, alive, builtin, number_in, run_of

Serve = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def serve(tmp_path: Path, start: StartExecutor) -> Iterator[Serve]:
    """Start another server process over the test's folder."""
    processes = []

    def serve_one(capacity: int = 2) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.integration.subprocess.scene", str(tmp_path), str(capacity)]
        processes.append(subprocess.Popen(command, cwd=ROOT))
        return processes[-1]

    yield serve_one
    for process in processes:
        process.kill()
        process.wait(10)


def runner_of(pid: int) -> int:
    """The process that looks after the script: its parent."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def waiting_script(folder: Path, name: str = "j1") -> str:
    """Runs until `go-<name>` is there; counts every run of itself."""
    return (
        f"echo $$ > {folder}/{name}.pid; echo run >> {folder}/{name}.runs; "
        f"while [ ! -e {folder}/go-{name} ]; do sleep 0.02; done"
    )


def test_of_two_processes_one_leads(start: StartExecutor, serve: Serve, listener: FolderListener) -> None:
    executor = start()
    serve()
    second = start(leads=False)
    second.submit(listener.accept(run_of("j1")))
    poll(lambda: listener.ends("j1"))
    assert executor.health().leads
    assert not second.health().leads
    assert poll(lambda: second.health() if second.health().capacity == 2 else None).running == 0


def test_at_most_the_capacity_runs_whoever_submits(
    start: StartExecutor, listener: FolderListener, tmp_path: Path
) -> None:
    leader, other = start(capacity=2), start(leads=False, capacity=2)
    script = (
        f"echo x > {tmp_path}/at-work.$$; ls {tmp_path}/at-work.* | wc -l >> {tmp_path}/seen; "
        f"sleep 0.05; rm {tmp_path}/at-work.$$"
    )
    for n in range(20):
        (leader if n % 2 else other).submit(listener.accept(run_of(f"j{n:02}", script, merchant=f"m{n % 3}")))
    poll(lambda: all(listener.ends(f"j{n:02}") for n in range(20)))
    seen = [int(line) for line in (tmp_path / "seen").read_text().split()]
    assert len(seen) == 20
    assert max(seen) == 2


def test_first_accepted_is_first_started_whoever_accepts_it(
    start: StartExecutor, listener: FolderListener, tmp_path: Path
) -> None:
    leader, other = start(capacity=1), start(leads=False, capacity=1)
    leader.submit(listener.accept(run_of("holder", waiting_script(tmp_path, "holder"))))
    poll(lambda: listener.starts("holder"))
    names = [f"j{n:02}" for n in range(20)]
    for n, name in enumerate(names):
        executor = leader if n % 2 else other
        executor.submit(listener.accept(run_of(name, f"echo {name} >> {tmp_path}/order")))
    (tmp_path / "go-holder").touch()
    poll(lambda: all(listener.ends(name) for name in names))
    assert (tmp_path / "order").read_text().split() == names


def test_a_run_that_nobody_told_the_leader_of_is_found(
    start: StartExecutor, listener: FolderListener
) -> None:
    start()
    listener.accept(run_of("j1"))
    assert poll(lambda: listener.ends("j1"))[0]["exit_code"] == 0


def test_what_waits_for_its_turn_is_not_read_at_every_look_around(
    start: StartExecutor, listener: FolderListener, tmp_path: Path
) -> None:
    executor = start(capacity=1)
    executor.submit(listener.accept(run_of("j1", waiting_script(tmp_path))))
    poll(lambda: listener.starts("j1"))
    executor.submit(listener.accept(run_of("j2")))
    poll(lambda: listener.left_out == {"j2"})
    (tmp_path / "go-j1").touch()
    assert poll(lambda: listener.ends("j2"))[0]["exit_code"] == 0


def test_a_line_that_is_no_run_is_left_out(
    start: StartExecutor, listener: FolderListener, tmp_path: Path
) -> None:
    executor = start()
    with (tmp_path / "runs/.doorbell").open("wb", buffering=0) as pipe:
        pipe.write(b'{"job_id": 1}\nnonsense\n[]\n')
    executor.submit(listener.accept(run_of("j1")))
    poll(lambda: listener.ends("j1"))


def test_a_script_that_outlives_its_leader_is_adopted_and_harvested(
    start: StartExecutor, serve: Serve, listener: FolderListener, tmp_path: Path
) -> None:
    leader = serve(capacity=1)
    listener.accept(run_of("b", waiting_script(tmp_path, "b")))
    pid = poll(lambda: number_in(tmp_path / "b.pid"))
    leader.kill()
    leader.wait()
    listener.accept(run_of("a", waiting_script(tmp_path, "a"), merchant="m0"))
    start(capacity=1)
    ticks = listener.ticks
    poll(lambda: listener.ticks > ticks + 1)
    assert alive(pid)
    assert not (tmp_path / "a.pid").exists(), "one place, and it is taken"
    (tmp_path / "go-b").touch()
    poll(lambda: number_in(tmp_path / "a.pid"))
    (tmp_path / "go-a").touch()
    poll(lambda: listener.ends("a"))
    assert [end["exit_code"] for end in listener.ends("b")] == [0]
    assert (tmp_path / "b.runs").read_text() == "run\n"


def test_a_script_that_ended_while_nobody_led_is_harvested(
    start: StartExecutor, serve: Serve, listener: FolderListener, tmp_path: Path
) -> None:
    leader = serve()
    script = waiting_script(tmp_path) + """; echo '{"n": 7}' > $FEEDSCRIPT_RESULT_FILE"""
    listener.accept(run_of("j1", script))
    poll(lambda: number_in(tmp_path / "j1.pid"))
    leader.kill()
    leader.wait()
    (tmp_path / "go-j1").touch()
    poll(lambda: AttemptFolder(tmp_path / "runs/j1.1").stage() is Stage.ENDED)
    start()
    (end,) = poll(lambda: listener.ends("j1"))
    assert (end["exit_code"], end["result"]) == (0, {"n": 7})
    assert (tmp_path / "j1.runs").read_text() == "run\n"


@pytest.mark.parametrize("kind", ["command", "builtin"])
def test_an_attempt_whose_runner_was_killed_is_lost_and_its_leftovers_ended(
    start: StartExecutor, listener: FolderListener, tmp_path: Path, kind: str
) -> None:
    executor = start(capacity=1)
    scripts = {
        "command": run_of("j1", f"sleep 60 & echo $! > {tmp_path}/child; {waiting_script(tmp_path)}"),
        "builtin": builtin("j1", f"sleep {tmp_path}/j1.pid"),
    }
    executor.submit(listener.accept(scripts[kind]))
    pid = poll(lambda: number_in(tmp_path / "j1.pid"))
    child = number_in(tmp_path / "child") or pid
    os.kill(runner_of(pid), signal.SIGKILL)
    (end,) = poll(lambda: listener.ends("j1"))
    assert end["reason"] == Reason.LOST
    assert not alive(child)
    assert not alive(pid)
    executor.submit(listener.accept(run_of("j2")))
    assert poll(lambda: listener.ends("j2"))[0]["exit_code"] == 0


def test_that_a_script_was_started_is_told_though_its_runner_died_at_once(
    start: StartExecutor, listener: FolderListener
) -> None:
    start().submit(listener.accept(run_of("j1", "kill -KILL $PPID; sleep 60")))
    assert poll(lambda: listener.ends("j1"))[0]["reason"] == Reason.LOST
    assert listener.starts("j1") == 1


def test_when_leader_and_runner_are_killed_the_next_finds_the_attempt_lost(
    start: StartExecutor, serve: Serve, listener: FolderListener, tmp_path: Path
) -> None:
    leader = serve()
    listener.accept(run_of("j1", waiting_script(tmp_path)))
    pid = poll(lambda: number_in(tmp_path / "j1.pid"))
    runner = runner_of(pid)
    leader.kill()
    os.kill(runner, signal.SIGKILL)
    leader.wait()
    start()
    assert poll(lambda: listener.ends("j1"))[0]["reason"] == Reason.LOST
    assert not alive(pid)


def test_an_innocent_process_is_never_signalled(
    start: StartExecutor, listener: FolderListener, tmp_path: Path
) -> None:
    """The run died, and every number written down about it now belongs to somebody else."""
    folder = AttemptFolder(tmp_path / "runs/j1.1")
    cookies = ("", f"{folder.cookie}0", str(folder.path.parent), f"x{folder.cookie}")
    innocents = [subprocess.Popen(["/bin/sleep", "60"], env={COOKIE: cookie}) for cookie in cookies]
    innocents.append(subprocess.Popen(["/bin/sleep", "60"], env={"NOTE": f"{COOKIE}={folder.cookie}"}))
    guilty = subprocess.Popen(["/bin/sleep", "60"], env={COOKIE: folder.cookie})
    try:
        folder.make()
        for path in (folder.started, folder.lock, folder.path / "pid", folder.path / "runner.pid"):
            path.write_text("\n".join(str(innocent.pid) for innocent in innocents))
        listener.accept(run_of("j1"))
        start()
        assert poll(lambda: listener.ends("j1"))[0]["reason"] == Reason.LOST
        assert guilty.wait(10) == -signal.SIGKILL
        assert [innocent.poll() for innocent in innocents] == [None] * len(innocents)
    finally:
        for process in (*innocents, guilty):
            process.kill()
            process.wait(10)


def test_a_pid_that_was_given_to_another_between_the_look_and_the_signal_is_spared() -> None:
    """The numbers of a real process, given back and handed out again: `ns_last_pid` makes the kernel do it."""
    last_pid = Path("/proc/sys/kernel/ns_last_pid")
    guilty = subprocess.Popen(["/bin/sleep", "60"], env={COOKIE: "the run"})
    guilty.kill()
    guilty.wait(10)
    for _ in range(200):
        try:
            last_pid.write_text(str(guilty.pid - 1))
        except OSError:
            pytest.skip("the next pid cannot be chosen here (needs CAP_CHECKPOINT_RESTORE)")
        innocent = subprocess.Popen(["/bin/sleep", "60"], env={})
        try:
            if innocent.pid == guilty.pid:
                end_leftovers("the run")
                assert innocent.poll() is None
                return
        finally:
            innocent.kill()
            innocent.wait(10)
    pytest.skip("another process took the pid every time")


def test_an_end_is_told_until_it_is_taken(start: StartExecutor, listener: FolderListener) -> None:
    executor = start(capacity=1)
    listener.troubles = [StorageBusy("jobs", 5)]
    executor.submit(listener.accept(run_of("j1")))
    poll(lambda: listener.ends("j1"))
    assert len(listener.ends("j1")) == 1


def test_a_job_that_cannot_be_read_holds_no_place(start: StartExecutor, listener: FolderListener) -> None:
    executor = start(capacity=1)
    listener.troubles = [UnreadableJob("j1", "not JSON")]
    # Its file goes to quarantine while the script runs.
    executor.submit(listener.accept(run_of("j1", f"rm {listener.folder}/backlog/j1")))
    executor.submit(listener.accept(run_of("j2")))
    poll(lambda: listener.ends("j2"))
    assert not listener.ends("j1")


def test_folders_whose_story_is_told_are_removed_by_the_next_leader(
    start: StartExecutor, tmp_path: Path, listener: FolderListener
) -> None:
    for attempt, names in ((1, ["started", "end.json"]), (2, ["started"]), (3, [])):
        folder = AttemptFolder(tmp_path / f"runs/old.{attempt}")
        folder.make()
        for name in names:
            (folder.path / name).touch()
    start()
    assert not list((tmp_path / "runs").glob("old.*"))


def test_an_end_that_cannot_be_read_is_a_loss_not_a_standstill(
    start: StartExecutor, tmp_path: Path, listener: FolderListener
) -> None:
    folder = AttemptFolder(tmp_path / "runs/j1.1")
    folder.make()
    folder.started.touch()
    folder.end.touch()
    listener.accept(run_of("j1"))
    start()
    assert poll(lambda: listener.ends("j1"))[0]["reason"] == Reason.LOST


def test_a_runner_that_comes_late_to_a_removed_folder_starts_nothing(tmp_path: Path) -> None:
    """It has opened the lock, and gets it only when whoever removed the folder lets go."""
    from feedscript.adapters._flock import open_lock, try_lock

    folder = AttemptFolder(tmp_path / "runs/j1.1")
    folder.make()
    late = open_lock(folder.lock)
    assert folder.discard()
    folder.make()
    assert try_lock(late)
    assert not folder.is_locked_by(late)
    os.close(late)


def test_a_folder_that_a_runner_holds_is_not_discarded(tmp_path: Path) -> None:
    from feedscript.adapters._flock import open_lock, try_lock

    folder = AttemptFolder(tmp_path / "runs/j1.1")
    folder.make()
    runner = open_lock(folder.lock)
    assert try_lock(runner)
    assert not folder.discard()
    assert folder.stage() is Stage.ALIVE
    os.close(runner)
    folder.started.touch()
    assert not folder.discard()


def test_stop_waits_for_what_runs_and_starts_nothing_more(
    start: StartExecutor, listener: FolderListener, tmp_path: Path
) -> None:
    executor = start(capacity=1)
    executor.submit(listener.accept(run_of("j1", waiting_script(tmp_path))))
    executor.submit(listener.accept(run_of("j2")))
    poll(lambda: number_in(tmp_path / "j1.pid"))
    stopping = threading.Thread(target=executor.stop, args=(30,))
    stopping.start()
    (tmp_path / "go-j1").touch()
    stopping.join(30)
    assert len(listener.ends("j1")) == 1
    assert not listener.starts("j2")
    start()
    poll(lambda: listener.ends("j2"))
