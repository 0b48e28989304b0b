"""What an `ActivityLog` must do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from feedscript.domain import Activity
from feedscript.ports import ActivityFilter, ActivityLog
from feedscript.ports.errors import BadCursor
from feedscript.testing.contracts.contract import needs
from feedscript.testing.contracts.faults import Fault, as_its_port_says, each_fault
from feedscript.testing.contracts.racing import at_once, returned
from feedscript.testing.contracts.storage import StorageContract
from feedscript.testing.fakes import FrozenClock
from feedscript.testing.promises import promise
from feedscript.testing.rig import Storage
from feedscript.testing.stories import notes, paged


class ActivityLogContract(StorageContract):
    """What an `ActivityLog` does."""

    @promise(ActivityLog, "entries keep their order")
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

    @promise(ActivityLog, "come back as they were")
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
                "actor": "not its actor",
                "event": {"event": "not its event"},
                "=event": "and neither is this",
            },
        )
        log.append([entry])
        assert list(log.of_job("job 1", since=clock.now())) == [entry]

    @promise(ActivityLog.of_job, "The job's entries")
    def test_entries_of_other_jobs_are_left_out(self, log: ActivityLog, clock: FrozenClock) -> None:
        log.append([replace(notes(clock, 1)[0], job_id="job 2", data={"about": "job 1"})])
        assert list(log.of_job("job 1", since=clock.now())) == []

    @promise(ActivityLog.page, "shows every matching entry once, and comes to an end")
    def test_pages_show_every_entry_once_newest_first(
        self, log: ActivityLog, make_storage: Callable[[], Storage], clock: FrozenClock
    ) -> None:
        entries = _over_three_days(log, clock, a_day=5)
        for one in (log, make_storage()[1]):
            for limit in (1, 2, 4, 5, 14, 15, 100):
                assert list(paged(one, ActivityFilter(), limit)) == list(reversed(entries))

    @promise(ActivityLog.page, "what is new meanwhile shifts nothing")
    def test_new_entries_do_not_shift_the_pages(self, log: ActivityLog, clock: FrozenClock) -> None:
        entries = notes(clock, 4)
        log.append(entries)
        first = log.page(ActivityFilter(), limit=2)
        log.append(notes(clock, 3, first=4))
        second = log.page(ActivityFilter(), limit=2, cursor=first.cursor)
        assert [*first.activities, *second.activities] == list(reversed(entries))

    @promise(ActivityLog.page, "Up to `limit` matching entries after the cursor, newest first")
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

    @promise(ActivityLog.page, "raises `BadCursor`")
    @pytest.mark.parametrize("cursor", ["", "nonsense", "../..", "\0", "-1", "9" * 500, "2026-01-01/-1", "²"])
    def test_a_made_up_cursor_is_refused(self, log: ActivityLog, cursor: str) -> None:
        with pytest.raises(BadCursor):
            log.page(ActivityFilter(), limit=5, cursor=cursor)

    @promise(ActivityLog.page, "Up to `limit` matching entries after the cursor")
    def test_an_empty_log(self, log: ActivityLog) -> None:
        page = log.page(ActivityFilter(), limit=5)
        assert (page.activities, page.cursor) == ((), None)

    @promise(ActivityLog.of_job, "from the first at or after `since` on")
    def test_the_entries_of_a_job_begin_where_they_are_asked_for(
        self, log: ActivityLog, clock: FrozenClock
    ) -> None:
        entries = [replace(entry, job_id="job 1") for entry in notes(clock, 6)]
        log.append(entries)
        for place, entry in enumerate(entries):
            just_after = entry.at + timedelta(microseconds=1)
            assert list(log.of_job("job 1", since=entry.at)) == entries[place:]
            assert list(log.of_job("job 1", since=just_after)) == entries[place + 1 :]

    @promise(ActivityLog.of_job, "What was appended later counts as later, also where a clock was set back")
    def test_what_was_entered_after_the_clock_was_set_back_is_not_left_out(
        self, log: ActivityLog, clock: FrozenClock
    ) -> None:
        entries = [replace(entry, job_id="job 1") for entry in notes(clock, 2)]
        log.append(entries)
        clock.tick(-timedelta(hours=1))
        later = replace(notes(clock, 1, first=7)[0], job_id="job 1")
        log.append([later])
        assert list(log.of_job("job 1", since=entries[1].at)) == [entries[1], later]

    @promise(ActivityLog, "entries keep their order")
    def test_a_clock_set_back_by_days_changes_no_order(
        self, log: ActivityLog, make_storage: Callable[[], Storage], clock: FrozenClock
    ) -> None:
        since = clock.now() - timedelta(days=5)
        entries = [replace(entry, job_id="job 1") for entry in notes(clock, 2)]
        log.append(entries)
        clock.tick(-timedelta(days=2))
        elsewhere = make_storage()[1]
        for one, first in ((log, 2), (elsewhere, 4)):
            later = [replace(entry, job_id="job 1") for entry in notes(clock, 2, first=first)]
            one.append(later)
            entries += later
        for one in (log, elsewhere):
            assert list(one.of_job("job 1", since=since)) == entries
            for narrowing in (
                ActivityFilter(),
                ActivityFilter(since=since),
                ActivityFilter(since=entries[2].at),
            ):
                assert list(one.page(narrowing, limit=7).activities) == entries[::-1]

    @promise(ActivityLog, "entries keep their order, and come back as they were")
    def test_many_long_entries_are_all_kept(self, log: ActivityLog, clock: FrozenClock) -> None:
        # Whatever an adapter reads at once, some entry lies across its edge.
        entries = [
            replace(entry, job_id="job 1", data={"n": n, "long": "x" * (7_000 + n)})
            for n, entry in enumerate(notes(clock, 510))
        ]
        for place in range(0, len(entries), 51):
            log.append(entries[place : place + 51], durable=False)
        assert [entry.id for entry in log.of_job("job 1", since=entries[0].at)] == [e.id for e in entries]
        for limit in (90, 450):
            assert list(paged(log, ActivityFilter(), limit)) == entries[::-1]

    @promise(ActivityLog.append, "Add entries at the end, all of them, whoever else appends")
    def test_appends_that_meet_are_all_kept_in_their_order(
        self, log: ActivityLog, make_storage: Callable[[], Storage], clock: FrozenClock
    ) -> None:
        def appending(log: ActivityLog, job_id: str) -> Callable[[], None]:
            def append_all() -> None:
                for entry in written:
                    log.append([replace(entry, id=f"{job_id} {entry.id}", job_id=job_id)], durable=False)

            return append_all

        since, written = clock.now(), notes(clock, 20)
        logs = (log, make_storage()[1])
        names = [f"job {n}" for n in range(8)]
        returned(at_once(*(appending(logs[n % 2], name) for n, name in enumerate(names))))
        for one in logs:
            for name in names:
                kept = [entry.id for entry in one.of_job(name, since=since)]
                assert kept == [f"{name} {entry.id}" for entry in written]

    @promise(ActivityLog.append, "with `durable` they are on disk on return")
    @needs("can_lose_power")
    def test_what_was_appended_durably_outlives_a_power_cut(
        self, folder: Path, make_storage: Callable[[], Storage], clock: FrozenClock
    ) -> None:
        log, entries = make_storage()[1], notes(clock, 3)
        for entry in entries:
            log.append([entry])
            after = self.open_storage(self.lose_power(folder), clock)
            kept = list(paged(after[1], ActivityFilter(), 10))
            self.close_storage(after)
            assert [each.id for each in entries[: entries.index(entry) + 1][::-1]] == [
                each.id for each in kept
            ]

    @promise(ActivityLog.append, "Add entries at the end, all of them")
    @needs("can_lose_power")
    @pytest.mark.parametrize("times", range(10))
    def test_a_log_goes_on_after_a_power_cut(
        self, folder: Path, make_storage: Callable[[], Storage], clock: FrozenClock, times: int
    ) -> None:
        log, entries = make_storage()[1], notes(clock, 6 + times)
        log.append(entries[:2])
        for entry in entries[2:]:
            log.append([replace(entry, data={"long": "x" * 200})], durable=False)
        for cut in range(2):
            folder = self.lose_power(folder)
            (later,) = notes(clock, 1, first=100 + cut)
            after = self.open_storage(folder, clock)
            after[1].append([later])
            kept = [entry.id for entry in after[1].of_job("job 1", since=entries[0].at)]
            shown = [entry.id for entry in paged(after[1], ActivityFilter(), 10)]
            self.close_storage(after)
            assert {entry.id for entry in [*entries[:2], later]} <= {*shown}
            assert {*kept} <= {*shown}

    @promise(ActivityLog.append, "with `durable` they are on disk on return")
    @needs("faults")
    def test_no_fault_takes_an_acknowledged_entry_back(self, folder: Path, clock: FrozenClock) -> None:
        def run(fault: Fault) -> None:
            made.append(job_id := f"job {len(made)}")
            entries = [replace(e, id=f"{job_id}/{n}", job_id=job_id) for n, e in enumerate(notes(clock, 5))]
            known = 0
            with as_its_port_says(fault):
                storage = self.open_failing(folder, clock, fault)
                try:
                    for end in (1, 3):
                        storage[1].append(entries[known:end])
                        known = end
                finally:
                    self.close_storage(storage)
            after = self.open_storage(folder, clock)
            kept = list(after[1].of_job(job_id, since=entries[0].at))
            assert kept == entries[: max(known, len(kept))]
            after[1].append(entries[4:])
            assert list(after[1].of_job(job_id, since=entries[0].at)) == [*kept, entries[4]]
            self.close_storage(after)

        made: list[str] = []
        each_fault(self.faults, run, step=self.fault_step, mended=self.mended)
        if self.can_be_verified:
            assert self.faults_found(folder) is None

    @promise(ActivityLog.finish_days, "Seal the days that are over")
    @needs("can_be_verified")
    def test_whatever_is_done_to_a_sealed_trail_is_found(
        self, folder: Path, make_storage: Callable[[], Storage], clock: FrozenClock
    ) -> None:
        for _ in range(3):
            log = make_storage()[1]
            log.append(notes(clock, 3))
            clock.tick(timedelta(days=1))
            log.finish_days()
        assert self.faults_found(folder) is None
        tamperings = self.tamperings(folder)
        assert tamperings
        for name, (tamper, undo) in tamperings.items():
            tamper()
            assert self.faults_found(folder) is not None, f"not found: {name}"
            undo()
        assert self.faults_found(folder) is None


def _over_three_days(log: ActivityLog, clock: FrozenClock, *, a_day: int) -> list[Activity]:
    entries: list[Activity] = []
    for _ in range(3):
        day = notes(clock, a_day, first=len(entries))
        log.append(day)
        entries += day
        clock.tick(timedelta(days=1))
    return entries
