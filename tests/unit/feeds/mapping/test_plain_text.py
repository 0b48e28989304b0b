"""HTML in texts: what generation reads of it, and what validation tells of; ids name the kind: part.number."""

import html
import re
from collections.abc import Sequence
from html.entities import html5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine import sql
from feedscript.feeds.mapping.operations import PlainText
from feedscript.feeds.rules.hypertext import BREAKING, HIDDEN, INLINE, markup_pattern
from tests.unit.feeds.mapping.mapped_rows import asked, worked, worked_all

MARKUP = markup_pattern()
PIECES = st.sampled_from(
    [
        *(
            "<b>",
            "</b>",
            "<p>",
            "<br/>",
            '<a title="a>b">',
            "<a title='",
            "</a>",
            "<NEW>",
            "<S/M>",
            "<b",
            ">",
            "<",
        ),
        *(
            "<!--",
            "-->",
            "<!-->",
            "<![CDATA[",
            "]]>",
            "<!DOCTYPE html>",
            "<?xml ?>",
            "<![endif]>",
            "<script>",
        ),
        *(
            "</script>",
            "<style a='>'>",
            "</style >",
            "<svg/>",
            "<o:p>",
            "<x-large>",
            "</x-large>",
            "<my-x a='1'>",
        ),
        *(
            "&",
            "amp;",
            "&amp;",
            "#38;",
            "lt;",
            "&lt;",
            "&gt;",
            "&quot;",
            "&#60;",
            "&#x3C",
            "&copy",
            "&copy;",
            "&nbsp;",
        ),
        *(
            "&#0;",
            "&#128;",
            "&#129;",
            "&Tab;",
            "=",
            '"',
            "'",
            "/",
            " ",
            "\n",
            "\u00a0",
            "a",
            "B",
            "1",
            ";",
            "x=",
        ),
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join)
LAWS = settings(deadline=None, max_examples=20)
_UNESCAPED = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="<&"), min_size=1
)
MANY = st.lists(TEXTS, min_size=1, max_size=80)


def told(texts: Sequence[str]) -> list[bool]:
    """Whether validation tells of HTML in each text."""
    query = f"SELECT {sql.contains('v', MARKUP)} FROM (SELECT unnest(?::VARCHAR[]) AS v)"
    return [bool(found) for (found,) in asked(query, [texts])]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("It&#x27;s", "It's", id="1.7-hexadecimal"),
        pytest.param("caf&#xE9; &#XE9 bar", "café é bar", id="1.7-hexadecimal-without-semicolon"),
        pytest.param("&#128; &#150; &#x99;", "€ \u2013 ™", id="1.7-windows-1252"),
        pytest.param("&lpar;&ccaron;&NotEqualTilde;&AMP;", "(č≂̸&", id="1.7-names-of-html-5"),
        pytest.param("caf&eacute table, &copy 2026", "café table, © 2026", id="1.7-names-without-semicolon"),
        pytest.param("&amp;#x27;quoted&amp;#x27;", "'quoted'", id="1.7-escaped-twice"),
        pytest.param("&amp;amp;amp;lt; &#38;#38;gt;", "< >", id="1.7-escaped-often"),
        pytest.param("a&#13;&#10;b&Tab;c&nbsp;d", "a b c d", id="1.7-white-space"),
        pytest.param(
            "?a=1&copy=2 &copyright R&D AT&T &Co;", "?a=1&copy=2 &copyright R&D AT&T &Co;", id="1.7-none"
        ),
        pytest.param(
            "&#0; &#x1F; &#129; &#xD800; &#xFFFD;", "&#0; &#x1F; &#129; &#xD800; &#xFFFD;", id="1.7-left"
        ),
        pytest.param("&#" + "9" * 5000 + ";", "&#" + "9" * 5000 + ";", id="1.7-beyond-any-number"),
        pytest.param("Model <NEW> 2026", "Model <NEW> 2026", id="1.8-no-element"),
        pytest.param("Size &lt;S/M&gt; only", "Size <S/M> only", id="1.8-escaped-no-element"),
        pytest.param("<p>Size <XL-XXL>, &lt;L&gt;</p>", "Size <XL-XXL>, <L>", id="1.8-within-markup"),
        pytest.param("a <x-large> b", "a <x-large> b", id="1.8-hyphen"),
        pytest.param("<my-box a='1'>in</my-box>", "in", id="1.8-custom-element"),
        pytest.param("&lt;p&gt;Nice&lt;/p&gt;", "Nice", id="1.8-whole-value-escaped"),
        pytest.param("a < b, c > d, <3, <>, 1<2", "a < b, c > d, <3, <>, 1<2", id="1.8-signs"),
        pytest.param("<p>one</p><p>two</p>", "one two", id="6.6-paragraphs"),
        pytest.param("<ul><li>a<li>b</ul>c<br>d", "a b c d", id="6.6-list"),
        pytest.param("<table><tr><td>a</td><td>b</td></table>", "a b", id="6.6-cells"),
        pytest.param("<h6>a</h6><dl><dt>b<dd>c</dl>", "a b c", id="6.6-terms"),
        pytest.param("b<b>o</b>ld H<sub>2</sub>O <I>x</I>", "bold H2O x", id="6.6-inline"),
        pytest.param("<!-- x > y -->Oak<!---->en <!-->lamp", "Oaken lamp", id="6.7-comments"),
        pytest.param("<a title=\"a>b\">Oak</a> <img alt='5 < 6'>lamp", "Oak lamp", id="6.7-quoted"),
        pytest.param("<a href=x title=Bob's>It is Bob's</a>", "It is Bob's", id="6.7-apostrophe-in-a-tag"),
        pytest.param('<p style="x>text</p>', "text", id="6.7-quote-never-closed"),
        pytest.param('<a title="<!--">Oak</a><!-- x -->', "Oak", id="6.7-comment-in-a-quote"),
        pytest.param(
            "<!--[if gte mso 9]><xml><w:View>x</w:View></xml><![endif]-->Oak", "Oak", id="6.7-conditional"
        ),
        pytest.param("<![if !mso]><o:p>Oak</o:p><![endif]>", "Oak", id="6.7-word"),
        pytest.param("<!DOCTYPE html><?xml version='1.0'?>Oak", "Oak", id="6.7-declarations"),
        pytest.param("<![CDATA[Oak <b>lamp</b>]]>", "Oak lamp", id="6.7-cdata"),
        pytest.param("a<SCRIPT>if(a<b)x='</b>'</SCRIPT >b<style>p>a{}</style>c", "a b c", id="6.7-hidden"),
        pytest.param("a<noscript>b</noscript><template>c</template>d", "a d", id="6.7-hidden-more"),
        pytest.param("<!-- never closed", "<!-- never closed", id="6.7-comment-never-closed"),
        pytest.param("<script>never closed", "never closed", id="6.7-script-never-closed"),
    ],
)
def test_plain_text(value: str, expected: str) -> None:
    assert worked(value, PlainText()) == expected


