"""One deadline for a whole exchange, and no memory for its answer. Ids name the kind: part.number."""

import asyncio
import json
import time
import tracemalloc
from pathlib import Path

import pytest

from feedscript.adapters.http_exchange import Answer, DeadlinePassed, NoAnswer, post
from feedscript.domain import Outcome, Phase
from feedscript.entrypoints.scripts.assignment import Assignment, Conclusion, report
from tests.integration.webhooks import answers
from tests.integration.webhooks.answers import Answering, serving

MB = 1024 * 1024
DEADLINE = 0.5
#: What this machine may be busy with besides.
SLACK = 5.0


def exchange(url: str, *, within: float = DEADLINE, keep: int = 0) -> Answer:
    return asyncio.run(
        post(url, b'{"status": "success"}', headers={"webhook-id": "1"}, within=within, keep=keep)
    )


@pytest.mark.parametrize(
    "answering",
    [
        pytest.param(answers.silent, id="5.1-silent"),
        pytest.param(answers.dripping_head, id="5.1-dripping-head"),
        pytest.param(answers.endless_continue, id="5.1-endless-100-continue"),
    ],
)
def test_what_does_not_come_to_a_status_ends_at_the_deadline(answering: Answering) -> None:
    with serving(answering) as (server,):
        began = time.monotonic()
        with pytest.raises(DeadlinePassed, match=r"no answer within 0\.5 s"):
            exchange(server.url)
        assert DEADLINE <= time.monotonic() - began < DEADLINE + SLACK


@pytest.mark.parametrize(
    "answering",
    [
        pytest.param(answers.huge_body, id="5.1-400-MB"),
        pytest.param(answers.endless_body, id="5.1-endless-body"),
        pytest.param(answers.dripping_body, id="5.1-dripping-body"),
    ],
)
def test_the_status_decides_and_the_body_costs_no_memory(answering: Answering) -> None:
    with serving(answering) as (server,):
        exchange(server.url, within=SLACK)  # what is imported and kept is so after the first
        tracemalloc.start()
        try:
            assert exchange(server.url, within=SLACK).status == 200
            assert tracemalloc.get_traced_memory()[1] < 5 * MB
        finally:
            tracemalloc.stop()


def test_case_5_1_a_head_without_end_is_no_answer_and_costs_no_memory() -> None:
    with serving(answers.endless_head) as (server,):
        tracemalloc.start()
        try:
            with pytest.raises(NoAnswer):
                exchange(server.url, within=SLACK)
            assert tracemalloc.get_traced_memory()[1] < 5 * MB
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("answering", [answers.huge_body, answers.dripping_body])
def test_case_5_1_of_a_body_as_much_is_kept_as_is_asked_for(answering: Answering) -> None:
    with serving(answering) as (server,):
        answer = exchange(server.url, within=SLACK, keep=10)
        assert answer.status == 200
        assert answer.text[:5] in ("xxxxx", "yyyyy")
        assert len(answer.text) <= 10


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://a..b/", "http://[/", "nonsense", "http://127.0.0.1:99999/"]
)
def test_an_address_that_leads_nowhere_is_no_answer(url: str) -> None:
    with pytest.raises(NoAnswer) as told:
        exchange(url, within=SLACK)
    assert url not in str(told.value)


@pytest.mark.parametrize(
    "answering",
    [
        pytest.param(answers.dripping_body, id="5.1-dripping-body"),
        pytest.param(answers.endless_body, id="5.1-endless-body"),
    ],
)
def test_the_built_in_scripts_own_callback_is_bounded_too(
    answering: Answering, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(answering) as (server,):
        assignment = Assignment(
            job_id="j1",
            attempt=1,
            phase=Phase.GENERATION,
            affiliate_merchant_id="m1",
            partner_id="",
            source="s3://b/in.csv",
            destination="s3://b/out.csv",
            country="",
            callback_url=server.url,
            token="1.secret",
            result_file=tmp_path / "result.json",
            progress_file=tmp_path / "progress.json",
        )
        report(assignment, Conclusion(Outcome.SUCCESS, result={"rows": 1}), deadline=SLACK)
        assert server.connections == 1, "the status has decided: it is not sent again"
    log = capsys.readouterr().out
    assert log.startswith("callback: HTTP 200 ")
    assert len(log) < 2000
    assert json.loads(assignment.result_file.read_text()) == {"rows": 1}
