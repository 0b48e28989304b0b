"""Where an element of a JSON array ends that is no JSON, told by its brackets and quotes; in linear time."""

import re
from collections.abc import Callable
from itertools import islice

_SIGN = re.compile(r'(?s)"(?:[^"\\]*(?:\\.[^"\\]*)*")?|[\[\]{},]')
_AFTER_COMMA = re.compile(r"[ \t\r\n,]*([^ \t\r\n,])")
#: Where one object of an array ends and the next begins.
_BOUNDARY = re.compile(r"\}[ \t\r\n]*(,)[ \t\r\n]*(?=\{)")
#: So many of them are looked at within one string.
_MOST_BOUNDARIES = 100
_DEEPEST = 1_000
_OPENERS = {"]": "[", "}": "{"}


def end_of_element(text: str, start: int, stop: int, is_item: Callable[[int], bool]) -> int | None:
    """The offset of the comma or closing bracket behind the element that begins at an offset.

    Where a quote or a bracket is missing, the next item seems to lie in a string or as a member in an object; `is_item`
    says whether an offset is the beginning of one. None where the text up to `stop` does not show an end.

    >>> end_of_element('{"id": , "a": [1, 2]}, {"id": 2}]', 0, 33, lambda _: False)
    21
    """
    element = _Element(text, stop, is_item)
    for found in _SIGN.finditer(text, start, stop):
        end = element.end_at(found)
        if end is not None or element.is_unclear:
            return end
    return None


class _Element:
    """An element at fault, sign by sign; `is_unclear` once its end cannot be told any more."""

    def __init__(self, text: str, stop: int, is_item: Callable[[int], bool]) -> None:
        self._text = text
        self._stop = stop
        self._is_item = is_item
        self._open: list[str] = []
        self.is_unclear = False

    def end_at(self, found: re.Match[str]) -> int | None:
        """Where the element ends, if the next sign shows it."""
        sign = found[0]
        if sign[0] == '"':
            self.is_unclear = len(sign) == 1
            return self._item_within(found.start(), self._stop if self.is_unclear else found.end())
        if sign == ",":
            return self._end_at_comma(found)
        if sign == "]" and not self._open:
            return found.start()
        if sign in _OPENERS:
            self._close(_OPENERS[sign])
        else:
            self._open.append(sign)
            self.is_unclear = len(self._open) > _DEEPEST
        return None

    def _item_within(self, start: int, stop: int) -> int | None:
        """The comma before an item that seems to lie in a string."""
        for boundary in islice(_BOUNDARY.finditer(self._text, start, stop), _MOST_BOUNDARIES):
            if self._is_item(boundary.end()):
                return boundary.start(1)
        return None

    def _end_at_comma(self, comma: re.Match[str]) -> int | None:
        following = _AFTER_COMMA.match(self._text, comma.end(), self._stop)
        if following is None:
            self.is_unclear = True
            return None
        begins, at = following[1], following.start(1)
        if not self._open:
            # What is no object is no item: more likely a bracket within a text has ended the element too early.
            return comma.start() if begins in "{]" else None
        is_member = begins == "{" and self._open[-1] == "{"
        return comma.start() if is_member and self._is_item(at) else None

    def _close(self, opener: str) -> None:
        """Close the last such bracket, and those in it that never were; one that was not opened is passed over."""
        if opener in self._open:
            while self._open.pop() != opener:
                pass
