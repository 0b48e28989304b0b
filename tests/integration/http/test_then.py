"""`then: "validate"`: the validation starts when the feed is there, once, whatever happens in between."""

from pathlib import Path

import pytest

from feedscript.domain import FeedRequest, JobState, Phase
from feedscript.testing.port_faults import Crash
from feedscript.testing.rig import Rig
from tests.integration.http.conftest import Api, make_api

URL = "https://caller.example/told"
ASKED = FeedRequest(
    affiliate_merchant_id="m1",
    source="s3://b/in.csv",
    destination="s3://b/out.csv",
    callback_url=URL,
    then=Phase.VALIDATION,
)


def test_the_validation_starts_by_itself_and_both_outcomes_are_told(api: Api) -> None:
    asked = {"job_id": 1, "destination_s3_path": "s3://bucket/out.csv", "callback_url": URL}
    job_id = api.generate(then="validate", **asked).json["job_id"]
    assert api.status(job_id)["job_data"]["then"] == "validate"
    api.executor.begin(job_id, 1)
    api.executor.end(job_id, 1, exit_code=0, result={"rows": 1})
    job = api.status(job_id)
    assert (job["status"], job["stage"], job["retry_count"]) == ("validating", "queued", 0)
    made, check = job["attempts"]
    assert (made["outcome"], check["automatic"], check["retry"]) == ("success", True, False)
    assert check["job_data"]["source_s3_path"] == "s3://bucket/out.csv"
    assert check["job_data"]["destination_s3_path"] == "s3://bucket/out.csv.report.json"
    api.executor.begin(job_id, 2)
    api.executor.end(job_id, 2, exit_code=65, result={"err": "no titles"})
    assert api.status(job_id)["status"] == "validation_failed"
    told = [(each.body["type"], each.body["status"]) for each in api.notifier.notifications]
    assert told == [("feed_generation", "success"), ("feed_validation", "failed")]
    assert api.client.post(f"/api/feed/retry/{job_id}").json["status"] == "validating"


def test_nothing_else_may_be_asked_for_and_the_report_has_its_place_from_the_start(api: Api) -> None:
    assert api.generate(then="deliver").json["errors"]["then"]
    assert api.generate(then=None).status_code == 202
    asked = {"destination_s3_path": "s3://bucket/out.csv", "then": "validate"}
    job_id = api.generate(**asked).json["job_id"]
    other = api.validate(destination_s3_path="s3://bucket/out.csv.report.json")
    assert (other.status_code, other.json["job_id"]) == (409, job_id)
    foreign = api.validate(destination_s3_path="s3://bucket/out.csv.report.json", affiliate_merchant_id="m2")
    assert foreign.json["code"] == "destination_taken"


@pytest.mark.parametrize("place", ["s3://secret/feed.csv", "s3://shared/m2.csv"])
def test_a_feed_that_its_script_puts_where_the_merchant_may_not_read_is_not_checked(
    tmp_path: Path, place: str
) -> None:
    api = make_api(tmp_path, allowed_buckets=("shared",))
    others = {"source_s3_path": "s3://shared/m2-in.csv", "destination_s3_path": "s3://shared/m2.csv"}
    assert api.generate(affiliate_merchant_id="m2", **others).status_code == 202
    own = {"source_s3_path": "s3://shared/in.csv", "destination_s3_path": "s3://shared/out.csv"}
    job_id = api.generate(then="validate", **own).json["job_id"]
    api.executor.begin(job_id, 1)
    api.executor.end(job_id, 1, exit_code=0, result={"destination_s3_path": place})
    job = api.status(job_id)
    assert (job["status"], job["stage"], len(job["attempts"])) == ("generated", "settled", 1)
    assert any("was not started" in warning for warning in job["warnings"])


@pytest.mark.parametrize("at", range(1, 9))
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_anywhere_between_the_two_leaves_it_started_once(at: int, after: bool) -> None:
    rig = Rig()
    job_id = rig.service.start(Phase.GENERATION, ASKED, actor="a test").job.id
    rig.executor.begin(job_id, 1)
    rig.trouble.arm(Crash(), at=at, after=after)
    try:
        rig.executor.end(job_id, 1, exit_code=0, result={"rows": 1})
    except Crash:
        rig.restart()
        if (job_id, 1) in rig.executor.running:
            rig.executor.end(job_id, 1, exit_code=0, result={"rows": 1})
    rig.trouble.disarm()
    for _ in range(3):
        rig.executor.let_time_pass()
    job = rig.service.job(job_id)
    assert (job.state, len(job.attempts)) == (JobState.VALIDATING, 2)
    assert [*rig.executor.queued] == [(job_id, 2)]
    assert [each.body["type"] for each in rig.notifier.notifications] == ["feed_generation"]
