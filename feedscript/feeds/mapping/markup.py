"""Expressions that turn HTML into the text that a shopper sees."""

from html.entities import name2codepoint

from feedscript.feeds.rules.sql import literal, literals

_HIDDEN = r"(?is)<(script|style)\b.*?</(script|style)\s*>"
_BREAKING = (
    r"(?i)</?(p|div|br|hr|li|ul|ol|tr|td|th|table|h[1-6]|section|article|dl|dt|dd|blockquote)\b[^<>]*>"
)
_TAG = r"<[a-zA-Z/!][^<>]*>"


def decoded(value: str) -> str:
    """Entities decoded: HTML 4's named ones, and every decimal one that stands for a character.

    `amp` is decoded last, so that `&amp;lt;` is decoded once and not twice.
    """
    found = f"list_distinct(regexp_extract_all({value}, '&(#?[a-zA-Z0-9]{{1,8}});', 1))"
    number = "try(chr(nullif(try_cast(substr(entity, 2) AS INTEGER), 0)))"
    character = (
        f"coalesce({_named()}[entity], CASE WHEN starts_with(entity, '#') THEN coalesce({number}, '') END)"
    )
    replaced = f"replace(text, '&' || entity || ';', coalesce({character}, '&' || entity || ';'))"
    others = f"list_filter({found}, lambda entity: entity <> 'amp')"
    plain = f"list_reduce({others}, lambda text, entity: {replaced}, {value})"
    return f"CASE WHEN contains({value}, '&') THEN replace({plain}, '&amp;', '&') ELSE {value} END"


def _named() -> str:
    names, codes = zip(*sorted((name2codepoint | {"apos": ord("'")}).items()), strict=True)
    return f"map([{literals(names)}], [{literals(tuple(map(chr, codes)))}])"


def untagged(value: str) -> str:
    """Tags dropped; where one breaks a line, a space stays."""
    bare = value
    for pattern, replacement in ((_HIDDEN, " "), (_BREAKING, " "), (_TAG, "")):
        bare = f"regexp_replace({bare}, {literal(pattern)}, {literal(replacement)}, 'g')"
    return f"CASE WHEN contains({value}, '<') THEN {bare} ELSE {value} END"


def spaced(value: str) -> str:
    """Each run of white space one space, none at the ends; NULL where nothing is left."""
    runs = " OR ".join(
        f"contains({value}, {literal(run)})" for run in ("  ", "\n", "\t", "\r", "\f", "\u00a0")
    )
    single = f"regexp_replace({value}, '[\\s\\x{{00A0}}]+', ' ', 'g')"
    return f"nullif(trim(CASE WHEN {runs} THEN {single} ELSE {value} END), '')"
