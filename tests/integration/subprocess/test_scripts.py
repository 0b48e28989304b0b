"""One script at a time: what it is told, how its end is read, how it is stopped."""

import os
import re
import resource
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from feedscript.domain import Reason
from tests.integration.live_server import poll
from tests.integration.subprocess.conftest import StartExecutor
from tests.integration.subprocess.scene import FolderListener, alive, builtin, number_in, run_of


@pytest.mark.parametrize("code", [0, 1, 65, 75, 255])
def test_the_exit_code_is_told(carry_out: Any, code: int) -> None:
    end = carry_out(run_of("j1", f"echo said; exit {code}"))
    assert (end["exit_code"], end["reason"], end["result"]) == (code, None, None)
    assert end["error"] == (f"exit code {code}; its log ends: said" if code else "")


def test_a_script_killed_by_a_signal_has_the_shells_exit_code(carry_out: Any) -> None:
    end = carry_out(run_of("j1", "kill -KILL $$"))
    assert (end["exit_code"], end["error"]) == (137, "killed by SIGKILL; its log is empty")


def test_the_result_file_is_read_and_its_err_is_the_error(carry_out: Any) -> None:
    end = carry_out(
        run_of("j1", """echo '{"err": "too wet", "n": 1}' > "$FEEDSCRIPT_RESULT_FILE"; exit 65""")
    )
    assert (end["result"], end["error"]) == ({"err": "too wet", "n": 1}, "too wet")


