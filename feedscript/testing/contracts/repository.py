"""What a `JobRepository` must do."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings

from feedscript.domain import (
    Event,
    FeedRequest,
    FeedscriptError,
    GenerationFailed,
    GenerationStarted,
    Job,
    JobState,
    Phase,
    Reach,
    Reason,
    Stage,
    evolve,
    fold,
    record_of,
)
from feedscript.ports import JobFilter, JobRepository
from feedscript.ports.errors import BadCursor, VersionConflict
from feedscript.testing.contracts.repository_faults import JobRepositoryFaults
from feedscript.testing.contracts.repository_races import JobRepositoryRaces
from feedscript.testing.fakes import FrozenClock, SequentialIds
from feedscript.testing.promises import promise
from feedscript.testing.rig import Storage, as_the_trail_tells
from feedscript.testing.stories import commit, commit_all, history_of, many_jobs, paged_jobs
from feedscript.testing.strategies import histories

ODD_TEXTS = ("", "../../etc/passwd", "a/b", "\0", "\ud800", "ä" * 5_000, "1\n2", "..", "con")


class JobRepositoryContract(JobRepositoryRaces, JobRepositoryFaults):
    """What a `JobRepository` does, and what its commits leave in the `ActivityLog`."""

    @promise(JobRepository.get, "or None")
    def test_an_unknown_job_is_none(self, repository: JobRepository, ids: SequentialIds) -> None:
        assert repository.get(ids.new_id()) is None

    @promise(JobRepository.get, "or None")
    @pytest.mark.parametrize("job_id", ODD_TEXTS)
    def test_a_text_that_is_no_id_is_no_job(self, repository: JobRepository, job_id: str) -> None:
        assert repository.get(job_id) is None

    @promise(JobRepository.commit, "Store the job's next version and the activities that tell of it")
    def test_whatever_was_committed_is_read_back(
        self, make_storage: Callable[[], Storage], ids: SequentialIds
    ) -> None:
        @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(history=histories())
        def check(history: tuple[Event, ...]) -> None:
            repository, log = make_storage()
            job_id = ids.new_id()
            job = commit_all(repository, [replace(event, job_id=job_id) for event in history])
            assert repository.get(job.id) == job
            elsewhere, log_elsewhere = make_storage()
            assert elsewhere.get(job.id) == job
            trail = list(log_elsewhere.of_job(job.id, since=job.created_at))
            assert trail == list(log.of_job(job.id, since=job.created_at))
            assert [entry.id for entry in trail] == [f"{job.id}/{n}" for n in range(1, job.version + 1)]
            assert fold(entry.event for entry in trail if entry.event) == as_the_trail_tells(job)

        check()

    @promise(JobRepository.commit, "Raises `VersionConflict` unless the stored version is the one before")
    def test_a_stale_commit_conflicts_and_changes_nothing(
        self, storage: Storage, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        repository, log = storage
        job = commit_all(repository, history_of(ids.new_id(), clock, length=3))
        for version in (0, 1, 2, 3, 5, 9):
            with pytest.raises(VersionConflict) as caught:
                commit(repository, replace(job, version=version))
            assert (caught.value.expected, caught.value.found) == (version - 1, 3)
        assert repository.get(job.id) == job
        assert len(list(log.of_job(job.id, since=job.created_at))) == 3

    @promise(
        JobRepository.commit, "Where activities tell of several events, the job is the one after the last"
    )
    def test_several_changes_are_committed_together(
        self, storage: Storage, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        repository, log = storage
        history = history_of(ids.new_id(), clock, length=5)
        entries, job = [], commit_all(repository, history[:1])
        for event in history[1:4]:
            job = evolve(job, event)
            entries.append(record_of(event, job.version, stage=job.stage.value))
        repository.commit(job, entries)
        assert repository.get(job.id) == job
        told = [entry.event for entry in log.of_job(job.id, since=job.created_at) if entry.event]
        assert fold(told) == as_the_trail_tells(job)
        for stale in (entries, entries[1:], entries[:2]):
            with pytest.raises(VersionConflict) as caught:
                repository.commit(job, stale)
            assert (caught.value.expected, caught.value.found) == (4 - len(stale), 4)
        assert commit_all(repository, history[4:], job) == repository.get(job.id)

    @promise(JobRepository.commit, "Raises `VersionConflict` unless the stored version is the one before")
    def test_a_later_version_of_no_job_conflicts(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        job = fold(history_of(ids.new_id(), clock, length=2))
        assert job is not None
        with pytest.raises(VersionConflict):
            commit(repository, job)
        assert repository.get(job.id) is None
        assert job.id not in set(repository.open_jobs())

    @promise(JobRepository.claim, "answers whose it is: that id, or the earlier one")
    def test_the_first_claim_has_the_reference(
        self, make_storage: Callable[[], Storage], ids: SequentialIds
    ) -> None:
        first, second, third = ids.new_id(), ids.new_id(), ids.new_id()
        repository, _ = make_storage()
        assert repository.claim("m1", "7", first) == first
        assert repository.claim("m1", "7", second) == first
        assert repository.claim("m2", "7", third) == third
        assert make_storage()[0].claim("m1", "7", second) == first

    @promise(JobRepository.claim, "Reserve the merchant's reference for `job_id`")
    def test_a_claim_takes_any_text(self, repository: JobRepository, ids: SequentialIds) -> None:
        claimed = {(merchant, reference): ids.new_id() for merchant in ODD_TEXTS for reference in ODD_TEXTS}
        for (merchant, reference), job_id in claimed.items():
            assert repository.claim(merchant, reference, job_id) == job_id
        for (merchant, reference), job_id in claimed.items():
            assert repository.claim(merchant, reference, ids.new_id()) == job_id

    @promise(JobRepository.settle, "Take the job off the list of open ones")
    def test_jobs_are_open_until_they_are_settled(
        self, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        repository, _ = make_storage()
        job = commit_all(repository, history_of(ids.new_id(), clock, length=1))
        repository.settle(job.id)
        assert list(repository.open_jobs()) == [job.id], "a job with an open attempt cannot be settled"
        job = commit_all(repository, history_of(job.id, clock, length=3)[1:], job)
        assert list(repository.open_jobs()) == [job.id]
        repository.settle(job.id)
        repository.settle(job.id)
        assert list(repository.open_jobs()) == []
        assert list(make_storage()[0].open_jobs()) == []

    @promise(JobRepository.commit_last, "answers whether the job is settled with it")
    def test_the_last_version_settles_the_job_or_leaves_that_to_a_call(
        self, storage: Storage, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        repository, log = storage
        history = history_of(ids.new_id(), clock, length=3)
        job = commit_all(repository, history[:2])
        last = evolve(job, history[2])
        settled = repository.commit_last(last, [record_of(history[2], last.version, stage=last.stage.value)])
        assert list(repository.open_jobs()) == ([] if settled else [job.id])
        repository.settle(job.id)
        assert (repository.get(job.id), list(repository.open_jobs())) == (last, [])
        assert len(list(log.of_job(job.id, since=job.created_at))) == 3
        with pytest.raises(VersionConflict):
            repository.commit_last(last, [record_of(history[2], last.version, stage=last.stage.value)])

    @promise(JobRepository.commit_last, "of a version from which nothing follows")
    def test_a_version_with_an_open_attempt_is_not_settled_by_being_the_last(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        (event,) = history_of(ids.new_id(), clock, length=1)
        job = evolve(None, event)
        assert not repository.commit_last(job, [record_of(event, job.version, stage=job.stage.value)])
        assert list(repository.open_jobs()) == [job.id]

    @promise(JobRepository.several, "The jobs of these ids, oldest first; unknown ones are left out")
    def test_several_jobs_are_read_at_once(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        jobs = many_jobs(repository, ids, clock, 5)
        asked = [job.id for job in jobs[1:4]]
        unread: list[FeedscriptError] = []
        assert list(repository.several([*asked, ids.new_id()], unread=unread.append)) == jobs[1:4]
        assert list(repository.several([], unread=unread.append)) == []
        assert unread == []

    @promise(JobRepository.open_jobs, "Whatever is committed is open again")
    def test_whatever_is_committed_is_open_again(
        self, make_storage: Callable[[], Storage], ids: SequentialIds, clock: FrozenClock
    ) -> None:
        # Even a change that leaves the job settled: a crash may come before what follows from it is done.
        repository, _ = make_storage()
        history = history_of(ids.new_id(), clock, length=5)
        job: Job | None = None
        for event in history:
            job = commit_all(repository, [event], job)
            assert list(make_storage()[0].open_jobs()) == [job.id]
            repository.settle(job.id)

    @promise(JobRepository.open_jobs, "oldest first; those in `left_out` are not looked at")
    def test_open_jobs_come_oldest_first(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        made = [ids.new_id() for _ in range(3)]
        for job_id in (made[1], made[2], made[0]):
            commit_all(repository, history_of(job_id, clock, length=1))
        assert list(repository.open_jobs()) == made
        assert list(repository.open_jobs(left_out={made[1]})) == [made[0], made[2]]

    @promise(JobRepository.settle, "nothing more happens to it by itself")
    def test_settling_no_job_does_nothing(self, repository: JobRepository, ids: SequentialIds) -> None:
        repository.settle(ids.new_id())

    @promise(JobRepository.page, "shows every matching job once, and comes to an end")
    def test_pages_show_every_job_once_newest_first(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        made = many_jobs(repository, ids, clock, 11)
        assert repository.page(JobFilter(), limit=11).cursor is None
        for limit in (1, 2, 3, 5, 10, 11, 100):
            shown = [job.id for job in paged_jobs(repository, JobFilter(), limit)]
            assert shown == [job.id for job in reversed(made)]

    @promise(JobRepository.page, "what is new meanwhile shifts nothing")
    def test_a_new_job_does_not_shift_the_pages(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        made = many_jobs(repository, ids, clock, 4)
        first = repository.page(JobFilter(), limit=2)
        many_jobs(repository, ids, clock, 1)
        second = repository.page(JobFilter(), limit=2, cursor=first.cursor)
        assert [*first.jobs, *second.jobs] == list(reversed(made))
        assert second.cursor is None

    @promise(JobRepository.page, "Up to `limit` matching jobs after the cursor")
    def test_an_empty_listing(self, repository: JobRepository) -> None:
        page = repository.page(JobFilter(), limit=5)
        assert (page.jobs, page.cursor) == ((), None)

    @promise(JobRepository.page, "raises `BadCursor`")
    @pytest.mark.parametrize("cursor", ["", "nonsense", "../..", "\0", "ä", "9" * 500])
    def test_a_made_up_cursor_is_refused(self, repository: JobRepository, cursor: str) -> None:
        with pytest.raises(BadCursor):
            repository.page(JobFilter(), limit=5, cursor=cursor)

    @promise(JobRepository.page, "Up to `limit` matching jobs after the cursor, newest first")
    def test_filters_narrow_a_listing(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        made = many_jobs(repository, ids, clock, 12)
        middle = made[5].created_at
        wanted: list[tuple[JobFilter, Callable[[Job], bool]]] = [
            (
                JobFilter(statuses=frozenset({JobState.GENERATED})),
                lambda job: job.state is JobState.GENERATED,
            ),
            (
                JobFilter(statuses=frozenset({JobState.GENERATED, JobState.VALIDATION_FAILED})),
                lambda job: job.state in (JobState.GENERATED, JobState.VALIDATION_FAILED),
            ),
            *((JobFilter(stage=stage), lambda job, stage=stage: job.stage is stage) for stage in Stage),
            (JobFilter(reason=Reason.CANCELLED), lambda job: job.latest.reason is Reason.CANCELLED),
            (
                JobFilter(stage=Stage.SETTLED, partner_id="p1", phase=Phase.VALIDATION),
                lambda job: (
                    job.stage is Stage.SETTLED
                    and job.latest.request.partner_id == "p1"
                    and job.latest.phase is Phase.VALIDATION
                ),
            ),
            (
                JobFilter(reference="9", affiliate_merchant_id="m1", stage=Stage.SETTLED),
                lambda job: job.reference == "9" and job.stage is Stage.SETTLED,
            ),
            (JobFilter(affiliate_merchant_id="m1"), lambda job: job.affiliate_merchant_id == "m1"),
            (JobFilter(partner_id="p2"), lambda job: job.latest.request.partner_id == "p2"),
            (JobFilter(reference="5"), lambda job: job.reference == "5"),
            (JobFilter(phase=Phase.VALIDATION), lambda job: job.latest.phase is Phase.VALIDATION),
            (JobFilter(created_after=middle), lambda job: job.created_at > middle),
            (JobFilter(created_before=middle), lambda job: job.created_at < middle),
            (
                JobFilter(affiliate_merchant_id="m1", created_after=middle, partner_id="p1"),
                lambda job: (
                    job.affiliate_merchant_id == "m1"
                    and job.created_at > middle
                    and job.latest.request.partner_id == "p1"
                ),
            ),
            (JobFilter(reference="no such one"), lambda _: False),
        ]
        for narrowing, fits in wanted:
            expected = [job.id for job in reversed(made) if fits(job)]
            assert [job.id for job in paged_jobs(repository, narrowing, 2)] == expected, narrowing

    @promise(JobRepository.page, "Up to `limit` matching jobs after the cursor, newest first")
    def test_who_reaches_some_is_shown_those_alone(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        made = many_jobs(repository, ids, clock, 12)
        names = (None, frozenset[str](), frozenset({"m1"}), frozenset({"m0", "m1"}), frozenset({"x", "'"}))
        partners = (None, frozenset({"p1"}), frozenset({"p0", "p2"}))
        for merchants, some in product(names, partners):
            reach = Reach(merchants, some)
            expected = [job.id for job in reversed(made) if reach.covers(job)]
            assert [job.id for job in paged_jobs(repository, JobFilter(reach=reach), 2)] == expected, reach

    @promise(JobRepository.page, "Up to `limit` matching jobs after the cursor")
    def test_a_job_is_shown_to_whom_all_of_it_is_within_reach(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        first, second = (asked_by(partner) for partner in ("p1", "p2"))
        commit_all(repository, asked_again(ids.new_id(), first, second, clock))
        for partners, seen in (({"p1"}, 0), ({"p2"}, 0), ({"p1", "p2"}, 1)):
            wanted = JobFilter(reach=Reach(partners=frozenset(partners)))
            assert len(repository.page(wanted, limit=5).jobs) == seen, partners

    @promise(JobRepository.page, "Up to `limit` matching jobs after the cursor")
    def test_a_page_is_filled_from_behind_all_that_only_seem_to_match(
        self, repository: JobRepository, ids: SequentialIds, clock: FrozenClock
    ) -> None:
        first, second = (asked_by(partner) for partner in ("p1", "p2"))
        oldest = ids.new_id()
        commit_all(repository, [GenerationStarted(job_id=oldest, attempt=1, at=clock.now(), request=second)])
        for _ in range(5):
            # Each is the second partner's by its newest attempt.
            commit_all(repository, asked_again(ids.new_id(), first, second, clock))
        wanted = JobFilter(reach=Reach(partners=frozenset({"p2"})))
        assert [job.id for job in repository.page(wanted, limit=1).jobs] == [oldest]


def asked_again(job_id: str, first: FeedRequest, second: FeedRequest, clock: FrozenClock) -> list[Event]:
    """A generation that was lost, and is asked for anew by another request."""
    lost = GenerationFailed(
        job_id=job_id, attempt=1, at=clock.now(), reason=Reason.LOST, error="", exited=True
    )
    return [
        GenerationStarted(job_id=job_id, attempt=1, at=clock.now(), request=first),
        lost,
        GenerationStarted(job_id=job_id, attempt=2, at=clock.now(), request=second, retry=True),
    ]


def asked_by(partner: str) -> FeedRequest:
    """A request for that partner."""
    return FeedRequest(
        affiliate_merchant_id="m1", source="s3://in/a.csv", destination="s3://out/a.csv", partner_id=partner
    )
