"""The samples: the export becomes a feed that passes, and the broken feed fails with what was planted."""

import re
from datetime import UTC, datetime
from pathlib import Path

from feedscript.feeds import Report, generate, validate

SAMPLES = Path(__file__).parents[3] / "samples"
AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
PLANTED = re.compile(r"^\| (\d+) \| [^|]+ \| `([^`]+)` \|$", re.MULTILINE)


def found(report: Report) -> set[tuple[int | None, str]]:
    return {(sample.line, issue.rule.id) for issue in report.issues for sample in issue.samples}


def test_the_merchants_export_becomes_a_feed_that_passes(tmp_path: Path) -> None:
    generate(SAMPLES / "merchant-export.csv", tmp_path / "feed.csv")
    report = validate(tmp_path / "feed.csv", as_of=AS_OF)
    assert report.status == "passed_with_warnings"
    assert {issue.rule.id: issue.total for issue in report.issues} == {
        "google.title.all_caps": 4,
        "google.image_link.placeholder_image": 2,
    }


def test_the_merchants_export_itself_would_fail() -> None:
    assert validate(SAMPLES / "merchant-export.csv", as_of=AS_OF).status == "failed"


def test_the_broken_feed_has_the_planted_defects_and_no_other() -> None:
    planted = {
        (int(line), rule) for line, rule in PLANTED.findall((SAMPLES / "README.md").read_text("utf-8"))
    }
    report = validate(SAMPLES / "broken-feed.csv", as_of=AS_OF)
    assert report.status == "failed"
    assert found(report) == planted
    assert sum(issue.total for issue in report.issues) == len(planted) == 35
