"""`feedscript jobs archive`, as it is called from a shell."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.cli.shell import feedscript
from tests.integration.files.test_archive import Kept


def archive(folder: Path, before: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return feedscript(folder, "jobs", "archive", "--before", before, *arguments)


def test_days_are_archived_told_and_still_verify(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    planned = archive(tmp_path, "2026-01-03", "--dry-run")
    assert planned.returncode == 0
    assert "jobs: 2 days to archive (4 jobs, " in planned.stdout
    assert not (tmp_path / "jobs" / "archive").exists()

    done = archive(tmp_path, "2026-01-03")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "2026-01-01 jobs", "2026-01-02 jobs", "jobs", "2026-01-01 activities", "2026-01-02 activities", "activities"
    ]  # fmt: skip
    size = (tmp_path / "jobs/archive/2026-01-01.zip").stat().st_size
    assert lines[0].startswith("2026-01-01 jobs: 2 jobs, ")
    assert lines[0].endswith(f" bytes -> {size}")
    assert kept.all_is_there()

    trail = feedscript(tmp_path, "audit", "verify", "--expect-head", kept.trail)
    assert trail.returncode == 0, trail.stderr
    assert "digests: 2 signed by a known key, 0 not" in trail.stdout
    again = archive(tmp_path, "2026-01-03")
    assert again.returncode == 0
    assert "jobs: 0 days archived (0 jobs, 0 bytes -> 0), 0 left" in again.stdout


def test_a_day_that_is_left_is_told_with_the_job(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    job = kept.started(6)
    told = archive(tmp_path, "2026-01-04")
    assert told.returncode == 0
    assert f"2026-01-03 jobs: left: job {job.id} is not settled" in told.stdout
    assert "jobs: 2 days archived" in told.stdout


def test_a_damaged_digest_is_one_clear_line(tmp_path: Path) -> None:
    Kept(tmp_path)
    archive(tmp_path, "2026-01-02")
    digest = tmp_path / "activities/digests/2026-01-01.json"
    digest.chmod(0o600)
    digest.write_text("no digest")
    told = archive(tmp_path, "2026-01-03")
    assert told.returncode == 1
    assert "digests/2026-01-01.json" in told.stderr
    assert len(told.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("yesterday", "does not match the format '%Y-%m-%d'"),
        ("2026-02-30", "does not match the format '%Y-%m-%d'"),
        (f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}", "is after today"),
    ],
)
def test_a_bad_date_is_refused(tmp_path: Path, given: str, said: str) -> None:
    refused = archive(tmp_path, given)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_where_there_is_nothing_nothing_is_made(tmp_path: Path) -> None:
    assert archive(tmp_path, "2026-01-03").returncode == 2
    assert not list(tmp_path.iterdir())
