"""Addresses: what generation mends of them, and what validation takes; ids name the kind: part.number."""

import json
import re
from collections.abc import Sequence
from itertools import product as pairs
from pathlib import Path
from urllib.parse import unquote

import pytest
from ada_url import URL, check_url
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine import sql
from feedscript.feeds.mapping.mended_address import mended_address
from feedscript.feeds.mapping.operations import Listed, Url
from feedscript.feeds.rules.addresses import ADDRESS
from feedscript.feeds.rules.defects import SEVERAL_ADDRESSES
from tests.unit.feeds.mapping.mapped_rows import asked, worked, worked_all
from tests.unit.feeds.products import generate_all, product
from tests.unit.feeds.rules.test_catalogue import findings_of

PIECES = st.sampled_from(
    [
        *(
            "https://",
            "HTTP://",
            "//",
            "https:\\\\",
            "shop.example",
            "münchen.example",
            "faß.de",
            "☃.net",
            "a_b.co",
        ),
        *(
            "a..b",
            "xn--mnchen-3ya.de",
            "1.2.3.4",
            "256.1.1.1",
            "user:pw@",
            "ü@",
            ":8080",
            ":99999",
            ":x",
            ".",
            "_",
        ),
        *(
            "/",
            "\\",
            "?",
            "#",
            "%",
            "%20",
            "%C3%BC",
            "%zz",
            "&",
            "&amp;",
            "amp;",
            "&#38;",
            "=",
            ",",
            "\x1f",
            "[",
            "]",
        ),
        *(
            "|",
            "{",
            "<",
            '"',
            "'",
            "^",
            "`",
            " ",
            "\t",
            "\n",
            "\x07",
            "\x7f",
            "ü",
            "日本",
            "\u00ad",
            "\u200b",
            "a",
            "1",
        ),
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=12).map("".join)
STARTED = st.builds("{}shop.example{}".format, st.sampled_from(["https://", "//", "http://ü."]), TEXTS)
MANY_STARTED = st.lists(STARTED, min_size=1, max_size=80)
LAWS = settings(deadline=None, max_examples=20)


def taken(addresses: Sequence[str]) -> list[bool]:
    """Whether validation takes each address."""
    test = f"{sql.matches('v', ADDRESS)} AND NOT {sql.contains('v', SEVERAL_ADDRESSES)}"
    rows = asked(f"SELECT {test} FROM (SELECT unnest(?::VARCHAR[]) AS v)", [addresses])
    return [bool(found) for (found,) in rows]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            "https://s.example/größe?a=ü", "https://s.example/gr%C3%B6%C3%9Fe?a=%C3%BC", id="1.17-path"
        ),
        pytest.param(
            "https://s.example/p#日本", "https://s.example/p#%E6%97%A5%E6%9C%AC", id="1.17-fragment"
        ),
        pytest.param("https://münchen.example", "https://xn--mnchen-3ya.example", id="1.17-host"),
        pytest.param(
            "https://FASS.faß.de:8080/x", "https://fass.xn--fa-hia.de:8080/x", id="1.17-host-and-port"
        ),
        pytest.param(
            "https://s.example/a%20b ü", "https://s.example/a%20b%20%C3%BC", id="1.17-encoded-already"
        ),
        pytest.param(
            "https://s.example/100%-cotton", "https://s.example/100%25-cotton", id="1.17-stray-percent"
        ),
        pytest.param("https://s.example/%zz%", "https://s.example/%25zz%25", id="1.17-percent-of-nothing"),
        pytest.param("https:\\\\s.example\\a|b", "https://s.example/a%7Cb", id="1.17-backslashes"),
        pytest.param(" https://s.example/a b\n", "https://s.example/a%20b", id="1.17-spaces"),
        pytest.param("https://ü:p@s.example/", "https://%C3%BC:p@s.example/", id="1.17-user"),
        pytest.param("//shop.example.com/a b", "https://shop.example.com/a%20b", id="1.17-no-scheme"),
        pytest.param(
            "https://S.example:443/../A/?a[]=1^`", "https://S.example:443/../A/?a[]=1^`", id="1.17-right"
        ),
        pytest.param("https://s.example/?p=1&amp;v=2", "https://s.example/?p=1&v=2", id="1.18-named"),
        pytest.param(
            "https://s.example/?p=1&#38;v=2&#x26;w", "https://s.example/?p=1&v=2&w", id="1.18-numeric"
        ),
        pytest.param("https://s.example/?p=1&amp;amp;v=2", "https://s.example/?p=1&v=2", id="1.18-twice"),
        pytest.param(
            "https://s.example/?p=1&copy=2&amp=3", "https://s.example/?p=1&copy=2&amp=3", id="1.18-none"
        ),
        pytest.param(
            "http://ü.de/a,http://ß.de/b ", "http://xn--tda.de/a,http://xn--zca.de/b", id="1.17-several"
        ),
        pytest.param(
            "//a.de/ü\x1f//b.de/\x1fx", "https://a.de/%C3%BC\x1fhttps://b.de/\x1fx", id="1.17-elements"
        ),
        pytest.param(
            "https://a.de/x,//b.de/y", "https://a.de/x,https://b.de/y", id="1.17-second-without-scheme"
        ),
        pytest.param("https://a.de/ü,b.jpg", "https://a.de/%C3%BC,b.jpg", id="1.17-comma-within"),
        pytest.param("https://a.de/x,\\\\b.de", "https://a.de/x%2C//b.de", id="1.17-no-second-address"),
        pytest.param(
            "https://s.example/ü?url=https://b.example/a",
            "https://s.example/%C3%BC?url=https://b.example/a",
            id="1.17-address-in-a-query",
        ),
        pytest.param(
            "https://s.example/ü?u=https%3A%2F%2Fb.example&v%3Dhttps://c.example",
            "https://s.example/%C3%BC?u=https%3A%2F%2Fb.example&v%3Dhttps://c.example",
            id="1.17-encoded-address-in-a-query",
        ),
        pytest.param(
            "https://s.example/web/2020/https://b.example/ü",
            "https://s.example/web/2020/https://b.example/%C3%BC",
            id="1.17-address-in-a-path",
        ),
        pytest.param("https://s.example/\na|b", "https://s.example/a%7Cb", id="1.17-line-end-within"),
        # No address after all, and so left for validation to tell.
        pytest.param("www.shop.example/a b", "www.shop.example/a b", id="6.20-no-scheme"),
        pytest.param("https://a\u200cb.example/ü", "https://a\u200cb.example/ü", id="6.20-no-such-host"),
        pytest.param("https://s.example:99999/ü", "https://s.example:99999/ü", id="6.20-port"),
        pytest.param("https://sh op.example/", "https://sh op.example/", id="6.20-space-in-the-host"),
    ],
)
def test_url(value: str, expected: str) -> None:
    assert mended_address(value) == expected
    # What stands before U+001F is the value of an attribute that has one.
    assert worked(value, Url()) == expected.split("\x1f", maxsplit=1)[0]


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("https://s.example/a\nhttps://s.example/b", id="4.4-line-end"),
        pytest.param("https://s.example/a.jpg https://s.example/b.jpg", id="4.4-space"),
        pytest.param("https://s.example/a.jpg|https://s.example/b.jpg", id="4.4-pipe"),
        pytest.param("https://s.example/ü; HTTP://s.example/b", id="4.4-semicolon"),
        pytest.param("https://s.example/ühttps://s.example/b", id="4.4-directly-behind-a-letter"),
        pytest.param("https://s.example/ü?a=1https://s.example/b", id="4.4-directly-behind-a-query"),
        pytest.param("https://s.example/a\t//s.example/b", id="4.4-no-scheme"),
        pytest.param("//s.example/a\r\n\r\n//s.example/b", id="4.4-neither-has-a-scheme"),
        pytest.param("https:\\\\s.example\\a https:\\\\s.example\\b", id="4.4-backslashes"),
    ],
)
def test_case_4_4_two_addresses_are_never_made_one(value: str) -> None:
    assert worked(value, Url()) == value


