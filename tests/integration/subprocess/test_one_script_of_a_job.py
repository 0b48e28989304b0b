"""A script of a job is gone before the next one begins, also where the job does not tell of it (decision 0008)."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.live_server import poll
from tests.integration.subprocess.conftest import StartExecutor
from tests.integration.subprocess.scene import FolderListener, run_of


class Unaware(FolderListener):
    """Has not been told of any start so far, as of that of an attempt that is cancelled at once."""

    def script_started(self, job_id: str, attempt: int, log: str) -> None:
        """Not yet."""


@pytest.fixture
def listener(tmp_path: Path) -> FolderListener:
    return Unaware(tmp_path)


def test_the_next_attempt_is_not_begun_while_the_script_of_the_one_before_runs(
    start: StartExecutor, listener: FolderListener, tmp_path: Path
) -> None:
    executor = start(capacity=2)
    first = run_of("j1", f"touch {tmp_path}/first; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done")
    executor.submit(listener.accept(first))
    poll((tmp_path / "first").exists)
    second = replace(run_of("j1", f"touch {tmp_path}/second"), attempt=2)
    executor.submit(listener.accept(second))
    executor.submit(listener.accept(run_of("j2")))
    poll(lambda: listener.ends("j2"))
    assert not (tmp_path / "second").exists(), "the other place had it before that one"
    (tmp_path / "go").touch()
    poll(lambda: listener.ends("j1"))
    listener.accept(second)
    poll((tmp_path / "second").exists)
