"""Addresses: what generation mends of them, and what validation takes; ids name the kind: part.number."""

import json
import re
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
from feedscript.feeds.validation.validation import validate
from tests.unit.feeds.mapping.mapped_rows import DATABASE, worked
from tests.unit.feeds.products import generate_all, product

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
LAWS = settings(deadline=None, max_examples=400)


def taken(address: str) -> bool:
    """Whether validation takes an address."""
    [(found,)] = DATABASE.execute(
        f"SELECT {sql.matches('v', ADDRESS)} AND NOT {sql.contains('v', SEVERAL_ADDRESSES)} FROM (SELECT ? AS v)",
        [address],
    ).fetchall()
    return bool(found)


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


@pytest.mark.parametrize("between", [" ", "\n", "|", ";", " | ", ",", ""])
@pytest.mark.parametrize("attribute", ["link", "image_link"])
def test_case_4_4_two_addresses_are_told_of_what_is_generated(
    tmp_path: Path, attribute: str, between: str
) -> None:
    source, feed = tmp_path / "export.jsonl", tmp_path / "feed.csv"
    two = f"https://s.example/a.jpg{between}https://s.example/b.jpg"
    source.write_text(json.dumps({**product(1), attribute: two}) + "\n", "utf-8")
    generate_all(source, feed)
    told = {issue.rule.id for report in (validate(source), validate(feed)) for issue in report.issues}
    assert told == {f"google.{attribute}.too_many_values"}


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
    assert taken(address)


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
    assert not taken(address)


@LAWS
@given(TEXTS | STARTED)
def test_a_mended_address_stays(text: str) -> None:
    mended = worked(text, Url())
    assert worked(mended, Url()) == mended


@LAWS
@given(TEXTS | STARTED)
def test_only_what_validation_takes_is_written_otherwise_than_it_was(text: str) -> None:
    alone = re.sub("[,\x1f]", "", text)
    mended = mended_address(alone)
    assert mended == alone or taken(mended)


@LAWS
@given(STARTED)
def test_the_engine_calls_for_every_address_that_can_be_mended(text: str) -> None:
    # `worked` takes the first of several, without white space around it.
    alone = text.replace("\x1f", "").strip(" \t\r\n\u00a0\ufeff")
    assert worked(alone, Url()) == mended_address(alone)


@LAWS
@given(STARTED)
def test_a_right_address_stays_byte_for_byte(text: str) -> None:
    if taken(text) and text.isprintable() and "&amp;" not in text and "&#" not in text and ",//" not in text:
        assert worked(text, Url()) == text


@LAWS
@given(STARTED)
def test_what_validation_takes_every_browser_takes(text: str) -> None:
    if taken(text):
        assert check_url(text.strip())


@LAWS
@given(STARTED)
def test_a_mended_address_is_what_a_browser_asks_for(text: str) -> None:
    alone = re.sub(r"[,\x1f]|&(amp|#38);|%(?![0-9A-F]{2})", "", text)
    mended = mended_address(alone)
    if mended != alone:
        base = "https://base.example"
        assert unquote(URL(mended).href) == unquote(URL(alone.strip("\u00a0\ufeff"), base=base).href)
