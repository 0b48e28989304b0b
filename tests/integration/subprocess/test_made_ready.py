"""What a validation lacked its runner makes ready for those that come after it, and for none that it does not fit."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feedscript.domain import Phase
from tests.integration.live_server import poll
from tests.integration.subprocess.conftest import StartExecutor
from tests.integration.subprocess.scene import FolderListener, run_of
from tests.unit.feeds.products import product, write_csv

SCRIPT = "tests.integration.subprocess.validating_script:main"
ASKED = {"profile": "google", "country": "US", "disabled": [], "as_of": "2026-08-01T12:00:00+00:00"}


class Validating:
    """One runner, which carries out one script after another."""

    def __init__(self, folder: Path, listener: FolderListener, start: StartExecutor) -> None:
        self._folder = folder
        self._listener = listener
        self._executor = start(capacity=1, builtins={Phase.VALIDATION: SCRIPT})
        self._number = 0

    def feed(self, name: str, rows: list[dict[str, str]]) -> str:
        return str(write_csv(self._folder / name, rows))

    def script(self, **asked: Any) -> str:
        """What it has said when it has ended."""
        self._number += 1
        job = f"j{self._number}"
        run = replace(run_of(job, json.dumps(asked)), phase=Phase.VALIDATION)
        self._executor.submit(self._listener.accept(run))
        poll(lambda: self._listener.ends(job))
        log = self._folder / f"logs/{job}/1.log"
        said = log.read_text() if log.exists() else ""
        assert self._listener.ends(job)[0]["exit_code"] == 0, said
        return said

    def lacked(self, **asked: Any) -> tuple[bool, dict[str, Any]]:
        said = json.loads(self.script(**ASKED | asked))
        return said["lacked"], said["report"]

    def with_a_plan(self, **asked: Any) -> dict[str, Any]:
        """The report by a plan that was made before; a runner that is wanted at once makes none."""
        found = poll(lambda: next((report for lacked, report in [self.lacked(**asked)] if not lacked), None))
        assert isinstance(found, dict)
        return found


@pytest.fixture
def validating(tmp_path: Path, listener: FolderListener, start: StartExecutor) -> Validating:
    return Validating(tmp_path, listener, start)


def with_defects() -> list[dict[str, str]]:
    rows = [product(number) for number in range(30)]
    rows[3] |= {"price": "dear"}
    rows[7] |= {"title": "BUY NOW"}
    rows[9]["id"] = rows[8]["id"]
    return rows


def test_the_second_feed_of_a_header_finds_a_plan_and_the_same_at_fault(validating: Validating) -> None:
    feed = validating.feed("feed.csv", with_defects())
    lacked, planned_now = validating.lacked(feed=feed)
    assert lacked
    assert validating.with_a_plan(feed=feed) == planned_now
    assert planned_now["issues"]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([",,,,,,,,,,"], id="blank"),
        pytest.param(["SKU-9,short"], id="ragged"),
        pytest.param(['SKU-9,"open'], id="open quote"),
        pytest.param(["SKU-9,a\x1eb,,,,,,,,,"], id="what parts cells"),
        pytest.param([], id="no items"),
    ],
)
def test_what_a_plan_cannot_be_told_is_found_as_without_one(validating: Validating, lines: list[str]) -> None:
    rows = [
        {**product(number), "availability_date": f"2027-08-0{number}"}
        for number in range(1, 9 if lines else 1)
    ]
    rows = rows or [dict.fromkeys([*product(), "availability_date"], "")]
    feed = Path(validating.feed("feed.csv", rows))
    if not lines:
        feed.write_text(feed.read_text().splitlines()[0] + "\n")
    feed.write_text(feed.read_text() + "".join(f"{line}\n" for line in lines))
    lacked, planned_now = validating.lacked(feed=str(feed))
    assert lacked
    assert validating.with_a_plan(feed=str(feed)) == planned_now


def test_another_day_header_country_profile_or_policy_has_no_plan_of_this(validating: Validating) -> None:
    rows = with_defects()
    feed = validating.feed("feed.csv", rows)
    turned = validating.feed("turned.csv", [dict(reversed(row.items())) for row in rows])
    validating.with_a_plan(feed=feed)
    for other in (
        {"as_of": "2026-08-02T12:00:00+00:00"},
        {"country": "DE"},
        {"profile": "meta"},
        {"disabled": ["google.price.invalid_format"]},
        {"feed": turned},
    ):
        lacked, planned_now = validating.lacked(**{"feed": feed} | other)
        assert lacked, other
        assert validating.with_a_plan(**{"feed": feed} | other) == planned_now
    assert not validating.lacked(feed=feed, as_of="2026-08-01T23:59:00+00:00")[0]


@pytest.mark.parametrize(
    "word",
    [
        "{}",
        "[1]",
        '{"profile": "../google", "columns": ["id"], "country": "US", "day": "2026-08-01", "skipped": []}',
        '{"profile": "google", "columns": [7], "country": "US", "day": "2026-08-01", "skipped": []}',
        '{"profile": "google", "columns": ["id"], "country": "US", "day": "soon", "skipped": []}',
        '{"profile": "google", "columns": 5, "country": "US", "day": "2026-08-01", "skipped": []}',
        json.dumps(
            {
                "profile": "google",
                "columns": ["id", "shipping(it's:\");--:\x00)"],
                "country": "'",
                "day": "2026-08-01",
                "skipped": ["x"],
            }
        ),
    ],
)
def test_a_word_that_means_harm_does_none(validating: Validating, word: str) -> None:
    feed = validating.feed("feed.csv", with_defects())
    validating.script(word=word)
    assert validating.lacked(feed=feed)[0]
    assert validating.with_a_plan(feed=feed)
