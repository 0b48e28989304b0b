"""A real server of its own for a test: started as a user starts it, in a folder of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import requests

from tests.integration.served_document import check_live

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
#: The last is there while the coverage of started processes is counted, too.
INHERITED = ("PATH", "HOME", "COVERAGE_PROCESS_CONFIG")
PYTHON_APP = (sys.executable, str(ROOT / "app.py"))
FLASK_RUN = (sys.executable, "-m", "flask", "run")
SERVE = (sys.executable, "-m", "feedscript", "serve")


def poll(look: Callable[[], T | None], *, patience: float = PATIENCE) -> T:
    """What `look` finds, once it finds something; fails after `patience` seconds."""
    give_up = time.monotonic() + patience
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < give_up, f"not within {patience:g} s; last seen: {found!r}"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class LiveServer:
    """The service over `folder`; `stop` and `start` it as often as the test likes."""

    def __init__(self, folder: Path, command: Sequence[str] = PYTHON_APP, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://{settings.get('HOST', '127.0.0.1')}:{self.port}"
        self._command = list(command)
        if command == FLASK_RUN:
            settings["FLASK_APP"] = str(ROOT / "app.py")
            self._command += ["--host=127.0.0.1", f"--port={self.port}"]
        else:
            settings["PORT"] = str(self.port)
        self._settings = {"WORKERS": "2", "CALLBACK_GRACE": "60", **settings}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "LiveServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self.folder, env={**inherited, **self._settings}, stdout=log, stderr=log
            )
        try:
            poll(self._answers)
        except BaseException:
            self.stop()  # nobody else would
            raise

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
            self._process = None

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "server.log").read_text()
        try:
            return requests.get(f"{self.base}/ready", timeout=5).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    def post(self, path: str, body: Mapping[str, Any], **headers: str) -> requests.Response:
        return self._checked(
            requests.post(f"{self.base}{path}", json=body, headers=headers, timeout=PATIENCE)
        )

    def get(self, path: str) -> requests.Response:
        return self._checked(requests.get(f"{self.base}{path}", timeout=PATIENCE))

    def _checked(self, answer: requests.Response) -> requests.Response:
        """Fail over an answer that is not in the document that the server serves."""
        check_live(self._document, answer)
        return answer

    @cached_property
    def _document(self) -> str:
        return requests.get(f"{self.base}/api/openapi.json", timeout=PATIENCE).text

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.get(f"/api/feed/status/{job_id}")
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    def reaches(self, job_id: str, *states: str) -> dict[str, Any]:
        """The job once it is in one of the states."""
        return poll(lambda: job if (job := self.job(job_id))["status"] in states else None)

    def put_object(self, path: str, content: bytes) -> None:
        place = self.folder / "objects" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


def request_body(**changes: Any) -> dict[str, Any]:
    """A body for `generate` and `validate`."""
    return {
        "affiliate_merchant_id": "m1",
        "source_s3_path": "s3://bucket/export.csv",
        "destination_s3_path": "s3://bucket/feed.csv",
        **changes,
    }


def script(folder: Path, text: str) -> str:
    """A shell script of the user's own, as a command line for GENERATE_COMMAND or VALIDATE_COMMAND."""
    path = folder / "script.sh"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)