def test_a_server_with_many_connections_hears_its_runner(
    start: StartExecutor, listener: FolderListener, caplog: pytest.LogCaptureFixture
) -> None:
    """select(2) takes no descriptor above 1,023, and whatever is open now has all those below."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    executor = start()
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        executor.submit(listener.accept(run_of("j1")))
        assert poll(lambda: listener.ends("j1"))[0]["exit_code"] == 0
        assert not caplog.messages
    finally:
        for descriptor in held:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("text", ["[1]", "{", '"text"', ""])
def test_a_result_file_that_is_no_json_object_is_no_result(carry_out: Any, text: str) -> None:
    assert carry_out(run_of("j1", f"printf '%s' '{text}' > $FEEDSCRIPT_RESULT_FILE"))["result"] is None


def test_a_command_that_does_not_exist_is_a_spawn_error(carry_out: Any) -> None:
    from feedscript.domain import Phase

    end = carry_out(run_of("j1"), commands={Phase.GENERATION: ("/no/such/command",)})
    assert end["reason"] == Reason.SPAWN_ERROR
    assert end["error"] == "command could not be started: No such file or directory"


def test_an_argument_that_no_process_can_be_given_is_a_spawn_error(carry_out: Any) -> None:
    assert carry_out(run_of("j1", "a\0b"))["reason"] == Reason.SPAWN_ERROR


def test_a_command_inherits_the_allow_list_and_its_contract_alone(carry_out: Any, tmp_path: Path) -> None:
    os.environ["SECRET_OF_THE_SERVER"] = "s"
    try:
        carry_out(run_of("j1", "env; pwd"), environment={"PATH": os.environ["PATH"], "LANG": "C"})
    finally:
        del os.environ["SECRET_OF_THE_SERVER"]
    *lines, folder = (tmp_path / "logs/j1/1.log").read_text().splitlines()
    names = {line.partition("=")[0] for line in lines}
    own = {name for name in names if not name.startswith("FEEDSCRIPT_")}
    assert own - {"PWD", "OLDPWD", "SHLVL", "_"} == {"PATH", "LANG"}
    assert {"FEEDSCRIPT_JOB_ID", "FEEDSCRIPT_TOKEN", "FEEDSCRIPT_CALLBACK_URL"} <= names
    assert folder == str(tmp_path / "runs/j1.1/work")


def test_a_builtin_runs_in_a_session_of_its_own_with_its_own_environment(
    carry_out: Any, tmp_path: Path
) -> None:
    assert carry_out(builtin("j1", "environment"))["exit_code"] == 0
    names, place = (tmp_path / "logs/j1/1.log").read_text().splitlines()
    assert "FEEDSCRIPT_TOKEN" in names
    assert "PYTHONUNBUFFERED" not in names
    assert place == f"{tmp_path}/runs/j1.1/work True"


def test_a_builtin_that_raises_tells_in_its_log_and_fails(carry_out: Any, tmp_path: Path) -> None:
    end = carry_out(builtin("j1", "raise"))
    assert end["exit_code"] == 70
    assert "RuntimeError: on purpose" in end["error"]


def test_a_builtin_that_crashes_takes_nobody_with_it(listener: FolderListener, start: StartExecutor) -> None:
    executor = start(capacity=1)
    executor.submit(listener.accept(builtin("j1", "crash")))
    executor.submit(listener.accept(builtin("j2", "fine")))
    assert poll(lambda: listener.ends("j2"))[0]["exit_code"] == 0
    assert listener.ends("j1")[0]["exit_code"] == 128 + signal.SIGSEGV


def test_a_builtin_that_cannot_be_imported_fails_its_attempt_alone(carry_out: Any) -> None:
    from feedscript.domain import Phase

    end = carry_out(builtin("j1", "fine"), builtins={Phase.VALIDATION: "no.such.module:main"})
    assert end["exit_code"] == 70
    assert "No module named 'no'" in end["error"]


def test_timeout_ends_the_whole_group_gently(carry_out: Any, tmp_path: Path) -> None:
    script = """
        trap 'echo parent stops; exit 3' TERM
        sh -c 'trap "sleep 0.3; echo child stops; exit 0" TERM; while :; do sleep 0.05; done' &
        while :; do sleep 0.05; done"""
    end = carry_out(run_of("j1", script), timeout=0.5)
    assert (end["reason"], end["error"]) == (Reason.TIMEOUT, "stopped after 0.5 s")
    said = [line for line in (tmp_path / "logs/j1/1.log").read_text().splitlines() if line != "Terminated"]
    assert said == ["parent stops", "child stops"]


def test_what_ignores_term_is_killed_after_the_grace(carry_out: Any, tmp_path: Path) -> None:
    script = f"trap '' TERM; (trap '' TERM; echo $$ > {tmp_path}/child; while :; do sleep 1; done) & wait"
    begun = time.monotonic()
    end = carry_out(run_of("j1", script), timeout=0.3, kill_grace=0.5)
    assert (end["exit_code"], end["reason"]) == (137, Reason.TIMEOUT)
    assert 0.8 < time.monotonic() - begun < 10
    assert not alive(number_in(tmp_path / "child") or 0)


def test_a_grandchild_that_escapes_the_session_is_ended(carry_out: Any, tmp_path: Path) -> None:
    file = tmp_path / "escaped"
    script = f"setsid sh -c 'echo $$ > {file}; exec sleep 60' & while [ ! -s {file} ]; do sleep 0.01; done"
    assert carry_out(run_of("j1", script))["exit_code"] == 0
    escaped = number_in(file)
    assert escaped
    assert not alive(escaped)


def test_a_grandchild_that_holds_the_pipe_does_not_hold_up_the_end(carry_out: Any) -> None:
    begun = time.monotonic()
    assert carry_out(run_of("j1", "sleep 60 & echo done"))["exit_code"] == 0
    assert time.monotonic() - begun < 20


def test_the_log_is_cut_at_its_cap_and_says_so(carry_out: Any, tmp_path: Path) -> None:
    carry_out(run_of("j1", "seq 100000"), log_bytes=1000)
    text = (tmp_path / "logs/j1/1.log").read_text()
    said = "".join(f"{n}\n" for n in range(1, 1000))
    assert text == said[:1000] + "\n[feedscript: the log is cut at 1000 bytes]\n"


def test_a_log_that_just_fits_is_not_called_cut(carry_out: Any, tmp_path: Path) -> None:
    carry_out(run_of("j1", "head -c 1000 /dev/zero | tr '\\0' x"), log_bytes=1000)
    assert (tmp_path / "logs/j1/1.log").read_text() == "x" * 1000


def test_the_log_is_read_by_offset_without_splitting_a_character(
    listener: FolderListener, start: StartExecutor, tmp_path: Path
) -> None:
    executor = start()
    text = "žluťoučký kůň 🐎 " * 20
    executor.submit(
        listener.accept(
            run_of("j1", f"printf '%s' '{text}'; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done")
        )
    )
    poll(lambda: (chunk := executor.log("j1", 1, offset=0, limit=9999)) and len(chunk.text) == len(text))
    pieces, offset = [], 0
    for limit in [4, 5, 7] * 200:
        chunk = executor.log("j1", 1, offset=offset, limit=limit)
        assert chunk is not None
        assert chunk.offset == offset
        assert not chunk.complete
        pieces.append(chunk.text)
        offset = chunk.next_offset
    assert "".join(pieces) == text
    (tmp_path / "go").touch()
    poll(lambda: (chunk := executor.log("j1", 1, offset=offset, limit=9)) and chunk.complete)


def test_there_is_no_log_before_there_is_any(start: StartExecutor) -> None:
    assert start().log("j1", 1, offset=0, limit=100) is None


def test_progress_is_what_the_script_last_said(
    listener: FolderListener, start: StartExecutor, tmp_path: Path
) -> None:
    executor = start()
    assert executor.observe("j1", 1).progress is None
    script = f"""echo '{{"percent": 40}}' > "$FEEDSCRIPT_PROGRESS_FILE"
        while [ ! -e {tmp_path}/go ]; do sleep 0.02; done
        echo 'no json' > "$FEEDSCRIPT_PROGRESS_FILE"; while [ ! -e {tmp_path}/end ]; do sleep 0.02; done"""
    executor.submit(listener.accept(run_of("j1", script)))
    assert poll(lambda: executor.observe("j1", 1).progress) == {"percent": 40}
    (tmp_path / "go").touch()
    poll(lambda: executor.observe("j1", 1).progress is None)
    (tmp_path / "end").touch()
    poll(lambda: listener.ends("j1"))


def test_limits_bind_the_script(carry_out: Any) -> None:
    end = carry_out(run_of("j1", "ulimit -c; ulimit -n; exit 1"), limits={"RLIMIT_NOFILE": 64})
    assert re.search(r"0\s+64$", end["error"])


def test_cancel_ends_a_running_command(
    listener: FolderListener, start: StartExecutor, tmp_path: Path
) -> None:
    executor = start()
    executor.submit(listener.accept(run_of("j1", f"echo $$ > {tmp_path}/pid; exec sleep 60")))
    pid = poll(lambda: number_in(tmp_path / "pid"))
    executor.cancel("j1", 1)
    (end,) = poll(lambda: listener.ends("j1"))
    assert (end["reason"], end["exit_code"]) == (Reason.CANCELLED, 128 + signal.SIGTERM)
    assert not alive(pid)


def test_cancel_ends_a_running_builtin(
    listener: FolderListener, start: StartExecutor, tmp_path: Path
) -> None:
    executor = start()
    executor.submit(listener.accept(builtin("j1", f"sleep {tmp_path}/pid")))
    poll(lambda: number_in(tmp_path / "pid"))
    executor.cancel("j1", 1)
    (end,) = poll(lambda: listener.ends("j1"))
    assert (end["reason"], end["exit_code"]) == (Reason.CANCELLED, 128 + signal.SIGTERM)


def test_a_cancel_whose_word_got_lost_is_repeated(
    listener: FolderListener, start: StartExecutor, tmp_path: Path
) -> None:
    executor = start()
    run = run_of("j1", f"echo $$ > {tmp_path}/pid; exec sleep 60")
    executor.submit(listener.accept(run))
    poll(lambda: number_in(tmp_path / "pid"))
    listener.accept(run_of("j1", run.request.source, wanted=False))
    assert poll(lambda: listener.ends("j1"))[0]["reason"] == Reason.CANCELLED


def test_a_queued_run_that_is_cancelled_never_starts(
    listener: FolderListener, start: StartExecutor, tmp_path: Path
) -> None:
    executor = start(capacity=1)
    executor.submit(listener.accept(run_of("j1", f"while [ ! -e {tmp_path}/go ]; do sleep 0.02; done")))
    poll(lambda: listener.starts("j1"))
    executor.submit(listener.accept(run_of("j2", f"touch {tmp_path}/ran")))
    (tmp_path / "backlog/j2").unlink()  # what a listener does with a cancelled attempt that never started
    executor.cancel("j2", 1)
    executor.submit(listener.accept(run_of("j3")))
    (tmp_path / "go").touch()
    poll(lambda: listener.ends("j3"))
    assert not (tmp_path / "ran").exists()
    assert not listener.ends("j2")
    assert not (tmp_path / "runs/j2.1").exists()
