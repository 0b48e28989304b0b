"""The steps of the HTTP machine: each is done to the server and to its model, and what came of it compared."""

import copy
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, ClassVar
from uuid import uuid4

from hypothesis import currently_in_test_context, event

from feedscript.codec import activity_from_document
from feedscript.domain import FeedRequest, Outcome, Phase, Reason, fold
from feedscript.testing.http.comparison import Document, after_what_happened, differences
from feedscript.testing.http.target import Reply, Target
from feedscript.testing.model import ModelJob

START = {Phase.GENERATION: "/api/feed/generate", Phase.VALIDATION: "/api/feed/validate"}
CALLBACK = "/api/callback/feed"
RECEIVED = "feedscript.callback.received"
STATUS_OF = {"accepted": "202", "retry": "202", "deduplicated": "200"}
MOST_AT_ONCE = 4
ACCEPTED = 202
_NO_GRACE = timedelta()
#: What the model answers to a call, in the words in which a reply is told.
Tell = Callable[[ModelJob], str]


class HttpSteps:
    """Calls of merchants that no other run knows, so that a server in use, or one that keeps its jobs, is no matter."""

    target: Target
    reached: ClassVar[Counter[str]] = Counter()

    def start_over(self) -> None:
        """Forget the run before: new merchants, no jobs."""
        self.run = uuid4().hex
        self.models: dict[str, ModelJob] = {}
        self.named: dict[tuple[str, str], str] = {}
        self.calls = ThreadPoolExecutor(MOST_AT_ONCE)

    def merchant(self, name: str) -> str:
        """The merchant, as this run calls it."""
        return f"{name}-{self.run}"

    def post(self, phase: Phase, request: FeedRequest, *, times: int = 1, number: bool = False) -> None:
        """Start, retry or repeat a phase, from several callers at once where `times` says so."""
        merchant, reference = request.affiliate_merchant_id, request.reference
        body = _body(request, number=number)
        job_id = reference if reference in self.models else self.named.get((merchant, reference or ""))
        if job_id is None and not request.source:
            reply = self.target.post(START[phase], body)
            self.expect([reply.told], ["422 invalid_fields"], f"POST {START[phase]} {body}")
            return
        if job_id is not None and self.models[job_id].attempts[0].request.affiliate_merchant_id != merchant:
            reply = self.target.post(START[phase], body)
            self.expect([reply.told], ["409 reference_mismatch"], f"POST {START[phase]} {body}")
            self._reach("reference_mismatch")
            return
        # Without a reference each call would be a job of its own.
        times = times if reference is not None else 1

        def tell(model: ModelJob) -> str:
            return self._told(model.post(phase, request, datetime.now(UTC)))

        replies = self._at_once(lambda: self.target.post(START[phase], body), times)
        if job_id is None:
            started = [reply.told for reply in replies if "job_id" not in reply.document]
            self.expect(started, [], f"POST {START[phase]} {body} (a new job: 202)")
            job_id = str(replies[0].document["job_id"])
            assert job_id not in self.models, f"job {job_id} is another one already"
            self.models[job_id] = ModelJob(self.target.policy, _NO_GRACE)
            if reference is not None:
                self.named[merchant, reference] = job_id
        self.settle(job_id, replies, tell, f"POST {START[phase]} {body}")
        # A refusal names its job as well.
        meant = {reply.document.get("job_id") for reply in replies}
        assert meant == {job_id}, f"POST {START[phase]} {body} is about {meant}, not about job {job_id}"

    def post_to_what_is_written(self, job_id: str) -> None:
        """Start another job where this one, which is under way, writes: refused, and told which job it is."""
        newest = self.models[job_id].attempts[-1]
        request = replace(
            newest.request, reference=None, source=newest.request.source or "s3://exports/a.csv"
        )
        path, body = START[newest.phase], _body(request, number=False)
        reply = self.target.post(path, body)
        if self.target.scripts_act and reply.status == ACCEPTED:
            # The script has ended meanwhile; of the job that came of it nothing more is asked.
            self.target.post(f"/api/feed/cancel/{reply.document['job_id']}")
        else:
            self.expect([reply.told], ["409 destination_busy"], f"POST {path} {body}")
            assert reply.document.get("job_id") == job_id, "the refusal names the job that writes there"
            self._reach("destination_busy")
        self.look_at(job_id)

    def folder_of(self, job_id: str | None) -> str:
        """The folder in which the job's destinations lie, and no other job's."""
        return self.models[job_id or ""].attempts[0].request.destination.split("/")[-2]

    def repeat(self, job_id: str) -> None:
        """Ask for a retry without a body."""
        path = f"/api/feed/retry/{job_id}"
        replies = [self.target.post(path)]
        self.settle(
            job_id, replies, lambda model: self._told(model.repeat(datetime.now(UTC))), f"POST {path}"
        )

    def cancel(self, job_id: str, *, times: int = 1) -> None:
        """Cancel, several times at once where `times` says so."""
        path = f"/api/feed/cancel/{job_id}"

        def tell(model: ModelJob) -> str:
            done = model.cancel(datetime.now(UTC))
            self._reach("cancelled" if done else "nothing to cancel")
            return "200" if done else "409 not_in_flight"

        self.settle(job_id, self._at_once(lambda: self.target.post(path), times), tell, f"POST {path}")

    def report(
        self,
        job_id: str,
        phase: Phase,
        outcome: Outcome,
        *,
        number: int | None,
        times: int,
        reason: Reason | None = None,
        error: str = "",
        result: Mapping[str, Any] | None = None,
    ) -> None:
        """Call back, `times` at once: of those that are the same, one is applied."""
        body = {"job_id": job_id, "type": phase.value, "status": outcome.value, "err": error}
        body |= {} if reason is None else {"reason": reason.value}
        told = body | {"attempt": number, "result": result}

        def tell(model: ModelJob) -> str:
            before = model.state
            applied = model.report(
                phase, outcome, number, datetime.now(UTC), reason=reason, error=error, result=result
            )
            self._reach("revoked" if applied and before == "validated" else f"applied: {applied}")
            return f"200 applied: {applied}"

        replies = self._at_once(lambda: self.target.post(CALLBACK, told), times)
        self.settle(job_id, replies, tell, f"POST {CALLBACK} {told}")

    def settle(self, job_id: str, replies: Sequence[Reply], tell: Tell, call: str) -> None:
        """Find how the answers, and the job as it is now, come of the model; fails where they cannot.

        What scripts and time do may have happened before the calls, between two of them and after them: a call may
        start what a script then ends before the next call comes, or before the job is read.
        """
        document = self.read(job_id)
        found = sorted(map(_told, replies))
        complaints: list[str] = []
        # By how often something happened: the likeliest is tried, and told, first.
        moments = sorted(product((False, True), repeat=len(replies) + 1), key=sum)
        for *before, after in moments:
            model: ModelJob | None = copy.deepcopy(self.models[job_id])
            expected = []
            for happens in before:
                model = self._happened(model, document) if happens else model
                if model is None:
                    break
                expected.append(tell(model))
            model = self._happened(model, document) if after else model
            if model is None:
                continue
            told = differences(model, document)
            if sorted(expected) == found and not told:
                self.models[job_id] = model
                return
            complaints.append("; ".join([f"answered {found}, expected {sorted(expected)}", *told]))
        # Nobody knows its state any more: what else is found of it would hide this.
        del self.models[job_id]
        self.target.post(f"/api/feed/cancel/{job_id}")
        raise AssertionError(f"{call}, job {job_id}: {complaints[0]}")

    def _happened(self, model: ModelJob | None, document: Document) -> ModelJob | None:
        """The model after what nobody has asked for; None where there was nothing, or may not have been."""
        if model is None:
            return None
        after = after_what_happened(model, document)
        ended = after is not None and any(
            was.outcome is None and now.outcome is not None
            for was, now in zip(model.attempts, after.attempts, strict=False)
        )
        return None if ended and not self.target.scripts_act else after

    # What is read

    def read(self, job_id: str) -> Document:
        """The job as the API shows it."""
        reply = self.target.get(f"/api/feed/status/{job_id}")
        assert reply.status == 200, f"GET /api/feed/status/{job_id} answered {reply.told}"  # noqa: PLR2004
        assert reply.document.get("id") == job_id
        return reply.document

    def look_at(self, job_id: str) -> None:
        """Nothing was asked for: the job is as it was, but for what happened by itself."""
        document = self.read(job_id)
        model = self.models[job_id]
        told = differences(model, document)
        if told and (after := self._happened(model, document)) is not None:
            model, told = after, differences(after, document)
        assert not told, f"nothing was asked of job {job_id}: {'; '.join(told)}"
        self.models[job_id] = model

    def look_at_the_trail(self, job_id: str) -> None:
        """The trail, folded, is the job; it tells of every callback whether it was applied."""
        self.look_at(job_id)
        path = f"/api/feed/jobs/{job_id}/activities"
        trail = [activity_from_document(each) for each in self.target.get(path).document["activities"]]
        assert len({entry.id for entry in trail}) == len(trail), "an activity is on the trail twice"
        job = fold([entry.event for entry in trail if entry.event is not None])
        model = self.models[job_id]
        assert job is not None, f"nothing on the trail tells of job {job_id}"
        found = [(a.phase, a.request, a.retry, a.outcome, a.reason) for a in job.attempts]
        expected = [(a.phase, a.request, a.retry, a.outcome, a.reason) for a in model.attempts]
        if not self.target.scripts_act:
            assert found == expected, f"folded, the trail of job {job_id} tells another story"
            told = [entry.data["applied"] for entry in trail if entry.type == RECEIVED]
            assert sorted(told) == sorted(model.callbacks), f"job {job_id}: callbacks on the trail: {told}"
        assert found[: len(expected) - 1] == expected[:-1], (
            f"folded, the trail of job {job_id} tells another story"
        )

    def list_jobs(self, merchant: str, limit: int, **wanted: str | None) -> None:
        """Walk a listing, page by page: every job of the merchant that is wanted, once, newest first."""
        for job_id in self.models:
            self.look_at(job_id)
        found: list[Document] = []
        cursor: str | None = None
        while True:
            page = self.target.get(
                "/api/feed/jobs", affiliate_merchant_id=merchant, limit=limit, cursor=cursor, **wanted
            )
            assert page.status == 200, f"a listing answered {page.told}"  # noqa: PLR2004
            found += page.document["jobs"]
            cursor = page.document["cursor"]
            assert len(found) <= len(self.models), f"a listing does not end: {[job['id'] for job in found]}"
            if cursor is None:
                break
        expected = {job_id for job_id, model in self.models.items() if _wanted(model, merchant, **wanted)}
        listed = [job["id"] for job in found]
        if not self.target.scripts_act:
            assert sorted(listed) == sorted(expected), f"listed with {wanted}, limit {limit}"
        assert len({*listed}) == len(listed), f"listed twice: {listed}"
        made = [job["created_at"] for job in found]
        assert made == sorted(made, reverse=True), f"not newest first: {made}"

    def expect(self, found: Sequence[str], expected: Sequence[str], call: str) -> None:
        """The answers are these."""
        assert found == expected, f"{call} answered {found}, expected {expected}"

    def _told(self, answer: str) -> str:
        self._reach(answer)
        return STATUS_OF.get(answer, f"409 {answer}")

    def _reach(self, what: str) -> None:
        type(self).reached[what] += 1
        if currently_in_test_context():
            event(what)

    def _at_once(self, call: Callable[[], Reply], times: int) -> list[Reply]:
        if times == 1:
            return [call()]
        return [future.result() for future in [self.calls.submit(call) for _ in range(times)]]


def _told(reply: Reply) -> str:
    if "applied" in reply.document:
        return f"{reply.told} applied: {reply.document['applied']}"
    return reply.told


def _body(request: FeedRequest, *, number: bool) -> dict[str, Any]:
    """The request in the words of the API; a reference that is one may go as a number."""
    reference: Any = request.reference
    if number and reference is not None and reference.isdigit():
        reference = int(reference)
    given = {
        "job_id": reference,
        "affiliate_merchant_id": request.affiliate_merchant_id,
        "source_s3_path": request.source or None,
        "destination_s3_path": request.destination,
        "partner_id": request.partner_id,
        "then": "validate" if request.then is Phase.VALIDATION else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def _wanted(
    model: ModelJob, merchant: str, *, status: str | None = None, reference: str | None = None
) -> bool:
    first = model.attempts[0].request
    return (
        first.affiliate_merchant_id == merchant
        and status in (None, model.state)
        and reference in (None, first.reference)
    )
