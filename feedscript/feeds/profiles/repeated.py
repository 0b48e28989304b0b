"""Several values in one cell of text, as Google parts them.

A comma without a space parts values; a value that holds commas stands in double quotes, and quotes within are doubled
(https://support.google.com/merchants/answer/14998273 and 15001087). A comma before a space is read as part of a text,
since people write so and partners take it. In an address only a comma before another address parts, but for partners
who want all others encoded.
"""

import re
from urllib.parse import quote

from feedscript.feeds.engine import sql
from feedscript.feeds.profiles.model import Attribute, Type

#: Joins values in a staged cell; see `readers.staged`.
JOINED = "chr(31)"

#: A value in quotes, which are doubled within.
_QUOTED = r'\s*"((?:[^"]|"")*)"\s*'
#: One value up to its comma: in quotes, or as it is; or a comma alone.
_TOKEN = rf"{_QUOTED.replace('((', '(?:(')}(?:,|\x1F|$)|(?:[^,\x1F]|, )+(?:,|\x1F|$)|[,\x1F]"


def values_of(attribute: Attribute, text: str) -> str:
    """The values of a cell of text as an SQL list, trimmed, empty ones left out; U+001F parts values too.

    What a partner parts values by in another way than Google parts them here too.
    """
    if attribute.cell.separator != "," or attribute.cell.parted_by:
        for sign in signs_between(attribute):
            text = f"replace({text}, {sql.literal(sign)}, {JOINED})"
        return filled(_split(text))
    if any(part.type is Type.DATETIME_RANGE for part in attribute.parts):
        text = _with_whole_ranges(text)
    match attribute.type:
        case Type.URL:
            apart = f"regexp_replace({text}, ',\\s*(https?://)', {JOINED} || '\\1', 'gi')"
            parts = _split(f"replace({text}, ',', {JOINED})" if attribute.cell.encoded else apart)
        case Type.TEXT | Type.STRUCTURED:
            parts = f"CASE WHEN contains({text}, '\"') THEN {_tokens(text)} ELSE {unquoted_values(text)} END"
        case Type.GTIN:
            # The comma in a number that a spreadsheet has shortened parts no two of them.
            whole = f"regexp_replace({text}, ',(\\d+[eE]\\+)', '.\\1', 'g')"
            parts = _split(f"replace({whole}, ',', {JOINED})")
        case _:
            parts = _split(f"replace({text}, ',', {JOINED})")
    return filled(parts)


def signs_between(attribute: Attribute) -> tuple[str, ...]:
    """What parts the values of a cell of text."""
    return attribute.cell.separator, *attribute.cell.parted_by


def mostly_one(attribute: Attribute, text: str) -> str:
    """As `values_of`, for cells of which most hold one value: that costs a tenth of looking for several."""
    alone = _is_alone(attribute, text)
    return f"CASE WHEN {alone} THEN {filled(f'[{text}]')} ELSE {values_of(attribute, text)} END"


def only_value(attribute: Attribute, text: str) -> str:
    """The one value of a cell that plainly has no other; NULL where there may be several, or none."""
    return f"CASE WHEN {_is_alone(attribute, text)} THEN nullif(trim({text}, {sql.WHITE_SPACE}), '') END"


def unquoted_values(text: str) -> str:
    """The parts of a text without quotes, as an SQL list: a comma parts but before a space."""
    return _split(f"replace(replace({text}, ',', {JOINED}), {JOINED} || ' ', ', ')")


def filled(parts: str) -> str:
    """The parts trimmed, without the empty ones."""
    return f"list_filter(list_transform({parts}, lambda v: trim(v, {sql.WHITE_SPACE})), lambda v: v <> '')"


def quoted(value: str) -> str:
    """A value in double quotes, where it holds a comma or would itself be taken for quoted."""
    within = f"'\"' || replace({value}, '\"', '\"\"') || '\"'"
    return f"CASE WHEN contains({value}, ',') OR starts_with({value}, '\"') THEN {within} ELSE {value} END"


def without_signs(attribute: Attribute, value: str) -> str:
    """One value without what parts values: a space for it in a text, and encoded in an address."""
    signs = signs_between(attribute)
    if attribute.type is Type.URL:
        encoded = value
        for sign in signs:
            encoded = f"replace({encoded}, {sql.literal(sign)}, {sql.literal(quote(sign, safe=''))})"
        return encoded
    parting = sql.literal(rf"\s*(?:{'|'.join(map(re.escape, signs))})\s*")
    return f"regexp_replace({value}, {parting}, ' ', 'g')"


def _is_alone(attribute: Attribute, text: str) -> str:
    return sql.holds_none(text, tuple(dict.fromkeys((*signs_between(attribute), ",", '"', "\x1f"))))


def _with_whole_ranges(text: str) -> str:
    """The text with a slash for a comma within a range of times: no value begins with a time."""
    return f"regexp_replace({text}, ',\\s*(\\d{{4}}-\\d\\d-\\d\\dT)', '/\\1', 'g')"


def _split(text: str) -> str:
    return f"string_split({text}, {JOINED})"


def _tokens(text: str) -> str:
    """The parts of a text with quotes: each up to its comma, then the comma and the quotes around it gone."""
    whole = sql.literal(f"^{_QUOTED}[,\\x1F]?$")
    inner = f"replace(regexp_extract(v, {whole}, 1), '\"\"', '\"')"
    bare = f"CASE WHEN regexp_matches(v, {whole}) THEN {inner} ELSE regexp_replace(v, '[,\\x1F]$', '') END"
    return f"list_transform(regexp_extract_all({text}, {sql.literal(_TOKEN)}), lambda v: {bare})"
