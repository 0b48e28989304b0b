# ruff: noqa: RUF001, RUF002 - letters that look alike are what this is about
"""Names and words compared as people mean them: without case, accents, width, spaces and punctuation.

There is one definition, in SQL: the words of a mapping are folded by the very expressions that fold the cells, so
that no word can be folded otherwise than the cell it stands for.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache

import duckdb

from feedscript.feeds.engine.sql import identifier, literal

_ASCII_SIGNS = re.compile("[^a-z0-9]+")
_SIGNS = r"[^\p{L}\p{M}\p{N}]|[\x{FE00}-\x{FE0F}\x{20D0}-\x{20FF}]"
#: Letters, digits and katakana of a cell that was typed with a Japanese keyboard, and what they stand for.
_WIDE = "".join(map(chr, (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))))
_NARROW = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HALF_KATAKANA = "".join(map(chr, range(0xFF66, 0xFFA0)))
_KATAKANA = (
    "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテト"
    "ナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309a"
)
#: Scripts in which a mark is a vowel or changes the consonant, and no accent: Syriac to Mandaic, India to Burma, the
#: Philippines to Lepcha, kana, the later blocks of the same families.
_MARKS_ARE_LETTERS = (
    r"[\x{0700}-\x{085F}\x{0900}-\x{109F}\x{1700}-\x{1C7F}\x{1CD0}-\x{1CFF}\x{3099}\x{309A}\x{3040}-\x{30FF}"
    r"\x{A800}-\x{ABFF}\x{10000}-\x{1CFFF}\x{1E000}-\x{1EFFF}]"
)
_LOOSE_ACCENTS = r"[\x{0300}-\x{036F}\x{1AB0}-\x{1AFF}\x{1DC0}-\x{1DFF}\x{FE20}-\x{FE2F}]+"
#: Letters of which one is written for another, or several for one.
LETTERS_ALIKE = {
    "ς": "σ", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ĳ": "ij", "ø": "o", "đ": "d", "ł": "l", "ſ": "s", "µ": "μ",
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
}  # fmt: skip


def fold(name: str) -> str:
    """The letters, vowel marks and digits of a name, without case, accents and width.

    Of a name of signs alone it is the name.

    >>> fold("Product_Name") == fold("product name") == fold("productName")
    True
    >>> fold("Größe (cm)"), fold("ΟΔΟΣ") == fold("οδός"), fold("ＮＥＷ"), fold("재고 있음")
    ('grossecm', True, 'new', '재고있음')
    """
    return folded((name,))[name]


@lru_cache(maxsize=256)
def folded(names: tuple[str, ...]) -> Mapping[str, str]:
    """Each of the names folded; to ask for all at once is far faster."""
    # Of ASCII the expressions leave letters and digits, which takes no engine: a query costs 18 ms to plan.
    plain = {name: _folded_ascii(name) for name in names if name.isascii()}
    others = tuple(name for name in names if not name.isascii())
    return {**plain, **(by_engine(others) if others else {})}


def _folded_ascii(name: str) -> str:
    lowered = name.lower()
    return _ASCII_SIGNS.sub("", lowered) or lowered


def by_engine(names: tuple[str, ...]) -> Mapping[str, str]:
    """Each of the names as the engine folds cells."""
    query = "SELECT unnest(?::VARCHAR[]) AS name, name AS folded"
    for layer in fold_layers("folded"):
        (expression,) = layer.values()
        query = f"SELECT name, {expression} AS folded FROM ({query})"
    # Half a surrogate, which JSON and YAML may escape, is no text to the engine.
    texts = [name.encode(errors="replace").decode() for name in names]
    found = dict(engine().cursor().execute(query, [texts]).fetchall())
    return {name: found[text] for name, text in zip(names, texts, strict=True)}


def names_within(columns: tuple[str, ...], within: tuple[str, ...]) -> dict[str, int]:
    """The places of the columns that stand in one of the objects `within`, by their folded names there."""
    found: dict[str, int] = {}
    outer = set(folded(within).values())
    parted = {column: column.partition(".") for column in columns if "." in column}
    bare = folded(tuple(name for begin, _, rest in parted.values() for name in (begin, rest)))
    for column, (begin, _, rest) in parted.items():
        if bare[begin] in outer:
            found.setdefault(bare[rest], columns.index(column))
    return found


@cache
def engine() -> duckdb.DuckDBPyConnection:
    """An engine for what a mapping itself says, before any row is read."""
    return duckdb.connect(":memory:", config={"threads": 1})


def fold_layers(column: str, value: str | None = None) -> tuple[dict[str, str], ...]:
    """The layers that leave in `column` what `fold` makes of `value` (None: of the column itself)."""
    origin, text = identifier(value or column), identifier(column)
    plain = f"regexp_replace(lower({origin}), '[^a-z0-9]+', '', 'g')"
    letters = f"regexp_replace(lower({origin}), {literal(f'(?:{_SIGNS})+')}, '', 'g')"
    bare = _where(_is_ascii(origin), plain, letters)
    wide = f"translate({text}, {literal(_WIDE + _HALF_KATAKANA)}, {literal(_NARROW + _KATAKANA)})"
    loose = f"nfc_normalize(regexp_replace({text}, {literal(_LOOSE_ACCENTS)}, '', 'g'))"
    alike = text
    for letter, meant in LETTERS_ALIKE.items():
        alike = f"replace({alike}, {literal(letter)}, {literal(meant)})"
    return (
        {column: f"coalesce(nullif({bare}, ''), lower({origin}))"},
        {column: _where(f"regexp_matches({text}, '[\\x{{FF10}}-\\x{{FF9F}}]')", wide, text)},
        {column: _where(f"NOT {_is_ascii(text)}", f"nfc_normalize({text})", text)},
        {
            column: f"CASE WHEN {_is_ascii(text)} THEN {text} "
            f"WHEN regexp_matches({text}, {literal(_MARKS_ARE_LETTERS)}) THEN {loose} "
            f"ELSE strip_accents({text}) END"
        },
        {column: _where(f"NOT {_is_ascii(text)}", alike, text)},
    )


def lower_sql(value: str) -> str:
    """A text in lower case, its accents and punctuation kept, in SQL: of words and cells alike."""
    return f"replace(lower(nfc_normalize(trim({value}))), 'ς', 'σ')"


def _is_ascii(value: str) -> str:
    """Whether there are as many bytes as characters: most values are settled by that."""
    return f"strlen({value}) = length({value})"


def _where(test: str, changed: str, otherwise: str) -> str:
    return f"CASE WHEN {test} THEN {changed} ELSE {otherwise} END"
