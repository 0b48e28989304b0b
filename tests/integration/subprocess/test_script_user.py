"""Scripts of another user: they are that user's alone, and reach nothing of the service's."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from feedscript.adapters.subprocess.attempt_folder import AttemptFolder
from feedscript.adapters.subprocess.script_user import ScriptUser
from feedscript.domain import Reason
from tests.integration.live_server import poll
from tests.integration.subprocess.conftest import StartExecutor
from tests.integration.subprocess.scene import FolderListener, alive, builtin, number_in, run_of

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes users")

NOBODY = ScriptUser.named("nobody")


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder that other users may pass, which pytest's are not."""
    folder = Path(tempfile.mkdtemp(prefix="feedscript-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def test_a_command_is_the_users_with_its_groups_and_its_home(carry_out: Any) -> None:
    said = 'echo "{\\"err\\": \\"$(id -u) $(id -G) $HOME $USER $(stat -c %u .)\\"}" > "$FEEDSCRIPT_RESULT_FILE"; exit 1'
    end = carry_out(
        run_of("j1", said), user=NOBODY, environment={"PATH": os.environ["PATH"], "HOME": "/root"}
    )
    groups = " ".join(map(str, NOBODY.gids))
    assert end["error"] == f"{NOBODY.uid} {groups} {NOBODY.home} nobody {NOBODY.uid}"


def test_a_builtin_is_the_users_too(carry_out: Any, tmp_path: Path) -> None:
    end = carry_out(builtin("j1", "user"), user=NOBODY)
    assert end["exit_code"] == 0
    assert (tmp_path / "logs/j1/1.log").read_text() == f"{NOBODY.uid} {NOBODY.uid} {NOBODY.gids[0]}\n"


def test_what_is_the_services_is_closed_to_it(carry_out: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text('{"token": "of the service"}')
    secret.chmod(0o600)
    script = f"""cat {secret}; ls {tmp_path}/runs; echo x > ../end.json; cat /proc/$PPID/environ
        ln -sf {secret} "$FEEDSCRIPT_RESULT_FILE"; exit 3"""
    end = carry_out(run_of("j1", script), user=NOBODY)
    assert (end["exit_code"], end["result"]) == (3, None)
    log = (tmp_path / "logs/j1/1.log").read_text()
    assert log.count("ermission denied") == 4, log
    assert "of the service" not in log


def test_it_says_how_far_it_is(listener: FolderListener, start: StartExecutor, tmp_path: Path) -> None:
    executor = start(user=NOBODY)
    script = f"""echo '{{"percent": 40}}' > "$FEEDSCRIPT_PROGRESS_FILE.tmp"
        mv "$FEEDSCRIPT_PROGRESS_FILE.tmp" "$FEEDSCRIPT_PROGRESS_FILE"
        while [ ! -e {tmp_path}/go ]; do sleep 0.02; done"""
    executor.submit(listener.accept(run_of("j1", script)))
    assert poll(lambda: executor.observe("j1", 1).progress) == {"percent": 40}
    (tmp_path / "go").touch()
    poll(lambda: listener.ends("j1"))


@pytest.mark.parametrize("kind", ["command", "builtin"])
def test_it_is_ended_like_any_other(
    listener: FolderListener, start: StartExecutor, tmp_path: Path, kind: str
) -> None:
    executor, told = start(user=NOBODY), tmp_path / "told"
    told.mkdir()
    os.chown(told, NOBODY.uid, -1)
    sleeping = builtin("j1", f"sleep {told}/pid")
    run = sleeping if kind == "builtin" else run_of("j1", f"echo $$ > {told}/pid; exec sleep 60")
    executor.submit(listener.accept(run))
    pid = poll(lambda: number_in(told / "pid"))
    executor.cancel("j1", 1)
    (end,) = poll(lambda: listener.ends("j1"))
    assert (end["reason"], end["exit_code"]) == (Reason.CANCELLED, 128 + signal.SIGTERM)
    assert not alive(pid)


def test_folders_that_it_may_not_enter_are_told(tmp_path: Path) -> None:
    closed, open_one = tmp_path / "closed", tmp_path / "open"
    closed.mkdir(mode=0o700)
    open_one.mkdir(mode=0o755)
    asked = [closed, closed / "within", open_one, open_one / "not yet", tmp_path]
    assert NOBODY.out_of_reach(asked) == [closed, closed / "within"]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"SCRIPT_USER": "nobody-at-all"}, "SCRIPT_USER='nobody-at-all': no user of this machine"),
        ({"SCRIPT_USER": "nobody", "CONFIG_DIR": "closed"}, "SCRIPT_USER='nobody': this user may not enter"),
    ],
)
def test_a_user_that_cannot_be_is_one_clear_line(tmp_path: Path, settings: dict[str, str], told: str) -> None:
    (tmp_path / "closed").mkdir(mode=0o700)
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "from feedscript.entrypoints.settings import settings_or_exit; settings_or_exit()",
        ],
        env={**os.environ, **settings},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert told in ran.stderr
    assert "Traceback" not in ran.stderr


def test_nothing_but_the_result_becomes_the_users(tmp_path: Path) -> None:
    """Another script of the user may put what it likes there, as soon as the folder is the user's."""
    secret = tmp_path / "secret"
    secret.touch(0o600)
    folder = AttemptFolder(tmp_path / "run")
    folder.make(NOBODY)
    assert folder.result.stat().st_uid == NOBODY.uid
    folder.result.unlink()
    folder.result.hardlink_to(secret)
    folder.make(NOBODY)
    assert secret.stat().st_uid == 0