def test_case_4_4_two_addresses_are_told_of_what_is_generated(tmp_path: Path) -> None:
    source, feed = tmp_path / "export.jsonl", tmp_path / "feed.csv"
    betweens = [" ", "\n", "|", ";", " | ", ",", ""]
    both = list(pairs(("link", "image_link"), betweens))
    items = [
        {**product(number), attribute: f"https://s.example/a.jpg{between}https://s.example/b.jpg"}
        for number, (attribute, between) in enumerate(both)
    ]
    source.write_text("".join(json.dumps(each) + "\n" for each in items), "utf-8")
    generate_all(source, feed)
    expected = {item: [f"google.{name}.too_many_values"] for item, (name, _) in enumerate(both, start=1)}
    for each in (source, feed):
        assert findings_of(each, tmp_path / "findings.gz", country="US") == expected


def test_each_address_of_a_list_is_mended() -> None:
    several = "//a.example/ä.jpg|https://a.example/b c.jpg|https://a.example/?d&amp;e"
    assert worked(several, Listed("|", 10), Url()) == (
        "https://a.example/%C3%A4.jpg,https://a.example/b%20c.jpg,https://a.example/?d&e"
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://shop.example",
        "HTTP://SHOP.EXAMPLE/",
        "https://my_shop.s3.example.com:8080?a",
        "https://xn--mnchen-3ya.example/%C3%BC#a/b?c",
        "https://1.2.3.4/p",
        "https://user:p%40w@shop.example/p",
        "https://s.example/?url=https://b.example/a",
        "https://s.example/click%3Fhttps://b.example/a",
        "https://s.example/w_100,h_200/https://b.example/a",
        "https://s.example/web/20200101/https://b.example/a",
        f"https://{'a' * 63}.example/p",
    ],
)
def test_an_address_that_browsers_and_servers_take_is_right(address: str) -> None:
    assert taken([address]) == [True]


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("https://shop.example_/p", id="6.20-underscore-at-the-end"),
        pytest.param("https://shop.example:99999/p", id="6.20-port"),
        pytest.param("https://shop.example:65536/p", id="6.20-port-next-to-the-last"),
        pytest.param("https://shop.example:abc/p", id="6.20-port-of-letters"),
        pytest.param("https:///shop.example/p", id="6.20-no-host"),
        pytest.param("https://sh op.example/p", id="6.20-space-in-the-host"),
        pytest.param("https://https://shop.example/p", id="6.20-scheme-twice"),
        pytest.param("https://shop..example/p", id="6.20-empty-label"),
        pytest.param("https://.shop.example/p", id="6.20-empty-first-label"),
        pytest.param("https://-shop.example/p", id="6.20-hyphen-first"),
        pytest.param("https://shop-.example/p", id="6.20-hyphen-last"),
        pytest.param(f"https://{'a' * 64}.example/p", id="6.20-label-too-long"),
        pytest.param("https://256.256.256.256/p", id="6.20-octets"),
        pytest.param("https://1.2.3/p", id="6.20-three-octets"),
        pytest.param("https://localhost/p", id="6.20-no-dot"),
        pytest.param("https://@:shop.example/p", id="6.20-no-user"),
        pytest.param("https://shop!.example/p", id="6.20-sign-in-the-host"),
        pytest.param("https://shop.example/100%-cotton", id="6.20-stray-percent"),
        pytest.param("https://shop.example/%zz", id="6.20-percent-of-nothing"),
        pytest.param("https://shop.example/a b", id="6.20-space"),
        pytest.param("https://s.example/a;https://s.example/b", id="4.4-semicolon"),
        pytest.param("https://s.example/ahttps://s.example/b", id="4.4-directly-behind"),
        pytest.param("https://s.example/a,b,HTTP://s.example/b", id="4.4-comma-behind-a-comma-within"),
    ],
)
def test_an_address_that_is_none_is_not_taken(address: str) -> None:
    assert taken([address]) == [False]


