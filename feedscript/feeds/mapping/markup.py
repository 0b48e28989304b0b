"""Expressions that turn HTML into the text that a shopper sees."""

from html.entities import html5

from feedscript.feeds.rules.sql import literal

# The named entities that product texts carry. `amp` comes last: `&amp;lt;` is decoded once, not twice.
_NAMED = """
    quot apos nbsp lt gt ndash mdash hellip bull middot lsquo rsquo sbquo ldquo rdquo bdquo laquo raquo
    copy reg trade deg sup2 sup3 frac12 frac14 frac34 times euro pound yen cent
    auml ouml uuml Auml Ouml Uuml szlig agrave aacute acirc atilde aring aelig ccedil egrave eacute ecirc euml
    iacute icirc ntilde oacute ocirc oslash uacute ucirc Eacute Aring Oslash amp
"""

_HIDDEN = r"(?is)<(script|style)\b.*?</(script|style)\s*>"
_BREAKING = (
    r"(?i)</?(p|div|br|hr|li|ul|ol|tr|td|th|table|h[1-6]|section|article|dl|dt|dd|blockquote)\b[^<>]*>"
)
_TAG = r"<[a-zA-Z/!][^<>]*>"


def decoded(value: str) -> str:
    """Entities decoded: the usual named ones and every decimal one that stands for a character."""
    numbered = (
        f"list_reduce(list_distinct(regexp_extract_all({value}, '&#([0-9]{{1,7}});', 1)), "
        f"lambda text, code: replace(text, '&#' || code || ';', "
        f"coalesce(try(chr(nullif(code::INTEGER, 0))), '')), {value})"
    )
    named = numbered
    for name in _NAMED.split():
        named = f"replace({named}, {literal(f'&{name};')}, {literal(html5[f'{name};'])})"
    return f"CASE WHEN contains({value}, '&') THEN {named} ELSE {value} END"


def untagged(value: str) -> str:
    """Tags dropped; where one breaks a line, a space stays."""
    bare = value
    for pattern, replacement in ((_HIDDEN, " "), (_BREAKING, " "), (_TAG, "")):
        bare = f"regexp_replace({bare}, {literal(pattern)}, {literal(replacement)}, 'g')"
    return f"CASE WHEN contains({value}, '<') THEN {bare} ELSE {value} END"


def spaced(value: str) -> str:
    """Each run of white space one space, none at the ends; NULL where nothing is left."""
    return f"nullif(trim(regexp_replace({value}, '[\\s\\x{{00A0}}]+', ' ', 'g')), '')"