@pytest.mark.parametrize("name", [*BREAKING, *HIDDEN])
def test_case_6_6_what_breaks_a_line_parts_words(name: str) -> None:
    assert worked(f"Oak lamp<{name}>Lasts long", PlainText()) == "Oak lamp Lasts long"


@pytest.mark.parametrize("name", [name for name in INLINE if ":" not in name])
def test_case_6_6_what_stays_in_line_parts_nothing(name: str) -> None:
    assert worked(f"Oak<{name.upper()} a=b>en</{name}> lamp", PlainText()) == "Oaken lamp"


@pytest.mark.parametrize(
    "many", ["<a ", "<!--", "<script>", "<a x='", '<a " ="', "&amp;#38;", "</a-b>", "<b>&#38"]
)
def test_no_text_takes_long(many: str) -> None:
    # What looked ahead to the end from every place would take minutes.
    text = many * 40_000
    assert worked(text, PlainText()) == worked(worked(text, PlainText()), PlainText())


@LAWS
@given(MANY)
def test_a_plain_text_stays_as_it_is(texts: list[str]) -> None:
    plain = worked_all(texts, PlainText())
    assert worked_all(plain, PlainText()) == plain


@LAWS
@given(MANY)
def test_validation_tells_nothing_of_what_generation_leaves_but_references_to_nothing(
    texts: list[str],
) -> None:
    left = [re.sub("&#(?:0|129);?", " ", text or "") for text in worked_all(texts, PlainText())]
    found = [text for text, is_told in zip(left, told(left), strict=True) if is_told]
    assert [text for text in found if not misspelt(text)] == []


def misspelt(text: str) -> bool:
    """Whether a text holds what looks like a named reference and is none, which is left and told."""
    names = (part.split(";", 1)[0] for part in text.split("&")[1:] if ";" in part)
    return any(name.isalnum() and len(name) > 1 and f"{name};" not in html5 for name in names)


@LAWS
@given(MANY)
def test_a_text_of_which_validation_tells_nothing_stays(texts: list[str]) -> None:
    plain = [text for text, is_told in zip(texts, told(texts), strict=True) if not is_told]
    assert [text or "" for text in worked_all(plain, PlainText())] == [
        re.sub("[ \n\u00a0]+", " ", text).strip(" ") for text in plain
    ]


@LAWS
@given(st.lists(_UNESCAPED, min_size=1, max_size=80))
def test_what_was_escaped_comes_back(texts: list[str]) -> None:
    escaped = [html.escape(text) for text in texts]
    assert worked_all(escaped, PlainText()) == worked_all(texts, PlainText())
