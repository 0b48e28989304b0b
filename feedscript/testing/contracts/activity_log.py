"""What an `ActivityLog` must do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from feedscript.domain import Activity
from feedscript.ports import ActivityFilter, ActivityLog
from feedscript.ports.errors import BadCursor
from feedscript.testing.contracts.storage import StorageContract
from feedscript.testing.fakes import FrozenClock
from feedscript.testing.rig import Storage
from feedscript.testing.stories import notes, paged


class ActivityLogContract(StorageContract):
    """What an `ActivityLog` does."""

    def test_entries_keep_their_order(
        self, log: ActivityLog, make_storage: Callable[[], Storage], clock: FrozenClock
    ) -> None:
        entries = notes(clock, 7)
        log.append(entries[:3])
        log.append([])
        log.append(entries[3:5], durable=False)
        log.append(entries[5:])
        for one in (log, make_storage()[1]):
            assert list(one.of_job("job 1", since=clock.now() - timedelta(days=1))) == [
                entry for entry in entries if entry.job_id == "job 1"
            ]

    def test_an_entry_comes_back_as_it_was(self, log: ActivityLog, clock: FrozenClock) -> None:
        entry = Activity(
            id="a/1",
            at=clock.now(),
            type="feedscript.api.call",
            job_id="job 1",
            actor='a "quoted" ä\n\ud800 name',
            data={
                "deep": {"list": [1, 2.5, None, True, "\0\u2028"]},
                "": "",
                "id": "not its id",
                "actor ": 1,
            },
        )
        log.append([entry])
        assert list(log.of_job("job 1", since=clock.now())) == [entry]

    def test_entries_of_other_jobs_are_left_out(self, log: ActivityLog, clock: FrozenClock) -> None:
        log.append([replace(notes(clock, 1)[0], job_id="job 2", data={"about": "job 1"})])
        assert list(log.of_job("job 1", since=clock.now())) == []

    def test_pages_show_every_entry_once_newest_first(
        self, log: ActivityLog, make_storage: Callable[[], Storage], clock: FrozenClock
    ) -> None:
        entries = _over_three_days(log, clock, a_day=5)
        for one in (log, make_storage()[1]):
            for limit in (1, 2, 4, 5, 14, 15, 100):
                assert list(paged(one, ActivityFilter(), limit)) == list(reversed(entries))

    def test_new_entries_do_not_shift_the_pages(self, log: ActivityLog, clock: FrozenClock) -> None:
        entries = notes(clock, 4)
        log.append(entries)
        first = log.page(ActivityFilter(), limit=2)
        log.append(notes(clock, 3, first=4))
        second = log.page(ActivityFilter(), limit=2, cursor=first.cursor)
        assert [*first.activities, *second.activities] == list(reversed(entries))

    def test_filters_narrow_the_pages(self, log: ActivityLog, clock: FrozenClock) -> None:
        entries = _over_three_days(log, clock, a_day=6)
        since, until = entries[4].at, entries[14].at
        wanted: list[tuple[ActivityFilter, Callable[[Activity], bool]]] = [
            (ActivityFilter(job_id="job 1"), lambda entry: entry.job_id == "job 1"),
            (ActivityFilter(type="feedscript.kind.2"), lambda entry: entry.type == "feedscript.kind.2"),
            (ActivityFilter(actor="key 1"), lambda entry: entry.actor == "key 1"),
            (ActivityFilter(since=since), lambda entry: entry.at >= since),
            (ActivityFilter(until=until), lambda entry: entry.at < until),
            (ActivityFilter(since=since, until=until), lambda entry: since <= entry.at < until),
            (
                ActivityFilter(job_id="job 0", actor="key 1", since=since),
                lambda entry: entry.job_id == "job 0" and entry.actor == "key 1" and entry.at >= since,
            ),
            (ActivityFilter(job_id="no such one"), lambda _: False),
        ]
        for narrowing, fits in wanted:
            expected = [entry for entry in reversed(entries) if fits(entry)]
            assert list(paged(log, narrowing, 2)) == expected, narrowing

    @pytest.mark.parametrize("cursor", ["", "nonsense", "../..", "\0", "-1", "9" * 500, "2026-01-01/-1", "²"])
    def test_a_made_up_cursor_is_refused(self, log: ActivityLog, cursor: str) -> None:
        with pytest.raises(BadCursor):
            log.page(ActivityFilter(), limit=5, cursor=cursor)

    def test_an_empty_log(self, log: ActivityLog) -> None:
        page = log.page(ActivityFilter(), limit=5)
        assert (page.activities, page.cursor) == ((), None)


def _over_three_days(log: ActivityLog, clock: FrozenClock, *, a_day: int) -> list[Activity]:
    entries: list[Activity] = []
    for _ in range(3):
        day = notes(clock, a_day, first=len(entries))
        log.append(day)
        entries += day
        clock.tick(timedelta(days=1))
    return entries
