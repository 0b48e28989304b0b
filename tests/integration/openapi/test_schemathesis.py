"""Schemathesis over the served document: all checks and phases, with and without keys, against a real server.

`API_EXAMPLES` is how many random cases each operation gets; `make test-api` gives as many as make 5,000 cases and more.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.integration.live_server import ROOT, LiveServer

EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))
AT_LENGTH = EXAMPLES >= 400
FEWEST = 5_000 if AT_LENGTH else 500
KEY = "a-key-of-alice"
#: A run is one caller, who would be told to wait and nothing else.
UNHURRIED = {"RATE_PER_KEY": "1000000", "RATE_PER_ADDRESS": "1000000"}


def schemathesis(server: LiveServer, *options: str) -> tuple[dict[str, Any], str]:
    """The report of a run, and what it has printed."""
    report = server.folder / "schemathesis.json"
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{server.base}/api/openapi.json"]
    command += ["--checks=all", "--exclude-checks=positive_data_acceptance", "--continue-on-failure"]
    command += ["--suppress-health-check=all", "--warnings=off", f"--max-examples={EXAMPLES}"]
    command += [] if AT_LENGTH else ["--generation-deterministic"]
    command += [f"--report-json-path={report}", *options]
    hooks = {"SCHEMATHESIS_HOOKS": "tests.integration.openapi.checks", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(
        command, cwd=server.folder, env=os.environ | hooks, capture_output=True, text=True, check=False
    )
    assert report.exists(), ran.stdout + ran.stderr
    document: dict[str, Any] = json.loads(report.read_text())
    return document, ran.stdout


@pytest.mark.parametrize("keys", [None, KEY], ids=["without-keys", "with-keys"])
def test_nothing_is_answered_that_the_document_does_not_say(tmp_path: Path, keys: str | None) -> None:
    settings = {} if keys is None else {"API_KEYS": f"alice={keys}"}
    options = [] if keys is None else [f"--header=Authorization: Bearer {keys}"]
    with LiveServer(tmp_path, LOG_LEVEL="WARNING", **UNHURRIED, **settings) as server:
        server.put_object("demo/merchant-export.csv", (ROOT / "samples/merchant-export.csv").read_bytes())
        report, printed = schemathesis(server, *options)
    cases = report["test_cases"]
    told = f"{cases['generated']} cases, {cases['with_failures']} failures, seed {report['seed']}"
    sys.stdout.write(f"{told}, {report['running_time']:.0f} s\n")
    assert report["exit_code"] == 0, printed
    assert report["operations"]["tested"] == report["operations"]["total"]
    assert cases["generated"] >= FEWEST
    assert "Traceback" not in (tmp_path / "server.log").read_text()
