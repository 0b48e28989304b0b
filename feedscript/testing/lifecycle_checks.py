"""What the lifecycle machine looks at after every step, and what may be the case after a crash."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from feedscript.domain import Event, Job, JobState, Outcome, ValidationRevoked, evolve, fold
from feedscript.ports import JobFilter
from feedscript.service import Answer
from feedscript.testing.model import SOME_TEXT, ModelJob, Told
from feedscript.testing.rig import Rig, as_the_trail_tells

RECEIVED = "feedscript.callback.received"


class LifecycleChecks:
    """The service behind `rig` against `models`, a model per job."""

    rig: Rig
    models: dict[str, ModelJob]
    before: dict[str, ModelJob]
    """The models as they were before the last step."""
    past: dict[str, list[Any]]
    """Each job's history as it was read last."""
    crashed: set[str]
    """The jobs that a crash, or a failed call, may have left half done: what they are to tell may come later."""
    died: bool
    disturbed: bool
    """Whether something went wrong in the last step, a death or not."""

    def check(self) -> None:
        """Everything that always holds."""
        for job_id, model in self.models.items():
            job = self.rig.service.job(job_id)
            expected, found = seen_of(model), seen(job, model)
            assert found == expected, f"job {job_id} differs from the model: {_difference(expected, found)}"
            self._check_trail(job, model)
            self._check_told(job_id, model)
        self._check_backlog()
        listed = self.rig.service.page(JobFilter(), limit=len(self.models) + 1)
        assert [job.id for job in listed.jobs] == sorted(self.models, reverse=True)

    def _check_trail(self, job: Job, model: ModelJob) -> None:
        """Each version is on the trail once, in order, never rewritten; folded, the trail is the job."""
        trail = list(self.rig.service.activities(job.id))
        entries = [entry for entry in trail if entry.event is not None]
        assert [entry.id for entry in entries] == [f"{job.id}/{n}" for n in range(1, job.version + 1)]
        history = [entry.event for entry in entries if entry.event is not None]
        known = self.past.get(job.id, [])
        assert history[: len(known)] == known, "the trail was rewritten"
        assert fold(history) == as_the_trail_tells(job)
        assert "key=1" not in repr(history), "what a callback address hides is on the trail"
        self.past[job.id] = history
        applied = [entry.data["applied"] for entry in trail if entry.type == RECEIVED]
        if job.id in self.crashed:
            model.callbacks = applied
        assert applied == model.callbacks, "the trail tells of every callback, and whether it was applied"
        _check_path(history)

    def _check_told(self, job_id: str, model: ModelJob) -> None:
        """The caller is told each outcome, once, when it is final."""
        told = self._told(job_id)
        if job_id not in self.crashed:
            assert told == model.told, f"told {told}, not {model.told}"
        else:
            assert [each for each in told if each not in model.told] == []
            assert len({*told}) == len(told), f"told twice: {told}"

    def _told(self, job_id: str) -> list[Told]:
        return [
            Told(each.url, each.body["attempt"], each.body["status"], each.body["reason"])
            for each in self.rig.notifier.notifications
            if each.job_id == job_id
        ]

    def _check_backlog(self) -> None:
        """Every script that is to begin or to end is in the backlog, and with the executor."""
        backlog = {(run.job_id, run.attempt): run for run in self.rig.service.backlog()}
        at_hand = {*self.rig.executor.queued, *self.rig.executor.running}
        expected = set()
        for job_id, model in self.models.items():
            for number, attempt in enumerate(model.attempts, start=1):
                waits = attempt.outcome is None and attempt.exited_at is None
                if waits or (attempt.started and attempt.exited_at is None):
                    expected.add((job_id, number))
                    run = backlog.get((job_id, number))
                    assert run is not None, f"attempt {number} of job {job_id} is in no backlog"
                    cancelled = attempt.reason is not None and attempt.reason.value == "cancelled"
                    assert (run.wanted, run.started) == (not cancelled, attempt.started)
                    assert run.request == attempt.request
                    if waits and job_id not in self.crashed:
                        assert (job_id, number) in at_hand, "nobody has its script"
        assert {*backlog} == expected

    def comes_to_rest(self) -> None:
        """Once all scripts are over and time has passed: everything was told, and nothing is looked after any more."""
        self.rig.restart()
        for _ in range(40):
            for job_id, number in list(self.rig.executor.running):
                self.rig.executor.end(job_id, number, exit_code=0, result={})
                self.models[job_id].exited(number, 0, None, self.rig.clock.now(), result={})
            for job_id, number in list(self.rig.executor.queued):
                if self.rig.executor.begin(job_id, number):
                    self.models[job_id].started(number)
            now = self.rig.clock.tick(timedelta(hours=1))
            self.rig.executor.let_time_pass()
            for model in self.models.values():
                model.tick(now)
            if all(model.settled for model in self.models.values()):
                break
        self.rig.clock.tick(timedelta(hours=1))
        self.rig.executor.let_time_pass()
        self.check()
        for job_id, model in self.models.items():
            assert model.told[-1:] == self._told(job_id)[-1:], f"job {job_id}: its outcome was never told"
        if hasattr(self.rig, "repository"):
            assert list(self.rig.repository.open_jobs()) == [], "a job that is over is looked after for ever"

    # What a crash may have done

    def _reconcile(self) -> None:
        """After a crash each job is as it was before, as it would be without it, or just before what is to follow.

        A failure that the service makes good later leaves what is to follow for later, too.
        """
        candidates: tuple[dict[str, ModelJob], ...] = ()
        halfway = {job_id: model.halfway for job_id, model in self.models.items() if model.halfway}
        if self.died:
            candidates = (halfway, self.before)
        elif self.disturbed:
            candidates = (halfway,)
        self.died = self.disturbed = False
        for job_id, model in list(self.models.items()):
            possible = (each[job_id] for each in candidates if job_id in each)
            if seen(self.rig.service.job(job_id), model) != seen_of(model):
                found = (
                    each for each in possible if seen(self.rig.service.job(job_id), each) == seen_of(each)
                )
                self.models[job_id] = next(found, model)
            self.models[job_id].halfway = None

    def found_after_a_crash(self) -> str | None:
        """The job that the call before the crash has made, if it has."""
        listed = self.rig.service.page(JobFilter(), limit=len(self.models) + 2).jobs
        new = [job.id for job in listed if job.id not in self.models]
        assert len(new) <= 1, f"one call has made several jobs: {new}"
        self.crashed |= {*new}
        return new[0] if new else None

    # Small ones

    def answered(self, answer: Answer | None, expected: str) -> None:
        """Whether the answer is what the model says; there is none after a crash."""
        if answer is not None:
            code = answer.refusal.code.value if answer.refusal else None
            assert code == (None if expected in ("accepted", "retry") else expected)

    @staticmethod
    def raises(error: type[Exception], call: Callable[[], object]) -> None:
        """The call has to fail so."""
        try:
            call()
        except error:
            return
        raise AssertionError(f"{error.__name__} was not raised")

    @contextmanager
    def not_disturbed(self) -> Iterator[None]:
        """Nothing goes wrong meanwhile."""
        self.rig.trouble.disarm()
        yield


