"""`feedscript serve` ends where it could do no good, and says why."""

import os
import subprocess
from pathlib import Path

from tests.integration.live_server import ROOT, SERVE, free_port

ADAPTERS = """
import os
from pathlib import Path

from feedscript.entrypoints.adapters import Adapters


def make(settings):
    if os.path.exists("looked-at"):
        os._exit(9)
    Path("looked-at").touch()
    return Adapters()
"""


def serve(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    places = {"PYTHONPATH": f"{ROOT}:{folder}", "PORT": str(free_port()), "WORKERS": "2"}
    return subprocess.run(
        SERVE,
        cwd=folder,
        env={**inherited, **places, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_scripts_that_cannot_be_started_keep_it_from_starting(tmp_path: Path) -> None:
    ended = serve(tmp_path, GENERATE_COMMAND="./not-here", LOG_DIR="x")
    assert ended.returncode == 2
    assert "GENERATE_COMMAND" in ended.stderr
    assert "not-here" in ended.stderr
    assert "did you mean LOGS_DIR?" in ended.stderr
    assert not list(tmp_path.iterdir())


def test_after_a_few_broken_processes_no_more_are_started(tmp_path: Path) -> None:
    (tmp_path / "broken_adapters.py").write_text(ADAPTERS)
    ended = serve(tmp_path, ADAPTERS="broken_adapters:make")
    assert ended.returncode == 70, ended.stderr
    assert "no more are" in ended.stderr
    assert 6 <= ended.stderr.count("exited with code 9") <= 9
