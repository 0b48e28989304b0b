"""Searches that are written in an unusual way, for speed: they find what the usual way finds."""

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine import sql
from feedscript.feeds.rules.addresses import ESCAPED_AMPERSAND
from feedscript.feeds.rules.defects import SEVERAL_ADDRESSES
from feedscript.feeds.rules.hypertext import markup_pattern
from feedscript.feeds.rules.promotion import promotion
from feedscript.feeds.rules.texts import BROKEN, DOUBLE_ENCODED, LEFTOVER, LINK, PLACEHOLDER_IMAGE

PATTERNS = {
    "broken": BROKEN,
    "double encoded": DOUBLE_ENCODED,
    "leftover": LEFTOVER,
    "link": LINK,
    "placeholder": PLACEHOLDER_IMAGE,
    "markup": markup_pattern(),
    "addresses": SEVERAL_ADDRESSES,
    "ampersand": ESCAPED_AMPERSAND,
    "promotion": promotion().pattern,
    "a dot": "a.b",
    "nothing": "x*",
    "an end": "b$|^$",
}
PIECES = [
    *"aAbBx .-\n\t\r&;<>[]{}%$/:\x0b\x7f\x80\u00e9\ufffd\u00c3\u00a9\U0001f600",
    "http://", "https://x", "www.", "&amp;", "<b>", "null", "Sale!", "free shipping", "20% off", "no-image", "{{",
]  # fmt: skip
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), min_size=50, max_size=200)


def told(texts: list[str | None], *tests: str) -> list[tuple[bool | None, ...]]:
    """What each test says of each text, named `s`."""
    with duckdb.connect() as connection:
        asked = f"SELECT {', '.join(tests)} FROM (SELECT unnest(?::VARCHAR[]) AS s)"
        return connection.execute(asked, [texts]).fetchall()


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
@settings(max_examples=10, deadline=None, derandomize=True)
@given(texts=TEXTS)
def test_a_pattern_is_found_where_the_engine_finds_it(pattern: str, texts: list[str]) -> None:
    usual = f"regexp_matches(s, {sql.literal(pattern)})"
    answers = told([*texts, "", None], usual, sql.contains("s", pattern), sql.seldom_contains("s", pattern))
    assert all(found == whole == listed for found, whole, listed in answers)


@pytest.mark.parametrize("pattern", ["a.b", "x*", r"(?i)a|b\n", r"\d{2}|[^/]{2,4}"])
@settings(max_examples=10, deadline=None, derandomize=True)
@given(texts=TEXTS)
def test_a_whole_value_is_of_a_pattern_where_the_engine_says_so(pattern: str, texts: list[str]) -> None:
    answers = told([*texts, "", None], sql.matches("s", pattern), sql.seldom_matches("s", pattern))
    assert all(usual == listed for usual, listed in answers)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(text=st.text(min_size=1), begun=st.text(), sign=st.characters(codec="ascii"))
@example(text="Loren", begun="Lore", sign="m")
@example(text="Lore", begun="Lore", sign="m")
@example(text="https://a.b0", begun="https://a.b", sign="/")
def test_a_beginning_is_told_by_comparison(text: str, begun: str, sign: str) -> None:
    begun += sign
    texts: list[str | None] = [text, begun, begun + text]
    answers = told(texts, sql.begins_with("s", begun), sql.begins_otherwise("s", begun))
    assert answers == [(text.startswith(begun), not text.startswith(begun)), (True, False), (True, False)]
