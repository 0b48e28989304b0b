"""A state machine over JobService, against a model: calls, scripts, callbacks, ticks, crashes, restarts in any order.

Give `lifecycle_test` what makes a service of a rig's parts, over storage that outlives a restart:

>>> TestMemoryLifecycle = lifecycle_test(lambda rig: rig.service_over(*rig.memory), examples=5)

What a run has reached is told by Hypothesis's statistics (`--hypothesis-show-statistics`), and counted in `reached`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from feedscript.domain import (
    ForgedToken,
    Outcome,
    Phase,
    Reason,
    ReportOutcome,
    RetryPolicy,
    UnknownJob,
)
from feedscript.service import Callback, JobService
from feedscript.testing.lifecycle_steps import ELSEWHERE, REPORT, LifecycleSteps
from feedscript.testing.model import ModelJob
from feedscript.testing.port_faults import Crash
from feedscript.testing.rig import OWN_CALLBACK, Rig, Storage, memory_storage

__all__ = ["JobLifecycle", "Storage", "lifecycle_test", "memory_storage"]

MakeService = Callable[[Rig], JobService]
POLICIES = (
    RetryPolicy(max_retries=2, max_manual_retries=None, base=timedelta(seconds=5)),
    RetryPolicy(max_retries=3, max_manual_retries=2, base=timedelta(seconds=5), cap=timedelta(seconds=10)),
    RetryPolicy(max_retries=1, max_manual_retries=1, base=timedelta(), automatic=frozenset({Reason.TIMEOUT})),
)
MERCHANTS, REFERENCES = ("m1", "m2"), ("1", "1", "order 2", None)
FEED = "s3://out/feed"
SOURCES = ("s3://in/a.csv", "s3://in/a.csv", "s3://in/b.csv", FEED)
FOLLOWING = (None, None, Phase.VALIDATION)
OPENINGS = (
    *("new", "new", "kept", "silent", "validated", "revoked", "failing", "called off"),
    *("ended", "ended", "late", "elsewhere", "set back"),
)
CALLER = "https://caller.example/told?key=1"
RESULTS: tuple[Mapping[str, Any] | None, ...] = (None, {"rows": 1}, {"destination_s3_path": ELSEWHERE})
REPORTED = (None, None, Reason.INVALID_FEED, Reason.TRANSIENT, Reason.LOST)
EXITS: tuple[tuple[int | None, Reason | None], ...] = (
    *((0, None), (0, None), (1, None), (65, None), (75, None), (78, None)),
    *((None, Reason.LOST), (None, Reason.LOST), (None, Reason.SPAWN_ERROR)),
    *((-9, Reason.TIMEOUT), (143, Reason.STALLED)),
)
CRASHES = st.tuples(st.integers(1, 4), st.booleans())

NOBODY = "019b7996-f200-7000-8000-ffffffffffff"


class JobLifecycle(LifecycleSteps, RuleBasedStateMachine):
    """The machine. Every run begins with a job, so none is idle; `lifecycle_test` gives it its service."""

    make_service: ClassVar[MakeService | None] = None

    def new_service(self, rig: Rig) -> JobService:
        """The service, as `lifecycle_test` was told to make it; called at each (re)start."""
        make = type(self).make_service
        if make is None:
            raise InvalidArgument("make the test with lifecycle_test(make_service)")
        return make(rig)

    @initialize(
        policy=st.sampled_from(POLICIES),
        share=st.sampled_from([1.0, 0.5]),
        phase=st.sampled_from(Phase),
        url=st.sampled_from([CALLER, CALLER, OWN_CALLBACK, None]),
        warned=st.booleans(),
        opening=st.sampled_from(OPENINGS),
        how=st.sampled_from(EXITS),
        then=st.sampled_from(FOLLOWING),
    )
    def begin(  # noqa: PLR0917 - Hypothesis passes what it draws by name
        self,
        policy: RetryPolicy,
        share: float,
        phase: Phase,
        url: str | None,
        warned: bool,  # noqa: FBT001 - a drawn value
        opening: str,
        how: tuple[int | None, Reason | None],
        then: Phase | None,
    ) -> None:
        """A rig of its own, and a first job, in which something may have happened already."""
        self.rig = Rig(make_service=self.new_service, policy=policy, jitter=share)
        self.rig.partners.told = ("be careful",) if warned else ()
        self.models: dict[str, ModelJob] = {}
        self.named: dict[tuple[str, str], str] = {}
        self.past: dict[str, list[Any]] = {}
        self.crashed: set[str] = set()
        self._post(phase, self._request("m1", "1", SOURCES[0], FEED, url=url, then=then))
        self._open(opening, phase, how)

    # What callers do

    @rule(
        phase=st.sampled_from(Phase),
        merchant=st.sampled_from(MERCHANTS),
        reference=st.sampled_from(REFERENCES),
        source=st.sampled_from(SOURCES),
        url=st.sampled_from([None, None, CALLER, OWN_CALLBACK]),
        partner=st.sampled_from([None, None, "meta"]),
        then=st.sampled_from(FOLLOWING),
    )
    def post(  # noqa: PLR0917 - Hypothesis passes what it draws by name
        self,
        phase: Phase,
        merchant: str,
        reference: str | None,
        source: str,
        url: str | None,
        partner: str | None,
        then: Phase | None,
    ) -> None:
        """Start a phase, retry it, or repeat the call."""
        asked = self._request(merchant, reference, source, FEED, url=url, partner=partner, then=then)
        self._post(phase, asked)

    @rule(data=st.data(), phase=st.sampled_from(Phase), source=st.sampled_from(SOURCES))
    def post_to_a_job(self, data: st.DataObject, phase: Phase, source: str) -> None:
        """Go on with a job that is there, by its id, as the merchant whose it is, or as another."""
        job_id = self._job(data)
        merchant = data.draw(st.sampled_from(MERCHANTS))
        self._post(phase, self._request(merchant, job_id, source, FEED))

    @rule(
        merchant=st.sampled_from(MERCHANTS),
        reference=st.sampled_from(REFERENCES),
        destination=st.sampled_from([REPORT, FEED, ELSEWHERE]),
    )
    def validate_without_a_source(self, merchant: str, reference: str | None, destination: str) -> None:
        """Start a validation of what was generated, or validated before."""
        self._post(Phase.VALIDATION, self._request(merchant, reference, "", destination))

    @rule(
        data=st.data(),
        outcome=st.sampled_from(Outcome),
        times=st.sampled_from([1, 1, 1, 3]),
        named=st.booleans(),
        reason=st.sampled_from(REPORTED),
        error=st.sampled_from(["", "no titles"]),
        result=st.sampled_from(RESULTS),
    )
    def call_back(  # noqa: PLR0917 - as above
        self,
        data: st.DataObject,
        outcome: Outcome,
        times: int,
        named: bool,  # noqa: FBT001 - a drawn value
        reason: Reason | None,
        error: str,
        result: Mapping[str, Any] | None,
    ) -> None:
        """Report an outcome, of any attempt or of none in particular, once or several times."""
        job_id = self._job(data)
        newest = self.models[job_id].attempts[-1].phase
        phase = data.draw(st.sampled_from([newest, newest, *Phase]))
        number = data.draw(st.integers(1, len(self.models[job_id].attempts))) if named else None
        self._report(job_id, phase, outcome, number, times, reason=reason, error=error, result=result)

    @rule(data=st.data(), token=st.sampled_from(["", "1", "1." + "0" * 64]))
    def forge_a_callback(self, data: st.DataObject, token: str) -> None:
        """Report with a token that is nobody's, or of no job at all; neither changes a job."""
        report = ReportOutcome(phase=Phase.GENERATION, outcome=Outcome.SUCCESS)
        with self.not_disturbed():
            self.raises(
                ForgedToken,
                lambda: self.rig.service.report(Callback(job_id=self._job(data), report=report, token=token)),
            )
            self.raises(UnknownJob, lambda: self.rig.service.report(Callback(job_id=NOBODY, report=report)))
            self.raises(UnknownJob, lambda: self.rig.service.cancel(NOBODY, actor="a caller"))

    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """Ask for a retry without saying of what."""
        self._repeat(self._job(data))

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """Cancel whatever is under way."""
        self._cancel(self._job(data))

    # What scripts do

    @precondition(lambda self: self.rig.executor.queued)
    @rule(data=st.data())
    def begin_script(self, data: st.DataObject) -> None:
        """Let one of the queued scripts run, unless it is wanted no longer."""
        self._begin(*data.draw(st.sampled_from(list(self.rig.executor.queued))))

    @precondition(lambda self: self.rig.executor.running)
    @rule(data=st.data(), how=st.sampled_from(EXITS), result=st.sampled_from(RESULTS))
    def end_script(
        self, data: st.DataObject, how: tuple[int | None, Reason | None], result: Mapping[str, Any] | None
    ) -> None:
        """Let one of the running scripts end."""
        job_id, number = data.draw(st.sampled_from(list(self.rig.executor.running)))
        self._end(job_id, number, *how, result)

    # What takes several steps, and would seldom come about by chance

    @precondition(lambda self: self.rig.executor.queued)
    @rule(data=st.data(), times=st.integers(1, 4), reason=st.sampled_from([Reason.LOST, Reason.TIMEOUT]))
    def fail_again_and_again(self, data: st.DataObject, times: int, reason: Reason) -> None:
        """Lose the script, and let the pause pass, several times over."""
        self._fail_again_and_again(*data.draw(st.sampled_from(list(self.rig.executor.queued))), times, reason)

    @rule(data=st.data(), times=st.integers(1, 4))
    def repeat_again_and_again(self, data: st.DataObject, times: int) -> None:
        """Cancel what is under way and ask for a retry, several times over."""
        job_id = self._job(data)
        for _ in range(times):
            if job_id in self.models:
                self._cancel(job_id)
                self._repeat(job_id)

    @precondition(lambda self: self.rig.executor.queued)
    @rule(data=st.data(), then=st.sampled_from(["revoked", "silent", "kept"]))
    def see_through(self, data: st.DataObject, then: str) -> None:
        """Have a script end well, and the partner reject its feed; or have it end without a word."""
        self._see_through(*data.draw(st.sampled_from(list(self.rig.executor.queued))), then)

    # What time and the machine do

    @rule(seconds=st.sampled_from([1, 5, 10, 30, 86_400, -1, -3600]))
    def let_time_pass(self, seconds: int) -> None:
        """Tick; a clock may be set back."""
        self._let_pass(seconds)

    @rule()
    def restart(self) -> None:
        """Forget all that only memory held."""
        self.rig.restart()

    @rule(crash=CRASHES)
    def crash_soon(self, crash: tuple[int, bool]) -> None:
        """Have the process die at one of the next calls of a port, before or after it is carried out."""
        at, after = crash
        self.rig.trouble.arm(Crash(), at=at, after=after)

    @rule(at=st.integers(2, 4))
    def fail_soon(self, at: int) -> None:
        """Have one of the next calls of a port fail that follow from a commit: the next tick makes it good."""
        self.rig.trouble.arm(OSError("on purpose"), at=at)

    def teardown(self) -> None:
        """Let everything come to rest, and look whether all was told and settled."""
        if hasattr(self, "rig"):
            try:
                self.comes_to_rest()
            finally:
                self.rig.close()

    @invariant()
    def all_is_as_the_model_says(self) -> None:
        """After every step."""
        if hasattr(self, "rig"):
            self.check()


def lifecycle_test(
    make_service: MakeService | type[JobLifecycle], *, examples: int = 50, steps: int = 40, **more: Any
) -> type[Any]:
    """A test case (for pytest or unittest to collect) that runs the machine over a service of yours.

    `make_service` is given a `Rig` and makes a service of its parts, as `Rig.service_over` does. What is explored is up
    to the profile of Hypothesis that is in force, and to `more` settings.
    """
    if isinstance(make_service, type):
        machine: type[JobLifecycle] = make_service
    else:
        body = {"make_service": staticmethod(make_service), "reached": Counter()}
        machine = type("ServiceLifecycle", (JobLifecycle,), body)
    case: type[Any] = machine.TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        **more,
    )
    case.reached = machine.reached
    return case