@LAWS
@given(st.lists(TEXTS | STARTED, min_size=1, max_size=80))
def test_a_mended_address_stays(texts: list[str]) -> None:
    mended = worked_all(texts, Url())
    assert worked_all(mended, Url()) == mended


@LAWS
@given(st.lists(TEXTS | STARTED, min_size=1, max_size=80))
def test_only_what_validation_takes_is_written_otherwise_than_it_was(texts: list[str]) -> None:
    alone = [re.sub("[,\x1f]", "", text) for text in texts]
    changed = [mended for text in alone if (mended := mended_address(text)) != text]
    assert [text for text, right in zip(changed, taken(changed), strict=True) if not right] == []


@LAWS
@given(MANY_STARTED)
def test_the_engine_calls_for_every_address_that_can_be_mended(texts: list[str]) -> None:
    # `worked_all` takes the first of several, without white space around it.
    alone = [text.replace("\x1f", "").strip(" \t\r\n\u00a0\ufeff") for text in texts]
    assert worked_all(alone, Url()) == [mended_address(text) for text in alone]


@LAWS
@given(MANY_STARTED)
def test_a_right_address_stays_byte_for_byte(texts: list[str]) -> None:
    right = [
        text
        for text, is_taken in zip(texts, taken(texts), strict=True)
        if is_taken and text.isprintable() and not any(sign in text for sign in ("&amp;", "&#", ",//"))
    ]
    assert worked_all(right, Url()) == right


@LAWS
@given(MANY_STARTED)
def test_what_validation_takes_every_browser_takes(texts: list[str]) -> None:
    right = [text.strip() for text, is_taken in zip(texts, taken(texts), strict=True) if is_taken]
    assert [text for text in right if not check_url(text)] == []


@settings(LAWS, max_examples=400)
@given(STARTED)
def test_a_mended_address_is_what_a_browser_asks_for(text: str) -> None:
    alone = re.sub(r"[,\x1f]|&(amp|#38);|%(?![0-9A-F]{2})", "", text)
    mended = mended_address(alone)
    if mended != alone:
        base = "https://base.example"
        assert unquote(URL(mended).href) == unquote(URL(alone.strip("\u00a0\ufeff"), base=base).href)
