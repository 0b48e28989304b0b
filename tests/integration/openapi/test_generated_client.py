"""A client that is generated from the served document runs the main job, and its types hold."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.integration.live_server import ROOT, LiveServer

PROGRAM = Path(__file__).with_name("partner_program.py")
#: The generator's own template, the same for every document, is no subject here (0.29: 12 errors of `*args: object`).
TYPES = "[mypy]\nstrict = True\n[mypy-feedclient.client]\nignore_errors = True\n"


def run(folder: Path, *command: str) -> str:
    # The generator calls ruff by its name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ran = subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout + ran.stderr


@pytest.fixture
def server(tmp_path: Path) -> LiveServer:
    return LiveServer(tmp_path)


def test_a_generated_client_submits_polls_and_reads(server: LiveServer) -> None:
    folder = server.folder
    merchant = folder / "config/merchants/trailhead-outfitters.yaml"
    merchant.parent.mkdir(parents=True)
    shutil.copy(ROOT / "samples/trailhead-outfitters.yaml", merchant)
    shutil.copy(PROGRAM, folder / "program.py")
    (folder / "mypy.ini").write_text(TYPES)
    with server:
        server.put_object("demo/merchant-export.csv", (ROOT / "samples/merchant-export.csv").read_bytes())
        document = requests.get(f"{server.base}/api/openapi.json", timeout=30).content
        (folder / "openapi.json").write_bytes(document)
        made = run(
            folder,
            *(sys.executable, "-m", "openapi_python_client", "generate", "--path=openapi.json"),
            *("--meta=none", "--output-path=feedclient", "--fail-on-warning"),
        )
        assert "warning" not in made.lower(), made
        run(folder, sys.executable, "-m", "mypy", "feedclient", "program.py")
        told = run(folder, sys.executable, "program.py", server.base)
    assert told.split("\n")[:-1] == [
        "generated [<AttemptOutcome.SUCCESS: 'success'>]",
        "validated",
        "passed_with_warnings",
        "unknown_job",
    ]
