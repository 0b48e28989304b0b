"""The domain's examples do what they say."""

from pathlib import Path

from examples.monitor import states
from examples.retrying_service import run
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.stories import many_jobs
from tests.integration.files.storage import file_storage


def test_a_service_retries_by_our_policy() -> None:
    lines = run()
    assert [line for line in lines if line.endswith("begins")] == [f"attempt {n} begins" for n in range(1, 5)]
    assert lines[1] == "attempt 1 failed: lost, again at 12:00:01"
    assert lines[-1] == "attempt 4 failed: lost, for good"


def test_a_monitor_folds_the_activities_of_a_folder(tmp_path: Path) -> None:
    clock = FrozenClock()
    repository, _ = file_storage(tmp_path, now=clock.now)
    jobs = many_jobs(repository, SequentialIds(clock), clock, 6)
    assert states(tmp_path / "activities") == {job.id: job.state.value for job in jobs}
