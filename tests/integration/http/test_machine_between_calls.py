"""The HTTP machine where a script ends between two calls that came at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import pytest

from feedscript.domain import FeedRequest, Phase
from feedscript.testing.http import Target
from feedscript.testing.http.steps import HttpSteps
from feedscript.testing.http.target import Reply
from tests.integration.http.conftest import Api, make_api

TRANSIENT = 75


@dataclass(frozen=True, kw_only=True)
class FailingAtOnce(Target):
    """The application in this process: each script that a call starts has failed before the next call comes."""

    api: Api
    one_at_a_time: Lock

    def _call(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        with self.one_at_a_time:
            answer = self.api.client.open(path, method=method, data=body, headers=dict(headers))
            for job_id, attempt in [*self.api.executor.queued]:
                self.api.executor.begin(job_id, attempt)
                self.api.executor.end(job_id, attempt, exit_code=TRANSIENT)
        return Reply(answer.status_code, answer.json)


def steps_against(folder: Path, *, scripts_act: bool) -> HttpSteps:
    api = make_api(folder, retry_base=86400.0, retry_cap=86400.0)
    steps = HttpSteps()
    steps.target = FailingAtOnce("", scripts_act=scripts_act, api=api, one_at_a_time=Lock())
    steps.start_over()
    return steps


def start_three_times_at_once(steps: HttpSteps) -> None:
    merchant = steps.merchant("m1")
    request = FeedRequest(
        affiliate_merchant_id=merchant,
        source="s3://exports/a.csv",
        destination=f"s3://feeds/{merchant}/feed.csv",
        reference="1",
    )
    steps.post(Phase.GENERATION, request, times=3)


def test_each_call_finds_what_the_script_of_the_one_before_left(tmp_path: Path) -> None:
    steps = steps_against(tmp_path, scripts_act=True)
    start_three_times_at_once(steps)
    (model,) = steps.models.values()
    assert [attempt.retry for attempt in model.attempts] == [False, True, True]


def test_a_job_that_does_not_follow_the_model_is_told_once_and_not_looked_at_again(tmp_path: Path) -> None:
    steps = steps_against(tmp_path, scripts_act=False)
    with pytest.raises(
        AssertionError, match=r"answered \['202', '202', '202'\], expected \['200', '200', '202'\]"
    ):
        start_three_times_at_once(steps)
    assert steps.models == {}
