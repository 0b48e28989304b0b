"""How good a text is: what is asked of it apart from whether its form is right."""

import re
from collections.abc import Iterator

from feedscript.feeds.profiles.model import Attribute, Type
from feedscript.feeds.rules import sql
from feedscript.feeds.rules.derivation import Value
from feedscript.feeds.rules.promotion import promotion_pattern
from feedscript.feeds.rules.value_test import ValueTest

TAGS = (
    r"(?i)</?(?:a|b|big|br|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|small|span|strong|style|sub|sup|table|tbody|td|tr|u|ul)"
    r"(?:\s[^<>]*)?/?>|&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6});"
)
LINK = r"(?i)(?:https?://|\bwww\.)[a-z0-9]"
PLACEHOLDER_IMAGE = r"(?i)(?:\bno[-_]?(?:image|photo)|placeholder|image[-_]not[-_]available|coming[-_]soon)"
_NO_CHARACTERS = "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
#: Controls but for tabs, line breaks and the sign that joins values (U+001F); C1 controls, which stand where Windows'
#: typographic signs were read as Latin-1; U+FFFD for bytes that were no text; and what Unicode keeps unassigned.
BROKEN = f"[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1e\\x80-\\x9f\ufdd0-\ufdef\ufffd-\uffff{_NO_CHARACTERS}]"
#: What templates, page builders and JavaScript leave in a text.
LEFTOVER = (
    r"(?i)\[object [a-z]+\]|\{\{|\{%|\$\{|\{[a-z]+[._][a-z0-9._]+\}"
    r"|\[/?(?:[a-z][a-z0-9]*_[a-z0-9_]+|gallery|caption|embed|playlist|shortcode)(?:\s+[a-z0-9_-]+=[^\[\]]*)?/?\]"
)
_LEFTOVER_SIGNS = ("{", "[")
FILLER = "lorem ipsum"
#: Values that are nothing but what a program writes for nothing, a spreadsheet for a mistake, or a person for later.
LEFTOVER_WORDS = (
    *(
        "null",
        "(null)",
        "nil",
        "none",
        "undefined",
        "nan",
        "#n/a",
        "#ref!",
        "#value!",
        "#name?",
        "#null!",
        "#num!",
    ),
    *(
        "#div/0!",
        "#error!",
        "#nv",
        "#wert!",
        "#bezug!",
        "default title",
        "default variant",
        "untitled",
        "todo",
        "tbd",
    ),
    *("fixme", "test", "test product", "testprodukt", "sample product", "product title", "asdf"),
)
_SPELLINGS = (str.lower, str.upper, str.capitalize, str.title, lambda word: word.replace("nan", "NaN"))
#: Up to so many characters, `url_encode` costs less than what settles longer texts.
_SHORT = 100
#: What a text in capitals has at least of them: as several words, and as one, which may be a name.
_CAPITALS, _CAPITALS_OF_ONE_WORD = 8, 12


def quality_tests(attribute: Attribute) -> Iterator[ValueTest]:
    """The tests of how good a text is, asked apart from whether it is acceptable."""
    for quality in attribute.quality:
        yield _QUALITIES[quality]
    if _lets_anything_in(attribute):
        yield ValueTest("broken_text", lambda value: _is_broken(attribute, value))
        yield ValueTest("leftover_text", lambda value: _is_left_over(attribute, value), _is_filled)
    if attribute.advised_min_length is not None:
        advised = attribute.advised_min_length
        yield ValueTest("short_text", lambda value: f"length({value.text}) < {advised}")


def plainly_good(attribute: Attribute, value: Value) -> Iterator[str]:
    """SQL tests that together are true only of values that pass all quality tests, at little cost.

    A title is swept by one pattern, as to look for promotional text takes a pattern in any case.
    """
    swept = "promotion" in attribute.quality
    for test in quality_tests(attribute):
        if not swept or test.code not in _SWEPT:
            yield test.passes(value)
        elif test.code == "leftover_text":
            yield _is_no_word(value)
    if swept:
        yield f"NOT {sql.contains(value.text, _SUSPICIOUS + '|' + promotion_pattern())}"


def _lets_anything_in(attribute: Attribute) -> bool:
    """Whether people write its values, or a part of them, and no form of its own keeps control characters out."""
    if attribute.type is Type.TEXT:
        return attribute.pattern is None or re.fullmatch(attribute.pattern, "A\0A") is not None
    return any(part.max_length is not None for part in attribute.parts)


