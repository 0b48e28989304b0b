"""The rules: what callers and scripts may do to a server, in any order and number."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import Phase as Search
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from feedscript.domain import FeedRequest, JobState, Outcome, Phase, Reason, RetryPolicy
from feedscript.testing.http.steps import CALLBACK, MOST_AT_ONCE, START, HttpSteps
from feedscript.testing.http.target import Target

MERCHANTS, REFERENCES = ("m1", "m1", "m2"), ("1", "1", "order 2", None)
SOURCES = ("a", "a", "b")
ELSEWHERE = "s3://feeds/elsewhere.csv"
REPORTS = ("report", "another")
RESULTS: tuple[Mapping[str, Any] | None, ...] = (None, {"rows": 1}, {"destination_s3_path": ELSEWHERE})
REPORTED = (None, None, Reason.INVALID_FEED, Reason.TRANSIENT, Reason.SOURCE_UNAVAILABLE)
OPENINGS = ("new", "done", "failed", "validated", "revoked")
TIMES = st.sampled_from([1, 1, 1, 2, MOST_AT_ONCE])
NOBODY = "019b7996-f200-7000-8000-ffffffffffff"
FORGED = "0123456789abcdef" * 4


class HttpLifecycle(HttpSteps, RuleBasedStateMachine):
    """The machine. Every run begins with a job of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.start_over()

    @initialize(phase=st.sampled_from(Phase), opening=st.sampled_from(OPENINGS))
    def begin(self, phase: Phase, opening: str) -> None:
        """A first job, in which something may have happened already."""
        self.post(phase, self._request(phase, "m1", "1"))
        (job_id,) = self.models
        if opening == "failed":
            self.report(job_id, phase, Outcome.FAILED, number=1, times=1)
        elif opening != "new":
            self.report(job_id, phase, Outcome.SUCCESS, number=1, times=1, result={"rows": 1})
        if opening in ("validated", "revoked") and phase is Phase.GENERATION:
            self.post(Phase.VALIDATION, self._request(Phase.VALIDATION, "m1", "1", source=None))
            self.report(job_id, Phase.VALIDATION, Outcome.SUCCESS, number=2, times=1)
        if opening == "revoked":
            self.report(job_id, Phase.VALIDATION, Outcome.FAILED, number=None, times=1, result={"why": 1})

    @rule(
        phase=st.sampled_from(Phase),
        merchant=st.sampled_from(MERCHANTS),
        reference=st.sampled_from(REFERENCES),
        source=st.sampled_from(SOURCES),
        times=TIMES,
        number=st.booleans(),
        then=st.sampled_from([None, None, Phase.VALIDATION]),
    )
    def start(  # noqa: PLR0917 - Hypothesis passes what it draws by name
        self,
        phase: Phase,
        merchant: str,
        reference: str | None,
        source: str,
        times: int,
        number: bool,  # noqa: FBT001 - a drawn value
        then: Phase | None,
    ) -> None:
        """Start a phase, retry it, or repeat the call; from several callers at once."""
        asked = self._request(phase, merchant, reference, source=source)
        if phase is Phase.GENERATION:
            asked = replace(asked, then=then)
        self.post(phase, asked, times=times, number=number)

    @rule(data=st.data())
    def come_second(self, data: st.DataObject) -> None:
        """Start another job at the destination of one that is under way."""
        job_id = self._job(data)
        if self.models[job_id].attempts[-1].outcome is None:
            self.post_to_what_is_written(job_id)

    @rule(data=st.data(), phase=st.sampled_from(Phase), merchant=st.sampled_from(MERCHANTS), times=TIMES)
    def go_on(self, data: st.DataObject, phase: Phase, merchant: str, times: int) -> None:
        """Go on with a job by its id, as the merchant whose it is, or as another."""
        self.post(phase, self._request(phase, merchant, self._job(data)), times=times)

    @rule(
        merchant=st.sampled_from(MERCHANTS),
        reference=st.sampled_from(REFERENCES),
        report=st.sampled_from(REPORTS),
    )
    def validate_without_a_source(self, merchant: str, reference: str | None, report: str) -> None:
        """Start a validation of what was generated, or validated before."""
        asked = self._request(Phase.VALIDATION, merchant, reference, source=None, report=report)
        self.post(Phase.VALIDATION, asked)

    @rule(
        data=st.data(),
        outcome=st.sampled_from(Outcome),
        times=TIMES,
        reason=st.sampled_from(REPORTED),
        error=st.sampled_from(["", "no titles"]),
        result=st.sampled_from(RESULTS),
    )
    def call_back(  # noqa: PLR0917 - as above
        self,
        data: st.DataObject,
        outcome: Outcome,
        times: int,
        reason: Reason | None,
        error: str,
        result: Mapping[str, Any] | None,
    ) -> None:
        """Report an outcome: of the newest attempt, of an earlier one, of none, of one that is not there."""
        job_id = self._job(data)
        attempts = self.models[job_id].attempts
        number = data.draw(st.sampled_from([None, len(attempts), *range(1, len(attempts) + 2)]))
        named = attempts[min(number or len(attempts), len(attempts)) - 1]
        phase = data.draw(st.sampled_from([named.phase, named.phase, *Phase]))
        self.report(
            job_id, phase, outcome, number=number, times=times, reason=reason, error=error, result=result
        )

    @rule(data=st.data(), outcome=st.sampled_from(Outcome), known=st.booleans())
    def forge(self, data: st.DataObject, outcome: Outcome, known: bool) -> None:  # noqa: FBT001 - a drawn value
        """Call back with a token that is nobody's: refused, and nothing changes."""
        job_id = self._job(data)
        body = {"job_id": job_id, "type": self.models[job_id].attempts[-1].phase, "status": outcome}
        reply = self.target.post(CALLBACK, body, known=known, **{"X-Feedscript-Token": FORGED})
        self.expect([reply.told], ["401 forged_token"], f"POST {CALLBACK} with a forged token")
        self.look_at(job_id)

    @rule(data=st.data(), times=TIMES)
    def call_off(self, data: st.DataObject, times: int) -> None:
        """Cancel what is under way, or try to."""
        self.cancel(self._job(data), times=times)

    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        """Ask for a retry without a body."""
        self.repeat(self._job(data))

    @rule(call=st.sampled_from(["status", "retry", "cancel", "activities", "callback"]))
    def ask_for_what_is_not_there(self, call: str) -> None:
        """A job that nobody has made is unknown."""
        if call == "callback":
            body = {"job_id": NOBODY, "type": Phase.GENERATION, "status": Outcome.SUCCESS}
            reply = self.target.post(CALLBACK, body)
        elif call == "activities":
            reply = self.target.get(f"/api/feed/jobs/{NOBODY}/activities")
        else:
            reply = (self.target.get if call == "status" else self.target.post)(f"/api/feed/{call}/{NOBODY}")
        self.expect([reply.told], ["404 unknown_job"], f"{call} of no job")

    @rule(phase=st.sampled_from(Phase))
    def come_without_a_key(self, phase: Phase) -> None:
        """Where callers need a key, nobody starts anything without one."""
        if self.target.headers:
            merchant = self.merchant("nobody")
            body = {
                "affiliate_merchant_id": merchant,
                "source_s3_path": f"s3://exports/{self.run}/a.csv",
                "destination_s3_path": f"s3://feeds/{merchant}/feed.csv",
            }
            reply = self.target.post(START[phase], body, known=False)
            self.expect([reply.told], ["401 unauthorized"], f"POST {START[phase]} without a key")
            self.list_jobs(merchant, 1)

    @rule(
        merchant=st.sampled_from(MERCHANTS),
        limit=st.integers(1, 3),
        status=st.none() | st.sampled_from(JobState),
        reference=st.sampled_from([None, None, "1", "order 2"]),
    )
    def walk(self, merchant: str, limit: int, status: JobState | None, reference: str | None) -> None:
        """List a merchant's jobs."""
        wanted = None if status is None else status.value
        self.list_jobs(self.merchant(merchant), limit, status=wanted, reference=reference)

    @rule(data=st.data())
    def read_the_trail(self, data: st.DataObject) -> None:
        """Fold a job's activities."""
        self.look_at_the_trail(self._job(data))

    def teardown(self) -> None:
        """All jobs are as the model says at the end, and none is left at work."""
        self.calls.shutdown()
        for job_id in self.models:
            self.look_at_the_trail(job_id)
            self.cancel(job_id)

    def _request(
        self,
        phase: Phase,
        merchant: str,
        reference: str | None,
        *,
        source: str | None = SOURCES[0],
        report: str = REPORTS[0],
    ) -> FeedRequest:
        """A request whose destination is no other job's, nor of the other kind: a server may refuse those."""
        whose = self.merchant(merchant)
        written = "feed.csv" if phase is Phase.GENERATION else f"{report}.json"
        own = self.folder_of(reference) if reference in self.models else reference or uuid4().hex
        return FeedRequest(
            affiliate_merchant_id=whose,
            source=f"s3://exports/{self.run}/{source}.csv" if source else "",
            destination=f"s3://feeds/{whose}/{own}/{written}",
            reference=reference,
        )

    def _job(self, data: st.DataObject) -> str:
        # By age: ids are new in every run, and would not be drawn again when a failure is replayed.
        return [*self.models][data.draw(st.integers(0, len(self.models) - 1))]


