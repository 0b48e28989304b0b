"""How jobs are shown and followed, whatever their callers gave, and whatever becomes of their service meanwhile."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from feedscript.entrypoints.cli.jobs.desk import Exit, NotDone, exit_for, is_settled
from feedscript.entrypoints.cli.jobs.tables import listed, table, told
from feedscript.entrypoints.cli.jobs.watching import Watch, settled

ID = "0199c3f0-0000-7000-8000-000000000000"
MOVES = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e]")
GIVEN = st.none() | st.text(max_size=80)


def job(**changes: Any) -> dict[str, Any]:
    """A job as the API answers it."""
    attempt = {
        "number": 1,
        "type": "feed_generation",
        "automatic": False,
        "retry": False,
        "accepted_at": "2026-01-01T10:00:00Z",
    }
    paths = {"source_s3_path": "s3://b/i", "destination_s3_path": "s3://b/o", "callback_url": None}
    known = {
        "id": ID, "status": "generating", "affiliate_merchant_id": "m1", "partner_id": None, "reference": None,
        "retry_count": 0,
        "next_retry_at": None, "reason": None, "error": None, "warnings": [], "job_data": paths, "attempts": [attempt],
        "created_at": "2026-01-01T10:00:00.123456+00:00", "updated_at": "2026-01-01T10:00:01+00:00",
    }  # fmt: skip
    return known | changes


@given(merchant=st.text(min_size=1, max_size=80), reference=GIVEN, error=GIVEN, width=st.integers(100, 200))
def test_a_row_is_one_line_within_the_terminal_in_which_nothing_moves(
    merchant: str, reference: str | None, error: str | None, width: int
) -> None:
    jobs = [
        job(affiliate_merchant_id=merchant, reference=reference, error=error, reason="script_error"),
        job(),
    ]
    rows = listed(jobs)
    lines = list(table(rows, width=width))
    assert len(lines) == 3
    assert not any(MOVES.search(line) for line in lines)
    widest = max(cell_len(line) for line in table([(*row[:-1], "") for row in rows]))
    assert all(cell_len(line) <= max(width, widest + 2 + 20) for line in lines)
    shown = list(told(jobs[0]))
    assert not any(MOVES.search(line.replace("\n", "").replace("\t", "")) for line in shown)


def test_a_column_is_shown_where_a_job_tells_of_it() -> None:
    assert listed([job()])[0] == ("ID", "STATUS", "MERCHANT", "UPDATED (UTC)", "NOTE")
    head, staged, other = listed([job(stage="queued"), job(partner_id="meta", retry_count=2)])
    assert head == ("ID", "STATUS", "STAGE", "MERCHANT", "PARTNER", "RETRIES", "UPDATED (UTC)", "NOTE")
    assert (staged[2], other[2]) == ("queued", "-")
    assert "stage" in "\n".join(told(job(stage="queued")))
    assert "stage" not in "\n".join(told(job()))


def test_a_job_that_will_be_repeated_is_not_settled() -> None:
    assert not is_settled(job(status="generation_failed", next_retry_at="2026-01-01T10:05:00+00:00"))
    assert is_settled(job(status="generation_failed"))
    assert not is_settled(job())


class _Answers:
    """A desk that answers one thing after another about a job."""

    def __init__(self, *answers: Mapping[str, Any] | NotDone) -> None:
        self._answers: Iterator[Mapping[str, Any] | NotDone] = iter(answers)

    def job(self, job_id: str) -> Mapping[str, Any]:
        assert job_id == ID
        answer = next(self._answers)
        if isinstance(answer, NotDone):
            raise answer
        return answer


AWAY = NotDone("http://x does not answer", Exit.NO_ANSWER)


def test_a_service_that_is_away_for_a_while_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    failed = job(status="generation_failed", reason="transient", next_retry_at="2026-01-01T10:05:00+00:00")
    desk: Any = _Answers(job(), AWAY, AWAY, failed, job(status="generated"))
    assert settled(desk, ID, timeout=60)["status"] == "generated"
    told_of = capsys.readouterr().err.splitlines()
    assert len(told_of) == 4
    assert "asking again" in told_of[1]
    assert "repeated at 2026-01-01 10:05:00; transient" in told_of[2]


def test_one_that_stays_away_and_one_that_refuses_are_given_up() -> None:
    desk: Any = _Answers(AWAY, AWAY)
    with pytest.raises(NotDone) as away:
        Watch(away_for=0).ask(lambda: desk.job(ID))
    assert away.value.code is Exit.NO_ANSWER
    desk = _Answers(NotDone("another key", Exit.NOT_LET_IN))
    with pytest.raises(NotDone) as refused:
        settled(desk, ID, timeout=60)
    assert refused.value.code is Exit.NOT_LET_IN


def test_the_time_is_kept_also_while_nobody_answers() -> None:
    desk: Any = _Answers(*[AWAY] * 50)
    with pytest.raises(NotDone) as over:
        settled(desk, ID, timeout=0.05)
    assert over.value.code is Exit.TIMED_OUT


@pytest.mark.parametrize(
    ("status", "code", "ends"),
    [
        (401, "unauthorized", 5),
        (403, "lacking_scope", 5),
        (404, "unknown_job", 4),
        (404, "unknown_attempt", 4),
        (404, "unknown_address", 2),
        (409, "in_flight", 1),
        (422, "invalid_fields", 2),
        (429, "queue_full", 1),
        (429, "too_many_calls", 3),
        (500, "internal_error", 3),
        (503, "draining", 3),
        (507, "storage_full", 3),
    ],
)
def test_each_answer_of_the_api_has_its_exit_code(status: int, code: str, ends: int) -> None:
    assert exit_for(status, code) == ends
