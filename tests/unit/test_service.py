"""What a caller was promised, at the edges of the service: outcomes told, reports kept, refusals by the table."""

from dataclasses import replace
from datetime import timedelta

import pytest

from feedscript.domain import FeedRequest, Outcome, Phase, RefusalCode, ReportOutcome
from feedscript.ports import Notification
from feedscript.service import Callback
from feedscript.testing.fakes import RecordingNotifier
from feedscript.testing.rig import Rig

REQUEST = FeedRequest(
    affiliate_merchant_id="m1",
    source="s3://shop/export.csv",
    destination="s3://shop/feed.csv",
    reference="1",
    partner_id="google",
    callback_url="https://caller.example/outcome",
)


class FailingNotifier(RecordingNotifier):
    """A `Notifier` that fails once, as one whose disk is full."""

    def __init__(self) -> None:
        super().__init__()
        self.failures_left = 1

    def notify(self, notification: Notification) -> None:
        """Fail, then keep the notification."""
        if self.failures_left:
            self.failures_left -= 1
            raise OSError("no space left on device")
        super().notify(notification)


def report(job_id: str, phase: Phase, outcome: Outcome, **facts: object) -> Callback:
    return Callback(job_id=job_id, report=ReportOutcome(phase=phase, outcome=outcome, **facts))  # type: ignore[arg-type]  # facts are fields


def test_an_outcome_that_could_not_be_told_while_the_script_was_ending_is_told_later() -> None:
    rig = Rig()
    rig.notifier = FailingNotifier()
    rig.restart()
    job = rig.service.start(Phase.GENERATION, REQUEST, actor="a test").job
    rig.executor.begin(job.id, 1)
    rig.service.report(report(job.id, Phase.GENERATION, Outcome.SUCCESS))
    rig.executor.end(job.id, 1, exit_code=0)
    rig.clock.tick()
    rig.clock.tick(rig.clock.now() - job.created_at)
    rig.executor.let_time_pass()
    assert [n.body["status"] for n in rig.notifier.notifications] == ["success"]


def test_a_validation_without_a_source_is_refused_by_the_state_while_there_is_no_feed_yet() -> None:
    rig = Rig()
    job = rig.service.start(Phase.GENERATION, REQUEST, actor="a test").job
    answer = rig.service.start(Phase.VALIDATION, replace(REQUEST, source=""), actor="a test")
    assert answer.refusal is not None
    assert answer.refusal.code is RefusalCode.IN_FLIGHT
    rig.executor.begin(job.id, 1)
    rig.executor.end(job.id, 1, exit_code=1)
    answer = rig.service.start(Phase.VALIDATION, replace(REQUEST, source=""), actor="a test")
    assert answer.refusal is not None
    assert answer.refusal.code is RefusalCode.NOT_GENERATED


def test_the_backlog_leaves_out_what_waits_already() -> None:
    rig = Rig()
    first, second = (
        rig.service.start(Phase.GENERATION, replace(REQUEST, reference=reference), actor="a test").job.id
        for reference in "12"
    )
    assert [run.job_id for run in rig.service.backlog()] == [first, second]
    assert [run.job_id for run in rig.service.backlog(waiting={first})] == [second]
    assert [run.job_id for run in rig.service.backlog(of={second, "another"})] == [second]
    assert list(rig.service.backlog(waiting={first}, of={first})) == []


def test_a_run_is_wanted_once_the_earlier_script_of_its_job_is_gone() -> None:
    rig = Rig()
    job = rig.service.start(Phase.GENERATION, REQUEST, actor="a test").job
    rig.executor.begin(job.id, 1)
    rig.service.cancel(job.id, actor="a test")
    asked = replace(REQUEST, source="s3://shop/other.csv")
    rig.service.start(Phase.GENERATION, asked, actor="a test")
    assert rig.service.wanted(job.id, 1) is None
    assert rig.service.wanted(job.id, 2) is None
    rig.executor.end(job.id, 1, exit_code=0)
    run = rig.service.wanted(job.id, 2)
    assert run is not None
    assert (run.attempt, run.request.source) == (2, "s3://shop/other.csv")


def test_a_revoked_validation_keeps_its_report() -> None:
    rig = Rig()
    job = rig.service.start(Phase.VALIDATION, REQUEST, actor="a test").job
    place = f"{REQUEST.destination}.report.json"
    rig.objects.objects[place] = b"{}"
    rig.executor.begin(job.id, 1)
    rig.executor.end(job.id, 1, exit_code=0, result={"report_s3_path": place})
    rejected = {"destination_s3_path": "s3://shop/feed.csv"}
    rig.service.report(report(job.id, Phase.VALIDATION, Outcome.FAILED, error="rejected", result=rejected))
    assert rig.service.report_document(job.id) == b"{}"


def _ended(rig: Rig, job_id: str, attempt: int, exit_code: int) -> None:
    rig.executor.begin(job_id, attempt)
    rig.executor.end(job_id, attempt, exit_code=exit_code, result={"rows": 1})


@pytest.mark.parametrize(("exit_code", "status"), [(0, "success"), (65, "failed")])
@pytest.mark.parametrize("phase", Phase)
def test_a_caller_is_told_how_it_ended(phase: Phase, exit_code: int, status: str) -> None:
    rig = Rig()
    job = rig.service.start(phase, REQUEST, actor="a test").job
    _ended(rig, job.id, 1, exit_code)
    (told,) = rig.notifier.notifications
    assert (told.url, told.body["type"], told.body["status"]) == (REQUEST.callback_url, phase.value, status)


def test_each_outcome_is_told_once_and_that_of_a_retry_anew() -> None:
    rig = Rig()
    job = rig.service.start(Phase.VALIDATION, REQUEST, actor="a test").job
    for attempt in (1, 2):
        _ended(rig, job.id, attempt, 65)
        rig.clock.tick(timedelta(minutes=1))
        rig.executor.let_time_pass()
        rig.restart()
        rig.executor.let_time_pass()
        assert [told.body["attempt"] for told in rig.notifier.notifications] == [*range(1, attempt + 1)]
        rig.service.repeat(job.id, actor="a test")
    assert len({told.id for told in rig.notifier.notifications}) == 2
