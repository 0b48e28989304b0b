"""Decoding JSON with nothing lost: digits stay as written, and a key that stands twice is noticed."""

import json
from collections import Counter
from typing import Any

from feedscript.feeds.readers.cells import Value
from feedscript.feeds.readers.intake import MOST_PARTS

#: Of literals and escapes the scanner sees no part that is shorter than this.
_LONGEST_TOKEN = 16


class JSONDefect(Exception):
    """A text that is not JSON, or not JSON of an item.

    Attributes: `cause` (one line), `offset` into the text, in characters, `final` (more text would not help),
    `lost` (the records that it takes), `place` (line and column in the document, from 1, where they are known).
    """

    def __init__(self, cause: str, offset: int, *, final: bool = False, lost: int = 1) -> None:
        super().__init__(cause)
        self.cause = cause
        self.offset = offset
        self.final = final
        self.lost = lost
        self.place: tuple[int, int] | None = None


def has_too_many_parts(text: str, start: int = 0) -> bool:
    """Whether a text holds more values than an item may have: each takes many times its text in memory."""
    # Each value but the first in something is behind a comma, and that one behind a bracket.
    return len(text) - start > MOST_PARTS and sum(text.count(sign, start) for sign in ",{[") > MOST_PARTS


class ItemDecoder:
    """Decodes values one at a time with the standard library's scanner.

    Numbers come back as the text they were written with: a GTIN keeps its digits and a price its zeros.
    """

    def __init__(self) -> None:
        self._repeated_keys: list[str] = []
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_float=str, parse_int=str, parse_constant=str
        )

    def value_at(self, text: str, offset: int) -> tuple[Value, int]:
        """The value that begins at an offset, and the offset of what follows it; raises `JSONDefect`."""
        try:
            value, end = self._decoder.raw_decode(text, offset)
        except json.JSONDecodeError as error:
            # A text may break off within a string, and then only its beginning is known.
            early = error.pos < len(text) - _LONGEST_TOKEN and not error.msg.startswith("Unterminated")
            raise JSONDefect(error.msg[:1].lower() + error.msg[1:], error.pos, final=early) from error
        except RecursionError as error:
            raise JSONDefect("values are nested too deeply", offset) from error
        return value, end

    def only_value(self, text: str) -> Value:
        """The one value that a text without space around it is; raises `JSONDefect`."""
        if has_too_many_parts(text):
            raise JSONDefect(f"an item has more than {MOST_PARTS} values", 0)
        value, end = self.value_at(text, 0)
        if end != len(text):
            raise JSONDefect("something follows the end of the value", end)
        return value

    def take_repeated_keys(self) -> list[str]:
        """The keys that stood more than once in an object since the last call; the last value counts."""
        keys, self._repeated_keys = self._repeated_keys, []
        return keys

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            self._repeated_keys += [
                key for key, count in Counter(key for key, _ in pairs).items() if count > 1
            ]
        return members
