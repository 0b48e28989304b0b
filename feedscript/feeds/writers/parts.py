"""The parts of a structured value, such as of `US:CA:Ground:4.99 USD`, as a partner knows them."""

from collections.abc import Sequence

from feedscript.feeds.engine.sql import literal

#: Stands for a colon that parts nothing: it is escaped.
_ESCAPED = "chr(30)"


def with_parts(value: str, given: Sequence[str], wanted: Sequence[str]) -> str:
    """The value (SQL), whose parts are `given` in this order, with those `wanted` in theirs; others are left out.

    What has none to be left out or moved stays as it is.
    """
    if [*given] == [*wanted]:
        return value
    split = f"string_split(replace({value}, '\\:', {_ESCAPED}), ':')"
    places = [given.index(name) + 1 if name in given else None for name in wanted]
    texts = [f"coalesce({split}[{place}], '')" if place else "''" for place in places]
    joined = f"regexp_replace(array_to_string([{', '.join(texts)}], ':'), ':+$', '')"
    changed = f"nullif(replace({joined}, {_ESCAPED}, {literal(chr(92) + ':')}), '')"
    if [*given[: len(wanted)]] != [*wanted]:
        return changed
    return f"CASE WHEN len({split}) <= {len(wanted)} THEN {value} ELSE {changed} END"
