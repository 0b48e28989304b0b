"""What the built-in scripts make of an object store that no repeat helps, and of a disk that is full."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedscript.testing.receiver import Receiver

PROGRAM = """
import sys
from feedscript.entrypoints.scripts.assignment import carry_out
from feedscript.feeds.engine.errors import NoRoom
from feedscript.ports import errors

def work(assignment, place):
    raise getattr(errors, sys.argv[1], NoRoom)("s3://b/k", "there is no bucket b")

sys.exit(carry_out(work))
"""

REASONS = {78: "bad_config", 75: "transient", 66: "source_unavailable"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.mark.parametrize(
    ("error", "code"),
    [("ObjectStoreMisconfigured", 78), ("ObjectStoreFailed", 75), ("ObjectNotFound", 66), ("NoRoom", 75)],
)
def test_what_only_a_change_of_configuration_mends_is_bad_config(
    tmp_path: Path, receiver: Receiver, error: str, code: int
) -> None:
    told = {
        "JOB_ID": "j1",
        "ATTEMPT": "1",
        "TYPE": "feed_generation",
        "AFFILIATE_MERCHANT_ID": "m1",
        "PARTNER_ID": "",
        "SOURCE": "s3://b/k",
        "DESTINATION": "s3://b/out",
        "CALLBACK_URL": receiver.url,
        "TOKEN": "t",
        "RESULT_FILE": str(tmp_path / "result.json"),
        "PROGRESS_FILE": str(tmp_path / "progress.json"),
    }
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, error],
        cwd=tmp_path,
        env={**os.environ, **{f"FEEDSCRIPT_{name}": value for name, value in told.items()}},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == code, ended.stderr
    assert (tmp_path / "result.json").read_text()
    ((_, told_back),) = receiver.received
    assert told_back["reason"] == REASONS[code]
