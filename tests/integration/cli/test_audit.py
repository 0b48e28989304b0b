"""`feedscript audit`, as it is called from a shell."""

import json
import subprocess
from datetime import timedelta
from pathlib import Path

from feedscript.adapters.files import Disk, FileActivityLog
from feedscript.domain import Activity
from feedscript.testing.fakes import FrozenClock
from tests.integration.cli.shell import feedscript


def audit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return feedscript(folder, "audit", *arguments)


def entered(folder: Path, number: int) -> Path:
    clock = FrozenClock()
    log = FileActivityLog(folder / "activities", Disk(), now=clock.now, key=b"a-key")
    log.append([Activity(id=str(n), at=clock.tick(), type=f"feedscript.test.{n % 2}") for n in range(number)])
    return folder / "activities" / f"{clock.now():%Y/%m/%d}.jsonl"


def test_a_whole_trail_tells_its_head_and_still_holds_it_later(tmp_path: Path) -> None:
    entered(tmp_path, 3)
    first = audit(tmp_path, "verify")
    assert first.returncode == 0
    assert "whole: 3 entries" in first.stdout
    head = first.stdout.split("head: ")[1].strip()
    entered(tmp_path, 2)
    assert audit(tmp_path, "verify", "--expect-head", head).returncode == 0


def test_a_trail_that_lost_its_end_does_not_hold_the_head(tmp_path: Path) -> None:
    segment = entered(tmp_path, 3)
    head = audit(tmp_path, "verify").stdout.split("head: ")[1].strip()
    segment.write_bytes(b"".join(segment.read_bytes().splitlines(keepends=True)[:2]))
    assert audit(tmp_path, "verify").returncode == 0
    cut = audit(tmp_path, "verify", "--expect-head", head)
    assert cut.returncode == 1
    assert "expected head" in cut.stderr


def test_a_changed_line_is_named(tmp_path: Path) -> None:
    segment = entered(tmp_path, 3)
    segment.write_text(segment.read_text().replace("feedscript.test.1", "feedscript.test.9"))
    broken = audit(tmp_path, "verify")
    assert broken.returncode == 1
    assert segment.relative_to(tmp_path / "activities").as_posix() in broken.stderr
    assert len(broken.stderr.splitlines()) == 1


def test_entries_are_listed_newest_first(tmp_path: Path) -> None:
    entered(tmp_path, 7)
    listed = [json.loads(line) for line in audit(tmp_path, "list", "--limit", "3").stdout.splitlines()]
    assert [entry["id"] for entry in listed] == ["6", "5", "4"]
    some = audit(tmp_path, "list", "--type", "feedscript.test.1").stdout.splitlines()
    assert [json.loads(line)["id"] for line in some] == ["5", "3", "1"]
    assert audit(tmp_path, "list", "--until", "2026-01-01").stdout == ""


def test_finished_days_get_signed_digests(tmp_path: Path) -> None:
    clock = FrozenClock()
    log = FileActivityLog(tmp_path / "activities", Disk(), now=clock.now, key=b"a-key")
    log.append([Activity(id="1", at=clock.now(), type="feedscript.test.day")])
    log.finish_days()
    assert "digests: 0 signed" in audit(tmp_path, "verify").stdout
    clock.tick(timedelta(days=1))
    log.append([Activity(id="2", at=clock.now(), type="feedscript.test.day")])
    log.finish_days()
    assert "digests: 1 signed by a known key, 0 not" in audit(tmp_path, "verify").stdout
