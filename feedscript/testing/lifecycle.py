"""A state machine over JobService: any order of calls, scripts, callbacks, ticks and restarts, against a model.

Subclass `JobLifecycle`, give it `make_storage`, and have `lifecycle_test` make a test case of it:

>>> class MemoryLifecycle(JobLifecycle):
...     def make_storage(self, clock):
...         self.storage = getattr(self, "storage", None) or memory_storage()
...         return self.storage()
>>> TestMemoryLifecycle = lifecycle_test(MemoryLifecycle, examples=5)
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from feedscript.domain import (
    FeedRequest,
    Job,
    Outcome,
    Phase,
    Reason,
    ReportOutcome,
    RetryPolicy,
    SourceMissing,
    ValidationRevoked,
    evolve,
    fold,
)
from feedscript.ports import Clock, JobFilter
from feedscript.service import Answer, Callback
from feedscript.testing.fakes import FrozenClock
from feedscript.testing.model import ModelJob
from feedscript.testing.rig import GRACE, Rig, Storage, as_the_trail_tells, memory_storage

__all__ = ["JobLifecycle", "Storage", "lifecycle_test", "memory_storage"]

POLICY = RetryPolicy(max_retries=2, max_manual_retries=4, base=timedelta(seconds=5))
MERCHANTS = ("m1", "m2")
REFERENCES = (None, "1", "order 2", "../3")
FEED, REPORT = "s3://out/feed", "s3://out/report"
SOURCES = ("s3://in/a.csv", "s3://in/b.csv")
EXITS: tuple[tuple[int | None, Reason | None, bool], ...] = (
    (0, None, True),
    (0, None, False),
    (1, None, False),
    (65, None, False),
    (75, None, True),
    (78, None, False),
    (None, Reason.LOST, False),
    (-9, Reason.TIMEOUT, False),
    (None, Reason.SPAWN_ERROR, False),
)


class JobLifecycle(RuleBasedStateMachine):
    """The machine; `make_storage` is the one thing that a subclass must give."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FrozenClock()
        self.rig = Rig(self._storage, policy=POLICY, clock=self.clock)
        self.models: dict[str, ModelJob] = {}
        self.named: dict[tuple[str, str], str] = {}
        self.past: dict[str, list[Any]] = {}

    def make_storage(self, clock: Clock) -> Storage:
        """A fresh repository and log over the same ground each time; called once per (re)start."""
        raise NotImplementedError

    def _storage(self) -> Storage:
        return self.make_storage(self.clock)

    # What callers do

    @rule(
        phase=st.sampled_from(Phase),
        merchant=st.sampled_from(MERCHANTS),
        reference=st.sampled_from(REFERENCES),
        source=st.sampled_from(SOURCES),
    )
    def post(self, phase: Phase, merchant: str, reference: str | None, source: str) -> None:
        """Start a phase, retry it, or repeat the call."""
        request = FeedRequest(
            affiliate_merchant_id=merchant, source=source, destination=FEED, reference=reference
        )
        self._posted(phase, request, self.rig.service.start(phase, request, actor="a caller"))

    @rule(merchant=st.sampled_from(MERCHANTS), reference=st.sampled_from(REFERENCES))
    def validate_without_a_source(self, merchant: str, reference: str | None) -> None:
        """Start a validation of what was generated, or validated before."""
        request = FeedRequest(
            affiliate_merchant_id=merchant, source="", destination=REPORT, reference=reference
        )
        model = self.models.get(self.named.get((merchant, reference or ""), ""))
        try:
            answer = self.rig.service.start(Phase.VALIDATION, request, actor="a caller")
        except SourceMissing:
            assert model is None
            return
        assert model is not None
        source = FEED if model.has_feed else model.last_validated or ""
        self._posted(Phase.VALIDATION, replace(request, source=source), answer)

    def _posted(self, phase: Phase, request: FeedRequest, answer: Answer) -> None:
        merchant, reference = request.affiliate_merchant_id, request.reference
        job_id = answer.job.id
        if reference is None:
            assert job_id not in self.models, "a call without a job_id is a new job"
        else:
            assert self.named.setdefault((merchant, reference), job_id) == job_id
        model = self.models.setdefault(job_id, ModelJob(POLICY, GRACE))
        expected = model.post(phase, request)
        got = answer.refusal.code.value if answer.refusal else None
        assert got == (None if expected in ("accepted", "retry") else expected)

    @precondition(lambda self: self.models)
    @rule(
        data=st.data(),
        phase=st.sampled_from(Phase),
        outcome=st.sampled_from(Outcome),
        times=st.integers(1, 3),
        named=st.booleans(),
    )
    def call_back(self, data: st.DataObject, phase: Phase, outcome: Outcome, times: int, named: bool) -> None:  # noqa: FBT001 - a drawn value
        """Report an outcome, of any attempt or of none in particular, once or several times."""
        job_id = self._job(data)
        model = self.models[job_id]
        number = data.draw(st.integers(1, len(model.attempts))) if named else None
        token = self.rig.tokens.issue(job_id, number) if number else None
        report = ReportOutcome(phase=phase, outcome=outcome)
        callback = Callback(job_id=job_id, report=report, token=token)
        for _ in range(times):
            applied = self.rig.service.report(callback).refusal is None
            assert applied == model.report(phase, outcome, number, self.clock.now())

    @precondition(lambda self: self.models)
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Ask for a retry without saying of what."""
        job_id = self._job(data)
        refusal = self.rig.service.repeat(job_id, actor="a caller").refusal
        expected = self.models[job_id].repeat()
        assert (refusal.code.value if refusal else "retry") == expected

    @precondition(lambda self: self.models)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Cancel whatever is under way."""
        job_id = self._job(data)
        changed = self.rig.service.cancel(job_id, actor="a caller").refusal is None
        assert changed == self.models[job_id].cancel(self.clock.now())

    # What scripts do

    @precondition(lambda self: self.rig.executor.queued)
    @rule(data=st.data())
    def begin_script(self, data: st.DataObject) -> None:
        """Let one of the queued scripts run, unless it is wanted no longer."""
        job_id, number = data.draw(st.sampled_from(list(self.rig.executor.queued)))
        runs = self.rig.executor.begin(job_id, number)
        assert runs == self.models[job_id].may_begin(number)
        if runs:
            self.models[job_id].started(number)

    @precondition(lambda self: self.rig.executor.running)
    @rule(data=st.data(), how=st.sampled_from(EXITS))
    def end_script(self, data: st.DataObject, how: tuple[int | None, Reason | None, bool]) -> None:
        """Let one of the running scripts end."""
        job_id, number = data.draw(st.sampled_from(list(self.rig.executor.running)))
        code, reason, result = how
        self.rig.executor.end(
            job_id, number, exit_code=code, reason=reason, result={"rows": 1} if result else None
        )
        self.models[job_id].exited(number, code, reason, self.clock.now(), result=result)

    # What time and the machine do

    @rule(seconds=st.sampled_from([1, 5, 10, 30, 86_400, -1, -3600]))
    def let_time_pass(self, seconds: int) -> None:
        """Tick; a clock may be set back."""
        now = self.clock.tick(timedelta(seconds=seconds))
        self.rig.executor.let_time_pass()
        for model in self.models.values():
            model.tick(now)

    @rule()
    def restart(self) -> None:
        """Forget all that only memory held."""
        self.rig.restart()

    # What always holds

    @invariant()
    def the_jobs_are_the_models(self) -> None:
        """State, retries and every attempt are what the model says."""
        for job_id, model in self.models.items():
            job = self.rig.service.job(job_id)
            assert (job.state.value, job.retry_count) == (model.state, model.retry_count)
            assert job.next_retry_at == model.next_retry_at
            assert [
                (
                    a.phase,
                    a.request.source,
                    a.retry,
                    a.automatic,
                    a.outcome,
                    a.reason,
                    a.started_at is not None,
                    a.exited_at,
                )
                for a in job.attempts
            ] == [
                (a.phase, a.request.source, a.retry, a.automatic, a.outcome, a.reason, a.started, a.exited_at)
                for a in model.attempts
            ]

    @invariant()
    def the_trail_makes_the_job(self) -> None:
        """Each version is on the trail once, in order, never rewritten; folded, the trail is the job."""
        for job_id in self.models:
            job = self.rig.service.job(job_id)
            trail = [a for a in self.rig.service.activities(job_id) if a.event is not None]
            assert [a.id for a in trail] == [f"{job_id}/{n}" for n in range(1, job.version + 1)]
            history = [a.event for a in trail if a.event is not None]
            before = self.past.get(job_id, [])
            assert history[: len(before)] == before
            assert fold(history) == as_the_trail_tells(job)
            self.past[job_id] = history
            self._check_path(history)

    @invariant()
    def the_storage_remembers(self) -> None:
        """What a new repository over the same ground reads is what this one has."""
        repository, _ = self._storage()
        for job_id in self.models:
            assert repository.get(job_id) == self.rig.repository.get(job_id)
        listed = repository.page(JobFilter(), limit=len(self.models) + 1)
        assert [job.id for job in listed.jobs] == sorted(self.models, reverse=True)

    @invariant()
    def nothing_is_stuck(self) -> None:
        """Whatever is not settled is on the list of open jobs, and its script is with the executor."""
        open_jobs = set(self.rig.repository.open_jobs())
        at_hand = {*self.rig.executor.queued, *self.rig.executor.running}
        for job_id in self.models:
            job = self.rig.service.job(job_id)
            assert job.settled or job_id in open_jobs
            for attempt in job.attempts:
                if attempt.open and attempt.exited_at is None:
                    assert (job_id, attempt.number) in at_hand

    def _check_path(self, history: list[Any]) -> None:
        """An attempt's outcome, once there, stays, but for a validation that is revoked."""
        outcomes: dict[int, Outcome] = {}
        job: Job | None = None
        for event in history:
            job = evolve(job, event)
            for attempt in job.attempts:
                kept = outcomes.get(attempt.number)
                revoked = isinstance(event, ValidationRevoked) and attempt is job.latest
                assert kept is None or attempt.outcome is kept or revoked
                if attempt.outcome is not None:
                    outcomes[attempt.number] = attempt.outcome

    def _job(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.models)))


def lifecycle_test(machine: type[JobLifecycle], *, examples: int = 50, steps: int = 40) -> type[Any]:
    """A test case (for pytest or unittest to collect) that runs the machine."""
    case = machine.TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    return case
