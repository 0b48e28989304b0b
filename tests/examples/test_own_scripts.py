"""A script of one's own in several languages, run by the service as its users run it."""

import shutil
import sys
from pathlib import Path

import pytest

from tests.integration.live_server import ROOT, LiveServer, request_body

SCRIPTS = {"py": sys.executable, "sh": "sh", "mjs": "node", "pl": "perl"}


@pytest.mark.parametrize("language", SCRIPTS)
def test_a_script_of_ones_own_makes_the_feed_and_tells_what_failed(tmp_path: Path, language: str) -> None:
    program = shutil.which(SCRIPTS[language])
    if program is None:
        pytest.skip(f"{SCRIPTS[language]} is not installed")
    script = ROOT / f"examples/scripts/copy_feed.{language}"
    settings = {
        "GENERATE_COMMAND": f"{program} {script}",
        "OBJECT_STORE_ROOT": str(tmp_path / "objects"),
        "SCRIPT_ENVIRONMENT": "OBJECT_STORE_ROOT",
        "MAX_RETRIES": "0",
    }
    with LiveServer(tmp_path, **settings) as server:
        server.put_object("bucket/export.csv", b"id,title\n1,Shoe\n")
        body = request_body(destination_s3_path="s3://bucket/a folder/feed.csv")
        job_id = server.post("/api/feed/generate", body).json()["job_id"]
        job = server.reaches(job_id, "generated", "generation_failed")
        assert (job["status"], job["error"]) == ("generated", None)
        assert job["job_data"]["result"] == {"destination_s3_path": "s3://bucket/a folder/feed.csv"}
        assert [path.name for path in (tmp_path / "objects/bucket/a folder").iterdir()] == ["feed.csv"]
        assert (tmp_path / "objects/bucket/a folder/feed.csv").read_bytes() == b"id,title\n1,Shoe\n"

        body = request_body(source_s3_path="s3://bucket/nothing.csv")
        job_id = server.post("/api/feed/generate", body).json()["job_id"]
        job = server.reaches(job_id, "generated", "generation_failed")
        assert job["status"] == "generation_failed"
        assert job["reason"] in ("source_unavailable", "invalid_feed")
        assert "no s3://bucket/nothing.csv" in job["error"]
