"""What must hold whatever happened, read from the database alone, by none of the code under test."""

from collections import Counter
from typing import Any

import psycopg

from tests.faults.oracle import check_chain


def jobs_in(url: str) -> dict[str, dict[str, Any]]:
    """Every job's document, by its id."""
    with psycopg.connect(url) as connection:
        return {
            str(job_id): document
            for job_id, document in connection.execute("SELECT id, document FROM job").fetchall()
        }


def check_story_in(url: str) -> None:
    """Each version of each job is on the trail, once, in order; and nothing else is."""
    with psycopg.connect(url) as connection:
        lines = [
            line.encode() for (line,) in connection.execute("SELECT line FROM activity ORDER BY sequence")
        ]
    told = Counter(document["id"] for document in check_chain(lines))
    assert not [entry for entry, times in told.items() if times > 1], "entered twice"
    expected = {
        f"{job_id}/{version}"
        for job_id, job in jobs_in(url).items()
        for version in range(1, job["version"] + 1)
    }
    transitions = {entry for entry in told if "/" in entry}
    assert transitions == expected, f"missing {expected - transitions}, too many {transitions - expected}"


def left_in_queue(url: str) -> list[tuple[Any, ...]]:
    """Attempts that wait or are claimed."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT job_id, number, host FROM attempt").fetchall()
