"""XML's bytes, looked through where no parser goes on; in linear time, whatever they are."""

import re
from array import array
from collections.abc import Iterator, Sequence

_CLOSERS = {b"<![CDATA[": b"]]>", b"<!--": b"-->"}
_OPENER = rb"(?P<opener><!\[CDATA\[|<!--)|"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_REFERENCE = re.compile(rb"&#?[A-Za-z0-9]{1,31};")


def pattern_outside(pattern: bytes) -> re.Pattern[bytes]:
    """A pattern for `outside_opaque`; it must not match the empty text."""
    return re.compile(_OPENER + pattern)


#: An ampersand that begins no reference of XML's own.
_BARE_AMPERSAND = pattern_outside(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")


class Closers:
    """The ends of CDATA sections and comments that may still come.

    Where one has been looked for to the end of a document in vain, it is not looked for again: each of many openers
    would take the time of the whole rest.
    """

    def __init__(self) -> None:
        self._open = dict(_CLOSERS)

    def end(self, opener: bytes, data: bytes, start: int, stop: int, *, final: bool) -> int | None:
        """Where the section ends; None if it does not. `final`: nothing follows `data`."""
        closer = self._open.get(opener)
        at = data.find(closer, start, stop) if closer else -1
        if closer and at >= 0:
            return at + len(closer)
        if final:
            self._open.pop(opener, None)
        return None


def outside_opaque(
    pattern: re.Pattern[bytes],
    data: bytes,
    start: int = 0,
    stop: int | None = None,
    *,
    final: bool = True,
    closers: Closers | None = None,
) -> Iterator[re.Match[bytes]]:
    """The matches of a pattern of `pattern_outside` that lie in no CDATA section and no comment.

    One that does not end counts as text if nothing follows (`final`); else there are no more matches for now.
    """
    stop = len(data) if stop is None else stop
    closers = closers or Closers()
    while found := pattern.search(data, start, stop):
        start = found.end()
        opener = found["opener"]
        if opener is None:
            yield found
            continue
        end = closers.end(opener, data, start, stop, final=final)
        if end is None and not final:
            return
        start = end or start


def bare_ampersands(data: bytes) -> Sequence[int]:
    """Where ampersands stand that should have been written as `&amp;`: 8 bytes for each, however many there are.

    >>> [*bare_ampersands(b"<t>R & B &amp; <![CDATA[&]]></t>")]
    [5]
    """
    return array("Q", (found.start() for found in outside_opaque(_BARE_AMPERSAND, data)))


def escaped(data: bytes, ampersands: Sequence[int]) -> bytes:
    """The same with these ampersands written as XML has it.

    >>> escaped(b"R & B", [2])
    b'R &amp; B'
    """
    # Joining would hold a piece for each of them: an item that is nothing else has millions.
    written, begin = bytearray(), 0
    for at in ampersands:
        written += data[begin:at]
        written += b"&amp;"
        begin = at + 1
    written += data[begin:]
    return bytes(written)


def name_of_reference(data: bytes, at: int) -> str | None:
    """What a bare ampersand refers to, such as `&nbsp;`; None if it begins no reference."""
    found = _REFERENCE.match(data, at)
    return found[0].decode() if found else None


def column_at(data: bytes, begin: int, at: int, before: int) -> int:
    """The column, from 0, of an offset into bytes of which `begin` is at the column `before`."""
    line_end = max(data.rfind(b"\n", begin, at), data.rfind(b"\r", begin, at))
    start = begin if line_end < 0 else line_end + 1
    return len(data[start:at].decode(errors="replace")) + (before if line_end < 0 else 0)


class Position:
    """A physical line (from 1) and column (from 0) that moves forward over bytes."""

    def __init__(self, data: bytes, begin: int, line: int, column: int) -> None:
        self._data = data
        self._at = begin
        self.line = line
        self.column = column

    def move(self, at: int) -> "Position":
        """Go to an offset that is not before the last one."""
        self.line += len(_LINE_END.findall(self._data, self._at, at))
        self.column = column_at(self._data, self._at, at, self.column)
        self._at = at
        return self
