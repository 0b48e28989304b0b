"""The summary for a terminal."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_documents import document, issue, sample

from feedscript.feeds.reports import render_text


def test_it_tells_what_to_act_upon() -> None:
    text = render_text(document(issue(), issue("warning", "gtin", total=1_200)))
    for expected in (
        "Failed  s3://exports/feed.tsv.gz\n",
        "3 of 1,284 items have errors: the partner would reject them.",
        "profile google 2026-07, US, as of 2026-08-01 00:00 UTC",
        "1,284 items: 1,281 valid, 3 with errors. 3 errors, 1,200 warnings, 0 advice.",
        "Errors (1 rule)\n✗ 3 google.price.invalid_format\n",
        "item 17, line 18, A1: 9,99",
        "→ Write it as 12.90 USD.",
        "Warnings (1 rule)\n! 1,200 google.gtin.invalid_format\n",
        "gtin 41%",
        "All findings: s3://feeds/issues.jsonl.gz",
    ):
        assert expected in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"item": 17, "line": 18, "item_id": "A1", "value": None}, "item 17, line 18, A1: (empty)"),
        ({"item": None, "line": 1, "item_id": None, "value": "dan"}, "line 1: dan"),
        ({"item": None, "line": None, "item_id": None, "value": "dan"}, "dan"),
        ({"item": None, "line": 1, "item_id": None, "value": None}, "line 1"),
    ],
)
def test_a_sample_shows_what_is_known_of_its_place(facts: dict[str, Any], line: str) -> None:
    assert f"\n    {line}\n" in render_text(document(issue(samples=[facts])))


def test_a_sample_of_which_nothing_is_known_takes_no_line() -> None:
    nothing = {"item": None, "line": None, "item_id": None, "value": None}
    assert render_text(document(issue(samples=[nothing]))) == render_text(document(issue(samples=[])))


def test_it_says_what_it_leaves_out() -> None:
    issues = [issue(code=f"code_{number}") for number in range(50)]
    text = render_text(document(*issues), rules=40)
    assert text.count("✗") == 40
    assert "… and 10 rules more" in text


def test_partial_reports_and_system_errors_say_so() -> None:
    text = render_text(
        document(
            status="error",
            complete=False,
            stopped_reason="more than 60 s",
            system_errors=[{"code": "x", "message": "disk full"}],
        )
    )
    assert "Not complete: more than 60 s" in text
    assert "System error: disk full" in text


def test_colours_are_only_added() -> None:
    plain, coloured = render_text(document(issue())), render_text(document(issue()), colour=True)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    assert coloured.startswith("\x1b[31mFailed\x1b[0m")


@settings(deadline=None)
@given(st.text(st.characters(), max_size=40))
def test_no_value_commands_the_terminal_or_starts_a_line(value: str) -> None:
    base = document(issue(samples=[sample(1, "A1", "x")]))
    hostile = document(issue(samples=[sample(1, "A1", value)]))
    text = render_text(hostile)
    text.encode("utf-8")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    assert text.count("\n") == render_text(base).count("\n")


@pytest.mark.parametrize(
    ("feed_format", "item", "line"),
    [
        pytest.param("rss", "item", "rss, items from <item>\n", id="3.2-element"),
        pytest.param("json", "offers", "json, items from offers\n", id="3.2-list"),
    ],
)
def test_what_the_items_were_taken_from_is_said(feed_format: str, item: str, line: str) -> None:
    source = document()["source"] | {"format": feed_format, "item": item}
    assert line in render_text(document(source=source))
    assert "items from" not in render_text(document(source=source | {"item": None}))
