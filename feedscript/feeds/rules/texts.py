"""How good a text is: what is asked of it apart from whether its form is right."""

import re
from collections.abc import Iterator

from feedscript.feeds.engine import sql
from feedscript.feeds.profiles.model import Attribute, Type
from feedscript.feeds.rules.addresses import ESCAPED_AMPERSAND
from feedscript.feeds.rules.derivation import Value
from feedscript.feeds.rules.hypertext import markup_pattern
from feedscript.feeds.rules.promotion import promotion
from feedscript.feeds.rules.value_test import ValueTest, longer_than

LINK = r"(?i)(?:https?://|\bwww\.)[a-z0-9]"
PLACEHOLDER_IMAGE = r"(?i)(?:\bno[-_]?(?:image|photo)|placeholder|image[-_]not[-_]available|coming[-_]soon)"
_NO_CHARACTERS = "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
#: Controls but for tabs, line breaks and the sign that joins values (U+001F), as a class of a pattern.
CONTROLS = "\\x00-\\x08\\x0b\\x0c\\x0e-\\x1e"
#: What is no text: controls; C1 controls, which stand where Windows'
#: typographic signs were read as Latin-1; U+FFFD for bytes that were no text; and what Unicode keeps unassigned.
BROKEN = f"[{CONTROLS}\\x80-\\x9f\ufdd0-\ufdef\ufffd-\uffff{_NO_CHARACTERS}]"
#: What templates, page builders and JavaScript leave in a text.
LEFTOVER = (
    r"(?i)\[object [a-z]+\]|\{\{|\{%|\$\{|\{[a-z]+[._][a-z0-9._]+\}"
    r"|\[/?(?:[a-z][a-z0-9]*_[a-z0-9_]+|gallery|caption|embed|playlist|shortcode)(?:\s+[a-z0-9_-]+=[^\[\]]*)?/?\]"
)
_LEFTOVER_SIGNS = ("{", "[")
#: UTF-8 that was read as Windows-1252 and written as UTF-8 again: the bytes of one letter as two or three signs.
DOUBLE_ENCODED = (
    "[\u00c2-\u00c5\u00ce-\u00d1][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014"
    "\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
    "|\u00e2[\u20ac\u201a\u2020\u201e][\u0080-\u00ff\u0152\u0153\u0161\u0178\u017d\u017e\u02dc\u2018-\u201d\u2026\u2030\u2039\u2122]"
)
FILLERS = ("Lorem ipsum", "lorem ipsum")
#: Values that are nothing but what a program writes for nothing, a spreadsheet for a mistake, or a person for later.
LEFTOVER_WORDS = (
    "null", "(null)", "nil", "none", "undefined", "nan", "#n/a", "#ref!", "#value!", "#name?", "#null!",
    "#num!", "#div/0!", "#error!", "#nv", "#wert!", "#bezug!", "default title", "default variant",
    "untitled", "todo", "tbd", "fixme", "test", "test product", "testprodukt", "sample product",
    "product title", "lorem ipsum", "asdf",
)  # fmt: skip
#: Blocks of capitals and of small letters in Latin, Greek, Cyrillic and Armenian, and of scripts without either. What
#: Unicode knows as such (\\p{Lu} ...) takes RE2 longer to compile than a small feed takes to check. Where a block
#: holds both in turn they count as capitals: small letters enough of the other blocks are beside them.
_LARGE = "A-Z\u00c0-\u00d6\u00d8-\u00de\u0100-\u024f\u0386-\u03ab\u0400-\u042f\u0460-\u0556\u1e00-\u1eff"
_SMALL = "a-z\u00df-\u00f6\u00f8-\u00ff\u03ac-\u03ce\u0430-\u045f\u0561-\u0587"
_WITHOUT_CASE = "\u0590-\u109f\u1100-\u139f\u1400-\u1bff\u3040-\ua63f\ua980-\uaaff\uac00-\ud7ff"
#: What a text in capitals has at least of them: as several words, and as one, which may be a name.
_CAPITALS, _CAPITALS_OF_ONE_WORD = 8, 12


def quality_tests(attribute: Attribute, *, sound: bool = False) -> Iterator[ValueTest]:
    """The tests of how good a text is, asked apart from whether it is acceptable.

    Those that no `sound` text fails are left out for one.
    """
    for quality in attribute.quality:
        yield _QUALITIES[quality]
    if attribute.type is Type.URL:
        yield _HTML_IN_LINK
    if not sound and _lets_anything_in(attribute):
        yield ValueTest("broken_text", _is_broken, _is_whole)
        yield ValueTest("double_encoded", _is_double_encoded, _is_whole)
        yield ValueTest("leftover_text", lambda value: _is_left_over(attribute, value), _is_filled)
    if attribute.advised_min_length is not None:
        advised = attribute.advised_min_length
        yield ValueTest("short_text", lambda value: f"length({value.text}) < {advised}")
    if attribute.advised_max_length is not None:
        yield longer_than(attribute.advised_max_length, "long_text")


def is_sound(text: str) -> bool:
    """Whether nothing in the text is broken or left over, as far as can be told at a glance."""
    return (
        re.search(BROKEN, text) is None
        and re.search(DOUBLE_ENCODED, text) is None
        and not any(sign in text for sign in _LEFTOVER_SIGNS)
        and not text.lower().startswith((*LEFTOVER_WORDS, "lorem"))
    )


