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
