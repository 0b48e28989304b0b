"""Decoding JSON with nothing lost: digits stay as written, and a key that stands twice is noticed."""

import json
from collections import Counter
from typing import Any

from feedscript.feeds.readers.cells import Value


class JSONDefect(Exception):
    """A text that is not JSON, or not JSON of an item.

    Attributes: `cause` (one line), `offset` into the text, in characters.
    """

    def __init__(self, cause: str, offset: int) -> None:
        super().__init__(cause)
        self.cause = cause
        self.offset = offset


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
            raise JSONDefect(error.msg[:1].lower() + error.msg[1:], error.pos) from error
        except RecursionError as error:
            raise JSONDefect("values are nested too deeply", offset) from error
        return value, end

    def only_value(self, text: str) -> Value:
        """The one value that a text without space around it is; raises `JSONDefect`."""
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
