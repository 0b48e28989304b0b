"""A page of the trail looks through so much of it and no more, and nothing is missed for that."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from feedscript.adapters.files import Disk, FileActivityLog
from feedscript.domain import Activity
from feedscript.ports import ActivityFilter, ActivityPage
from feedscript.testing.fakes import NOON

RARE = "feedscript.audit.repaired"


def pages(log: FileActivityLog, wanted: ActivityFilter, limit: int) -> Iterator[ActivityPage]:
    cursor: str | None = None
    while True:
        page = log.page(wanted, limit=limit, cursor=cursor)
        yield page
        cursor = page.cursor
        if cursor is None:
            return


@pytest.mark.parametrize("limit", [1, 2, 50])
@pytest.mark.parametrize("looked_through", [0, 1000, 10**9])
def test_what_is_rare_is_found_once_by_going_on(tmp_path: Path, limit: int, looked_through: int) -> None:
    log = FileActivityLog(tmp_path, Disk(), looked_through=looked_through)
    common = Activity(id="", at=NOON, type="feedscript.api.call")
    entries = [replace(common, id=f"e{n}", type=RARE if n in (3, 4, 17) else common.type) for n in range(40)]
    log.append(entries)
    found = list(pages(log, ActivityFilter(type=RARE), limit))
    assert [entry.id for page in found for entry in page.activities] == ["e17", "e4", "e3"]
    assert all(len(page.activities) <= limit for page in found)
    if looked_through == 1000:
        assert 5 <= len(found) <= 20, "a few entries a page"


def test_before_its_first_entry_nothing_is_looked_for_of_a_job(tmp_path: Path) -> None:
    log = FileActivityLog(tmp_path, Disk(), now=lambda: NOON, looked_through=1000)
    others = [Activity(id=f"e{n}", at=NOON, type="feedscript.api.call") for n in range(40)]
    own = [
        Activity(id=f"job/{version}", at=NOON, type="feedscript.job.script_started", job_id="job")
        for version in (1, 2)
    ]
    log.append([*others, *own])
    whole = log.page(ActivityFilter(job_id="job", since=NOON), limit=50)
    assert ([entry.id for entry in whole.activities], whole.cursor) == (["job/2", "job/1"], None)
    assert log.page(ActivityFilter(job_id="job"), limit=50).cursor is not None, (
        "of all times, all is looked for"
    )
