"""Categories as SQL over one value: how they are spelled, and whether they are of a branch of the taxonomy."""

import re
import unicodedata
from collections.abc import Iterable

from feedscript.feeds.engine import sql
from feedscript.feeds.profiles.model import Branches
from feedscript.feeds.profiles.taxonomy import load_taxonomy

_BLANK = r"[ \t\n\r\x{a0}]"
_BETWEEN = f"{_BLANK}*>{_BLANK}*"


def spelled(value: str) -> str:
    """The category in one spelling: small letters, composed (NFC), no white space around it and its `>`.

    >>> import duckdb
    >>> duckdb.connect().sql(f"SELECT {spelled(sql.literal('Arts  &  Crafts>Toys '))}").fetchall()
    [('arts  &  crafts>toys',)]
    """
    return f"regexp_replace(lower(nfc_normalize({sql.trimmed(value)})), {sql.literal(_BETWEEN)}, '>', 'g')"


def is_under(value: str, branches: Iterable[Branches]) -> str:
    """Whether a category is of one of the branches, by id or by path: in any case of letters and any spacing."""
    ids, paths = _ids(branches := tuple(branches)), _paths(branches)
    # One pattern, where a list of texts is an expression for each: the engine takes long to plan hundreds of them.
    by_id = sql.seldom_matches(value, "|".join(ids)) if ids else "false"
    ways = "|".join(_BETWEEN.join(map(re.escape, path.split(">"))) for path in paths)
    # Over the text as it stands, since to spell it in one way takes twenty times as long.
    begun = f"(?i)^{_BLANK}*(?:{ways}){_BLANK}*(?:>|$)"
    by_path = sql.seldom_contains(f"nfc_normalize({value})", begun) if paths else "false"
    return f"CASE WHEN {value} < ':' THEN {by_id} ELSE {by_path} END"


def is_shallower(value: str, levels: int, taxonomy: str | None) -> str:
    """Whether a category has fewer levels than these, by its path, or by its id in the taxonomy."""
    tree = load_taxonomy(taxonomy).tree if taxonomy else ()
    ids = "|".join(str(id_) for id_, depth in tree if depth + 1 < levels)
    by_id = sql.seldom_matches(value, ids) if ids else "false"
    between = f"strlen({value}) - strlen(replace({value}, '>', ''))"
    return f"CASE WHEN {value} < ':' THEN {by_id} ELSE {between} < {levels - 1} END"


def is_known_under(text: str, branches: Iterable[Branches]) -> bool | None:
    """What `is_under` is of a text; None for one that is not of ASCII, whose small letters SQL has to tell."""
    if not text.isascii():
        return None
    ids, paths = _ids(branches := tuple(branches)), _paths(branches)
    if text < ":":
        return text.rstrip() in ids
    names = ">".join(name.strip(" \t\n\r") for name in text.lower().split(">"))
    return f"{names}>".startswith(tuple(f"{path}>" for path in paths))


def _ids(branches: Iterable[Branches]) -> list[str]:
    return [*dict.fromkeys(id_ for each in branches for id_ in each.ids)]


def _paths(branches: Iterable[Branches]) -> list[str]:
    """The topmost paths, spelled as `spelled` has them."""
    paths = (unicodedata.normalize("NFC", path).lower() for each in branches for path in each.paths)
    return [*dict.fromkeys(path.replace(" > ", ">") for path in paths)]
