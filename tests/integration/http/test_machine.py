"""A served deployment of four processes by the shipped HTTP machine; `make test-http` runs it at length."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from feedscript.testing.http import Target, hold_to_the_model
from tests import postgresql_server
from tests.integration.live_server import ROOT, SERVE, LiveServer

#: `postgresql` has what is kept in a database of the tests' own.
STORAGE = os.environ.get("HTTP_STORAGE", "files")
EXAMPLES = int(os.environ.get("HTTP_EXAMPLES", "15"))
# Scripts that hand their work on: what ends an attempt is what the machine reports.
SILENT = {
    "WORKERS": "4",
    "GENERATE_COMMAND": "true",
    "VALIDATE_COMMAND": "true",
    "CALLBACK_GRACE": "86400",
    "RETRY_BASE": "86400",
    "RETRY_CAP": "86400",
    "PYTHONPATH": str(ROOT),
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    stored = {"STORAGE": STORAGE}
    if STORAGE == "postgresql":
        stored["DATABASE_URL"] = postgresql_server.server().url()
        postgresql_server.empty(stored["DATABASE_URL"])
    with LiveServer(tmp_path, SERVE, **SILENT, **stored) as server:
        yield server


def test_four_processes_do_as_the_model_says(server: LiveServer) -> None:
    reached = hold_to_the_model(Target(server.base, scripts_act=False), examples=EXAMPLES)
    seldom = {
        "retry",
        "deduplicated",
        "in_flight",
        "revoked",
        "cancelled",
        "reference_mismatch",
    }
    assert seldom - {*reached} == set()


def test_scripts_that_end_by_themselves_are_taken_as_they_are_read(tmp_path: Path) -> None:
    settings = SILENT | {"GENERATE_COMMAND": "false", "VALIDATE_COMMAND": "sh -c 'exit 75'"}
    with LiveServer(tmp_path, SERVE, **settings) as server:
        hold_to_the_model(Target(server.base), examples=3)


def pytest_on(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs"]
    return subprocess.run(
        [
            *command,
            "feedscript.testing.deployed",
            f"--feedscript-url={url}",
            "--feedscript-examples=2",
            *options,
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_a_deployment_that_needs_a_key_is_tested_by_its_address(tmp_path: Path) -> None:
    with LiveServer(tmp_path, SERVE, **SILENT, API_KEYS="a team=s3cret") as server:
        held = pytest_on(server.base, "--feedscript-header=X-API-Key: s3cret", "--feedscript-silent-scripts")
        assert held.returncode == 0, held.stdout
        refused = pytest_on(server.base)
    assert refused.returncode == 1
    assert "(a new job: 202) answered ['401 unauthorized']" in refused.stdout


@pytest.mark.parametrize(
    ("url", "options", "told"),
    [
        ("", (), "give the server's address: --feedscript-url=http://HOST:PORT"),
        ("http://127.0.0.1:9", ("--feedscript-header=s3cret",), "takes 'NAME: VALUE', not 's3cret'"),
        ("http://127.0.0.1:9", (), "ServerUnreachable: POST http://127.0.0.1:9/api/feed/"),
    ],
)
def test_what_was_given_wrongly_is_said(url: str, options: Sequence[str], told: str) -> None:
    assert told in pytest_on(url, *options).stdout