def seen(job: Job, model: ModelJob) -> dict[str, Any]:
    """The job in the words in which it is compared; a message that nobody promised is not."""
    return {
        "state": job.state.value,
        "retry_count": job.retry_count,
        "next_retry_at": job.next_retry_at,
        "follows": job.following is not None,
        "settled": job.settled,
        "attempts": [
            {
                "phase": found.phase,
                "request": found.request,
                "accepted_at": found.accepted_at,
                "retry": found.retry,
                "automatic": found.automatic,
                "warnings": found.warnings,
                "outcome": found.outcome,
                "reason": found.reason,
                "error": SOME_TEXT if found.error and wanted.error == SOME_TEXT else found.error,
                "result": found.result,
                "ended_at": found.ended_at,
                "started": found.started_at is not None,
                "exited_at": found.exited_at,
                "exit_code": found.exit_code,
                "warned": found.warning is not None,
            }
            for found, wanted in zip(job.attempts, model.attempts, strict=False)
        ],
        "number of attempts": len(job.attempts),
    }


def seen_of(model: ModelJob) -> dict[str, Any]:
    """The same of a model."""
    return {
        "state": model.state,
        "retry_count": model.retry_count,
        "next_retry_at": model.next_retry_at,
        "follows": model.follows,
        "settled": model.settled,
        "attempts": [vars(attempt).copy() for attempt in model.attempts],
        "number of attempts": len(model.attempts),
    }


def _difference(expected: dict[str, Any], found: dict[str, Any]) -> str:
    told = [
        f"{name} is {found[name]!r}, not {expected[name]!r}"
        for name in expected
        if name != "attempts" and expected[name] != found[name]
    ]
    pairs = zip(expected["attempts"], found["attempts"], strict=False)
    for number, (wanted, has) in enumerate(pairs, start=1):
        told += [
            f"attempt {number}: {name} is {has[name]!r}, not {wanted[name]!r}"
            for name in wanted
            if wanted[name] != has[name]
        ]
    return "; ".join(told)


def _check_path(history: list[Event]) -> None:
    """An attempt's outcome, once there, stays, but for a validation that is revoked."""
    outcomes: dict[int, Outcome] = {}
    job: Job | None = None
    for event in history:
        job = evolve(job, event)
        assert job.state in JobState
        for attempt in job.attempts:
            kept = outcomes.get(attempt.number)
            revoked = isinstance(event, ValidationRevoked) and attempt is job.latest
            assert kept is None or attempt.outcome is kept or revoked, "an outcome was changed"
            if attempt.outcome is not None:
                outcomes[attempt.number] = attempt.outcome
