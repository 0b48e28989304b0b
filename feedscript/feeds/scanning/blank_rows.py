"""Blank rows, as spreadsheets export them: as many delimiters as any row has, and no value."""

import re
from collections.abc import Callable

from feedscript.feeds.engine import sql
from feedscript.feeds.readers.staged import Staged

_WHITE_SPACE = " \t\r"


def has_value(staged: Staged) -> str:
    """Whether any cell of a row of `raw_table` holds more than white space, in SQL.

    A first cell that begins with a character beyond the space settles nearly all.
    """
    cells = ", ".join(f"c{index}" for index in range(len(staged.columns)))
    return f"CASE WHEN c0 >= '!' THEN true ELSE trim(concat({cells}), {sql.literal(_white_space(staged))}) <> '' END"


def blank_pattern(staged: Staged) -> str:
    """What a blank row looks like in the file, as a regular expression of Python's and of RE2."""
    white = f"[{re.escape(_white_space(staged))}]*"
    quote = re.escape(staged.quote)
    cell = f"(?:{white}|{quote}{white}{quote})" if quote else white
    return f"{cell}(?:{re.escape(staged.delimiter)}{cell})*"


def blank_test(staged: Staged) -> Callable[[bytes], bool]:
    """A test of whether a line of the file is a blank row; nearly all others are told by their first look."""
    looks = (_white_space(staged) + staged.delimiter + staged.quote).encode()
    first = frozenset(looks)
    matches = re.compile(blank_pattern(staged).encode()).fullmatch

    def test(line: bytes) -> bool:
        if (line and line[0] not in first) or line.translate(None, looks):
            return False
        return matches(line.removesuffix(b"\r")) is not None

    return test


def _white_space(staged: Staged) -> str:
    return _WHITE_SPACE.replace(staged.delimiter, "")