def http_lifecycle_test(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    scripts_act: bool = True,
    policy: RetryPolicy | None = None,
    examples: int = 100,
    steps: int = 20,
) -> type[Any]:
    """A test case (for pytest or unittest to collect) that runs the machine against the server at `url`.

    The arguments are those of `Target`; what is explored is up to the profile of Hypothesis that is in force.
    """
    target = Target(url, headers or {}, scripts_act=scripts_act, policy=policy or RetryPolicy())
    case: type[Any] = _machine(target).TestCase
    case.settings = _settings(examples, steps)
    return case


def hold_to_the_model(target: Target, *, examples: int = 100, steps: int = 20) -> Counter[str]:
    """Run the machine against the target, now; answers how often what was reached. Fails as a test does."""
    machine = _machine(target)
    run_state_machine_as_test(machine, settings=_settings(examples, steps))
    return machine.reached


def _machine(target: Target) -> type[HttpLifecycle]:
    class ServerLifecycle(HttpLifecycle):
        reached: ClassVar[Counter[str]] = Counter()

    ServerLifecycle.target = target
    return ServerLifecycle


def _settings(examples: int, steps: int) -> settings:
    # A real server is no function of what is drawn: a failure is told as it came, soon, rather than made smaller.
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        phases=[Search.explicit, Search.reuse, Search.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        print_blob=False,
    )
