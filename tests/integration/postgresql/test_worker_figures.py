"""What a worker records is told to Prometheus by it, as no server counts that."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from feedscript.entrypoints.cli import main
from tests.integration.live_server import SERVE, LiveServer, free_port, poll, request_body, script
from tests.integration.working_host import WORKER, shared
from tests.postgresql_server import empty, server

ENDED = 'outcome="failed",partner="google",phase="feed_generation",reason="invalid_feed"} 1.0'


@pytest.fixture
def url() -> Iterator[str]:
    empty(server().url())
    yield server().url()
    empty(server().url())


def test_a_worker_tells_the_end_that_it_has_recorded(url: str, tmp_path: Path) -> None:
    port = free_port()
    settings = {**shared(url, lease=8), "GENERATE_COMMAND": script(tmp_path, "exit 65")}
    own = tmp_path / "host"
    own.mkdir()
    worker = subprocess.Popen(
        [*WORKER, "--metrics", str(port)], cwd=own, env={**os.environ, **settings}, stderr=subprocess.DEVNULL
    )
    try:
        with LiveServer(tmp_path, SERVE, WORKERS="1", **settings) as live:
            job_id = live.post("/api/feed/generate", request_body(partner_id="google")).json()["job_id"]
            live.reaches(job_id, "generation_failed")
            poll(lambda: ENDED in requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text)
            assert ENDED not in live.get("/metrics").text
    finally:
        worker.terminate()
        assert worker.wait(30) == 0


@pytest.mark.parametrize("address", ["", "metrics", "here:", "9108x", "0", "65536", "-1"])
def test_what_is_no_address_is_told(address: str) -> None:
    told = CliRunner().invoke(main, ["worker", "--metrics", address])
    assert told.exit_code == 2
    assert "is no port, and no host and port, such as 9108" in told.output
