"""Where in a value the fault is, and what it is in words; ids name the kind: part.number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.feeds import load_profile
from feedscript.feeds.rules.places import finder
from feedscript.feeds.validation.shortening import shortened

GOOGLE = load_profile("google")


def told(attribute: str, code: str, value: str) -> tuple[str, str]:
    """The part of the value at fault, and the note of it."""
    find = finder(GOOGLE.attribute(attribute), code)
    assert find is not None
    place = find(value)
    assert place is not None
    return value[place.start : place.end], place.note


@pytest.mark.parametrize(
    ("attribute", "value", "part", "note"),
    [
        pytest.param("link", "https://a.example/größe", "ö", "%C3%B6", id="4.10-beyond-ascii"),
        pytest.param("link", "https://a.example/a b", " ", "a space: write it as %20", id="4.10-space"),
        pytest.param(
            "link", "https://https://a.example/", "https://https://", "twice", id="4.10-doubled-scheme"
        ),
        pytest.param("link", "http://https://a.example/", "http://https://", "twice", id="4.10-two-schemes"),
        pytest.param("link", "a.example/shoe", "a", "no scheme", id="4.10-no-scheme"),
        pytest.param(
            "link", "ftp://a.example/shoe", "ftp:", "neither http nor https", id="4.10-other-scheme"
        ),
        pytest.param("link", "https:///shoe", "/shoe", "no host", id="4.10-no-host"),
        pytest.param("image_link", "https://a.example/b.avif", ".avif", "a .avif file", id="4.10-avif"),
        pytest.param("image_link", "https://a.example/b.SVG?v=1", ".SVG", "a .svg file", id="4.10-svg"),
        pytest.param("document_link", "https://a.example/b.doc", ".doc", "a .doc file", id="4.10-not-wanted"),
        pytest.param(
            "additional_image_link",
            "https://a.example/1.jpg,https://a.example/2.heic",
            ".heic",
            "a .heic file",
            id="4.10-the-second-of-two",
        ),
    ],
)
def test_an_address_is_told_by_its_part_at_fault(attribute: str, value: str, part: str, note: str) -> None:
    found, said = told(attribute, "invalid_format", value)
    assert found == part
    assert note in said


@pytest.mark.parametrize(
    ("attribute", "code", "value", "part"),
    [
        pytest.param("description", "html_in_text", "x" * 500 + "<b>bold</b>", "<b>", id="4.13-html"),
        pytest.param(
            "description", "link_in_text", "see www.a.example/b now", "www.a.example/b", id="4.13-link"
        ),
        pytest.param(
            "title", "promotional_text", "Shoe, free shipping, red", "free shipping", id="4.13-promotion"
        ),
        pytest.param("title", "broken_text", "Shoe\x0bred", "\x0b", id="4.13-control"),
        pytest.param("title", "leftover_text", "Shoe {{ a.b }} red", "{{ a.b }}", id="4.13-template"),
        pytest.param("title", "leftover_text", "Lorem ipsum dolor", "Lorem ipsum", id="4.13-filler"),
        pytest.param("mpn", "leftover_text", "undefined", "undefined", id="4.13-word"),
        pytest.param(
            "link", "too_many_values", "https://a.b/c,https://a.b/d", "https://a.b/d", id="4.13-second"
        ),
    ],
)
def test_the_place_is_that_of_the_match(attribute: str, code: str, value: str, part: str) -> None:
    assert told(attribute, code, value)[0] == part


def test_what_is_wrong_as_a_whole_has_no_place() -> None:
    assert finder(GOOGLE.attribute("price"), "invalid_format") is None


@given(
    st.sampled_from(["link", "image_link", "additional_image_link", "document_link"]), st.text(max_size=60)
)
def test_a_place_lies_within_its_value(attribute: str, value: str) -> None:
    find = finder(GOOGLE.attribute(attribute), "invalid_format")
    assert find is not None
    place = find(value)
    assert place is None or 0 <= place.start <= place.end <= len(value)


@given(st.text("abc", max_size=80), st.integers(5, 30), st.data())
def test_what_is_left_of_a_long_text_holds_its_mark(text: str, length: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + length)))
    shown, (first, last) = shortened(text, length, (start, end))
    assert shown[first:last] == text[start:end]
    assert shown.strip("…") in text
    assert len(shown.strip("…")) == min(len(text), length)
