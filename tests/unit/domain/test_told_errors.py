"""What errors of the domain say, and what they know for programs."""

import pytest

from feedscript.domain import DestinationBusy, OutOfReach, QueueFull, Stage

FEED = "s3://bucket/feed.csv"


@pytest.mark.parametrize(
    ("job_id", "beside", "told"),
    [
        ("j-1", None, f"job j-1 writes to {FEED} (running); wait until it is settled, or cancel it"),
        (None, None, f"another job writes to {FEED} (running); wait until it is settled, or cancel it"),
        (
            "j-1",
            "feed.html",
            f"job j-1 writes to feed.html, as {FEED} would (running); wait until it is settled, or cancel it",
        ),
    ],
)
def test_a_busy_destination_says_who_writes_there(job_id: str | None, beside: str | None, told: str) -> None:
    error = DestinationBusy(FEED, job_id, Stage.RUNNING, beside=beside)
    assert (error.destination, error.job_id, error.stage, error.beside) == (
        FEED,
        job_id,
        Stage.RUNNING,
        beside,
    )
    assert str(error) == told


@pytest.mark.parametrize(("name", "told"), [("meta", "meta"), (None, "what no partner is named for")])
def test_what_is_out_of_reach_is_named(name: str | None, told: str) -> None:
    error = OutOfReach("partner_id", name)
    assert (error.field, error.name, str(error)) == ("partner_id", name, f"this key does not reach {told}")


def test_a_full_queue_says_why() -> None:
    error = QueueFull("100 jobs wait")
    assert (error.why, str(error)) == (
        "100 jobs wait",
        "100 jobs wait; call again when some are done, or cancel some",
    )