def _lets_anything_in(attribute: Attribute) -> bool:
    """Whether people write its values, or a part of them, and no form of its own keeps control characters out."""
    if attribute.type is Type.TEXT:
        return attribute.pattern is None or re.fullmatch(attribute.pattern, "A\0A") is not None
    return any(part.max_length is not None for part in attribute.parts)


def _is_broken(value: Value) -> str:
    broken = f"[{CONTROLS}]" if value.alphabet.is_ascii else BROKEN
    return sql.choice([(_is_sound(value), "false")], sql.seldom_contains(value.text, broken))


def _is_whole(value: Value) -> str:
    """Whether it is neither broken nor encoded twice: asked once for both."""
    faulty = f"[{CONTROLS}]" if value.alphabet.is_ascii else f"{BROKEN}|{DOUBLE_ENCODED}"
    return sql.choice([(_is_sound(value), "true")], f"NOT ({sql.seldom_contains(value.text, faulty)})")


def _is_sound(value: Value) -> str:
    plain = sql.is_written_plainly(value.text)
    return plain if value.alphabet.is_ascii else f"{value.is_ascii} AND {plain}"


def _is_double_encoded(value: Value) -> str:
    if value.alphabet.is_ascii:
        return "false"
    return sql.choice([(value.is_ascii, "false")], sql.seldom_contains(value.text, DOUBLE_ENCODED))


def _is_left_over(attribute: Attribute, value: Value) -> str:
    known = {word.lower() for word in attribute.placeholders}
    settled = [
        (f"NOT ({_is_no_word(value, tuple(word for word in LEFTOVER_WORDS if word not in known))})", "true"),
        (value.holds_any(_LEFTOVER_SIGNS), sql.seldom_contains(value.text, LEFTOVER)),
    ]
    settled = [(test, found) for test, found in settled if test != "false"]
    return sql.choice(settled, "false")


def _is_filled(value: Value) -> str:
    return f"{value.holds_none(_LEFTOVER_SIGNS)} AND {_is_no_word(value, LEFTOVER_WORDS)}".removeprefix(
        "true AND "
    )


def _is_no_word(value: Value, words: tuple[str, ...]) -> str:
    """Whether it is none of the words, and does not begin as filler text does."""
    text = value.text
    filler = " AND ".join(sql.begins_otherwise(text, each) for each in FILLERS)
    # The lowest five bits of a letter are the same in both cases.
    begun = sum({1 << (ord(word[0]) & 31) for word in words})
    return sql.choice(
        [
            (f"strlen({text}) > {_LONGEST}", filler),
            (f"({begun} >> (ascii({text}) & 31)) & 1 = 0", "true"),
        ],
        f"NOT ({sql.is_one_of(f'lower({text})', words)})",
    )


_LONGEST = max(map(len, LEFTOVER_WORDS))


def _suspected(code: str, pattern: str, *signs: str) -> ValueTest:
    """The pattern, looked for only in texts that hold one of the signs, which is much cheaper to tell."""

    def fails(value: Value) -> str:
        suspicious = value.holds_any(signs)
        if suspicious == "false":
            return suspicious
        return f"CASE WHEN {suspicious} THEN {sql.seldom_contains(value.text, pattern)} ELSE false END"

    return ValueTest(code, fails, lambda value: value.holds_none(signs))


def _is_all_caps(value: Value) -> str:
    """Capitals throughout, whatever the script; a few small letters, such as of a unit or ß, make no difference.

    A small e is in nearly every text that is not, and a pattern for a run of small letters ends at the first.
    Letters without case beside a model's code make no text in capitals.
    """
    text = value.text
    capitals, small = (f"length(regexp_replace({text}, '[^{each}]', '', 'g'))" for each in (_LARGE, _SMALL))
    enough = (
        f"{capitals} >= CASE WHEN contains({text}, ' ') THEN {_CAPITALS} ELSE {_CAPITALS_OF_ONE_WORD} END"
    )
    settled = [
        (f"contains({text}, 'e')", "false"),
        (sql.contains(text, f"[{_SMALL}]{{4}}|[{_WITHOUT_CASE}]{{2}}"), "false"),
    ]
    return sql.choice(settled, f"{enough} AND {small} * 6 <= {capitals}")


def _is_promotional(value: Value) -> str:
    return value.let(sql.contains(f"lower({value.text})", promotion().pattern))


_HTML_IN_LINK = _suspected("html_in_link", ESCAPED_AMPERSAND, ";")
_QUALITIES = {
    "html": _suspected("html_in_text", markup_pattern(), "<", "&"),
    "all_caps": ValueTest("all_caps", _is_all_caps, lambda value: f"contains({value.text}, 'e')"),
    "link": _suspected("link_in_text", LINK, "://", "www."),
    "promotion": ValueTest(
        "promotional_text",
        _is_promotional,
        lambda value: f"NOT {_is_promotional(value)}",
    ),
    "placeholder_image": _suspected(
        "placeholder_image", PLACEHOLDER_IMAGE, "no", "No", "NO", "holder", "oming"
    ),
}
