"""The steps that the lifecycle machine's rules are made of: each is done to the service and to its model."""

import copy
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import event
from hypothesis import strategies as st

from feedscript.domain import FeedRequest, Outcome, Phase, Reason, ReportOutcome, SourceMissing
from feedscript.service import Callback
from feedscript.testing.lifecycle_checks import LifecycleChecks
from feedscript.testing.model import ModelJob
from feedscript.testing.port_faults import Crash
from feedscript.testing.rig import GRACE, OWN_CALLBACK

REPORT, ELSEWHERE = "s3://out/report", "s3://out/elsewhere"


class LifecycleSteps(LifecycleChecks):
    """What is done to a job; `reached` counts what came about."""

    reached: ClassVar[Counter[str]] = Counter()
    named: dict[tuple[str, str], str]
    """The jobs by merchant and reference."""
    happened: int
    """How often something had gone wrong before the last step."""

    def _open(self, opening: str, phase: Phase, how: tuple[int | None, Reason | None]) -> None:
        (job_id,) = self.models
        if opening in ("validated", "revoked", "late", "elsewhere") and phase is Phase.GENERATION:
            self._see_through(job_id, 1, opening if opening == "elsewhere" else "kept")
            self._post(Phase.VALIDATION, self._request("m1", job_id, "", REPORT))
        number = len(self.models[job_id].attempts)
        if opening in ("ended", "late", "set back") and self._begin(job_id, number):
            ends = {"ended": how, "late": (1, None), "set back": (None, min(self.rig.policy.automatic))}
            self._end(job_id, number, *ends[opening], None)
            if opening == "late":
                self._repeat(job_id)
                self._see_through(job_id, len(self.models[job_id].attempts), "kept")
                told = self.models[job_id].attempts[number - 1].phase
                self._report(job_id, told, Outcome.FAILED, number, 1)
            elif opening == "set back":
                self._let_pass(-3600)
        elif opening == "failing":
            self._fail_again_and_again(job_id, 1, 4, Reason.LOST)
        elif opening == "called off":
            self._begin(job_id, 1)
            self._end(job_id, 1, None, min(self.rig.policy.automatic), None)
            self._cancel(job_id)
        elif opening != "new":
            self._see_through(job_id, number, opening)

    def _repeat(self, job_id: str) -> None:
        answer = self._do(lambda: self.rig.service.repeat(job_id, actor="a caller"))
        expected = self.models[job_id].repeat(self.rig.clock.now(), self.rig.partners.told)
        self._reach(expected)
        self._reconcile()
        self.answered(answer, expected)

    def _cancel(self, job_id: str) -> None:
        answer = self._do(lambda: self.rig.service.cancel(job_id, actor="a caller"))
        called_off = self.models[job_id].next_retry_at is not None or self.models[job_id].follows
        changed = self.models[job_id].cancel(self.rig.clock.now())
        self._reconcile()
        if answer is not None:
            assert (answer.refusal is None) == changed, f"cancelling changed the job: {not changed}"
            if changed:
                self._reach("retry called off" if called_off else "cancelled")
                assert (job_id, answer.job.latest.number) in self.rig.executor.cancelled

    def _fail_again_and_again(self, job_id: str, number: int, times: int, reason: Reason) -> None:
        for _ in range(times):
            if (job_id, number) not in self.rig.executor.queued or not self._begin(job_id, number):
                return
            self._end(job_id, number, None, reason, None)
            model, job = self.models[job_id], self.rig.service.job(job_id)
            assert job.next_retry_at == model.next_retry_at, f"a retry is due at {job.next_retry_at}"
            self._let_pass(60)
            number = len(self.models[job_id].attempts)

    def _see_through(self, job_id: str, number: int, then: str) -> None:
        if not self._begin(job_id, number):
            return
        results = {"silent": None, "elsewhere": {"rows": 1, "destination_s3_path": ELSEWHERE}}
        self._end(job_id, number, 0, None, results.get(then, {"rows": 1}))
        phase = self.models[job_id].attempts[number - 1].phase
        if then == "silent":
            self._let_pass(31)
        elif then == "revoked":
            self._report(job_id, phase, Outcome.FAILED, number, 1, error="rejected", result={"why": 1})

    def _let_pass(self, seconds: int) -> None:
        now = self.rig.clock.tick(timedelta(seconds=seconds))
        self._do(self.rig.executor.let_time_pass)
        for model in self.models.values():
            before = len(model.attempts)
            model.tick(now)
            if len(model.attempts) > before:
                self._reach("automatic retry" if model.attempts[-1].retry else "followed later")
            elif model.attempts[-1].reason is Reason.NO_CALLBACK:
                self._reach("no_callback")
        self._reconcile()

    def _post(self, phase: Phase, request: FeedRequest) -> None:
        if phase is Phase.GENERATION and request.source == request.destination:
            request = replace(request, source=f"{request.source}.export")  # no feed replaces its source
        merchant, reference = request.affiliate_merchant_id, request.reference
        job_id = reference if reference in self.models else self.named.get((merchant, reference or ""))
        model = self.models.get(job_id or "")
        now, told = self.rig.clock.now(), self.rig.partners.told
        missing = model is None and not request.source
        answer = self._do(
            lambda: self.rig.service.start(phase, request, actor="a caller"),
            refuse=SourceMissing if missing else None,
        )
        if missing:
            self._reconcile()
            return
        if model is not None and model.attempts[0].request.affiliate_merchant_id != merchant:
            expected = "reference_mismatch"
        else:
            model = model or ModelJob(
                self.rig.policy, GRACE, lambda url: url == OWN_CALLBACK, share=self.rig.jitter
            )
            expected = model.post(phase, request, now, told)
        self._reach(expected)
        if job_id is None:
            made = answer.job.id if answer is not None else self.found_after_a_crash()
            if made is None:
                self._reconcile()
                return
            assert made not in self.models, "a call without a job_id is a new job"
            self.models[made] = model
            if self.rig.trouble.happened > self.happened:
                self.crashed.add(made)
            if reference is not None:
                self.named[merchant, reference] = made
        elif answer is not None:
            assert answer.job.id == job_id, "the reference is another job's now"
        self._reconcile()
        self.answered(answer, expected)

    def _report(
        self, job_id: str, phase: Phase, outcome: Outcome, number: int | None, times: int, **facts: Any
    ) -> None:
        token = self.rig.tokens.issue(job_id, number) if number else None
        callback = Callback(
            job_id=job_id, report=ReportOutcome(phase=phase, outcome=outcome, **facts), token=token
        )
        for _ in range(times):
            answer = self._do(lambda: self.rig.service.report(callback))
            state = self.models[job_id].state
            expected = self.models[job_id].report(phase, outcome, number, self.rig.clock.now(), **facts)
            self._reconcile()
            if answer is None:
                return
            assert (answer.refusal is None) == expected, (
                answer.refusal,
                f"expected to be applied: {expected}",
            )
            if expected and state == "validated":
                self._reach("revoked")

    def _begin(self, job_id: str, number: int) -> bool:
        runs = self._do(lambda: self.rig.executor.begin(job_id, number))
        may = self.models[job_id].may_begin(number)
        if may:
            self.models[job_id].started(number)
        self._reconcile()
        if runs is None:
            return False
        assert runs == may, f"attempt {number} is to run: {may}"
        if not runs:
            self._reach("waited for its turn")
        return may

    def _end(
        self,
        job_id: str,
        number: int,
        code: int | None,
        reason: Reason | None,
        result: Mapping[str, Any] | None,
    ) -> None:
        model = self.models[job_id]
        self._do(lambda: self.rig.executor.end(job_id, number, exit_code=code, reason=reason, result=result))
        model.exited(number, code, reason, self.rig.clock.now(), result=result)
        if model.attempts[-1].reason in model.policy.automatic and model.next_retry_at is None:
            self._reach("automatic retries exhausted")
        self._reconcile()

    def _do(self, call: Callable[[], Any], *, refuse: type[Exception] | None = None) -> Any:
        """Carry the call out; None where the process died in it. Remembers what may be the case afterwards."""
        self.before = copy.deepcopy(self.models)
        self.died = self.disturbed = False
        self.happened = self.rig.trouble.happened
        try:
            if refuse is not None:
                self.raises(refuse, call)
                return None
            return call()
        except Crash:
            self.died = True
            self._reach("crashed")
            return None
        except OSError as error:
            if str(error) != "on purpose":
                raise
            self.died = True
            return None
        finally:
            if self.rig.trouble.happened > self.happened:
                self.rig.trouble.disarm()
                self.disturbed = True
                self.crashed |= {*self.models}
            if self.died:
                self.rig.restart()

    def _reach(self, what: str) -> None:
        type(self).reached[what] += 1
        event(what)

    def _request(
        self,
        merchant: str,
        reference: str | None,
        source: str,
        destination: str,
        *,
        url: str | None = None,
        partner: str | None = None,
        then: Phase | None = None,
    ) -> FeedRequest:
        return FeedRequest(
            affiliate_merchant_id=merchant,
            source=source,
            destination=destination,
            reference=reference,
            callback_url=url,
            partner_id=partner,
            then=then,
        )

    def _job(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.models)))