def _is_broken(attribute: Attribute, value: Value) -> str:
    text = value.text
    # No control character may stand in a JSON string, and of what is beyond ASCII there is none.
    sound = f"strlen({text}) = length({text}) AND json_valid(concat('\"', {text}, '\"'))"
    settled = [(sound, "false")]
    if (attribute.max_length or _SHORT + 1) <= _SHORT:
        settled.insert(0, (sql.unreserved(text), "false"))
    return sql.choice(settled, sql.contains(text, BROKEN))


def _is_left_over(attribute: Attribute, value: Value) -> str:
    text = value.text
    known = {word.lower() for word in attribute.placeholders}
    words = sql.literals(tuple(each for each in _SPELT if each.lower() not in known))
    settled = [
        (f"{text} IN ({words})", "true"),
        (_begins_as_filler(text), "true"),
        (sql.holds_any(text, _LEFTOVER_SIGNS), sql.contains(text, LEFTOVER)),
    ]
    return sql.choice(settled, "false")


def _is_filled(value: Value) -> str:
    return f"{sql.holds_none(value.text, _LEFTOVER_SIGNS)} AND {_is_no_word(value)}"


def _is_no_word(value: Value) -> str:
    text = value.text
    no_word = sql.choice(
        [(f"strlen({text}) > {_LONGEST}", "true")], f"{text} NOT IN ({sql.literals(_SPELT)})"
    )
    return f"{no_word} AND NOT ({_begins_as_filler(text)})"


def _begins_as_filler(text: str) -> str:
    spellings = dict.fromkeys(spell(FILLER) for spell in _SPELLINGS)
    return " OR ".join(f"starts_with({text}, {sql.literal(each)})" for each in spellings)


_SPELT = tuple(dict.fromkeys(spell(word) for word in LEFTOVER_WORDS for spell in _SPELLINGS))
_LONGEST = max(map(len, LEFTOVER_WORDS))


def _suspected(code: str, pattern: str, *signs: str) -> ValueTest:
    """The pattern, looked for only in texts that hold one of the signs, which is much cheaper to tell."""

    def fails(value: Value) -> str:
        suspicious = sql.holds_any(value.text, signs)
        return f"CASE WHEN {suspicious} THEN {sql.contains(value.text, pattern)} ELSE false END"

    return ValueTest(code, fails, lambda value: sql.holds_none(value.text, signs))


def _is_all_caps(value: Value) -> str:
    """Capitals throughout, whatever the script; a few small letters, such as of a unit or ß, make no difference.

    A small e is in nearly every text that is not, and a pattern for a run of small letters ends at the first.
    Letters without case beside a model's code make no text in capitals.
    """
    text = value.text
    capitals = f"length(regexp_replace({text}, '\\P{{Lu}}', '', 'g'))"
    small = f"length(regexp_replace({text}, '\\P{{Ll}}', '', 'g'))"
    enough = (
        f"{capitals} >= CASE WHEN contains({text}, ' ') THEN {_CAPITALS} ELSE {_CAPITALS_OF_ONE_WORD} END"
    )
    settled = [
        (f"contains({text}, 'e')", "false"),
        (sql.contains(text, r"\p{Ll}{4}|\p{Lo}[\p{Lo}\p{M}]"), "false"),
    ]
    return sql.choice(settled, f"{enough} AND {small} * 6 <= {capitals}")


_QUALITIES = {
    "html": _suspected("html_in_text", TAGS, "<", "&"),
    "all_caps": ValueTest("all_caps", _is_all_caps, lambda value: f"contains({value.text}, 'e')"),
    "link": _suspected("link_in_text", LINK, "://", "www."),
    "promotion": ValueTest("promotional_text", lambda value: sql.contains(value.text, promotion_pattern())),
    "placeholder_image": _suspected(
        "placeholder_image", PLACEHOLDER_IMAGE, "no", "No", "NO", "holder", "oming"
    ),
}
#: What the tests that are swept together would find, in the signs that they look for first.
_SWEPT = ("html_in_text", "promotional_text", "broken_text", "leftover_text")
_SUSPICIOUS = f"[<&{{\\[]|{BROKEN}"
