"""Character encodings: those of the Content API's feeds, told apart by the bytes themselves."""

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from feedscript.feeds.readers.staged import Fault, FaultTally

UTF_8 = "utf-8"
UTF_16 = ("utf-16-le", "utf-16-be")
WINDOWS_1252 = "windows-1252"
LATIN_1 = "latin-1"

HEAD_BYTES = 256 * 1024
_WINDOW_BYTES = 64 * 1024
_WINDOWS = 15
_LONGEST_UTF_8 = 4
#: The highest two bits of each byte of a UTF-8 character but the first.
_CONTINUATION = 0b10

_BOMS = {codecs.BOM_UTF8: UTF_8, codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_BAD = re.compile("[\udc80-\udcff]")
_BAD_UTF_16 = re.compile("\ufffd")
_C1_CONTROLS = re.compile(b"[\x80-\x9f]")
_XML_ENCODING = re.compile(r"""^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


def bom_of(head: bytes) -> bytes:
    """The byte order mark that the bytes begin with; empty without one."""
    return next((bom for bom in _BOMS if head.startswith(bom)), b"")


def detect_encoding(samples: Iterable[bytes]) -> str:
    """The encoding of a text by samples of its bytes, the first from its beginning.

    A byte order mark decides; then the zero bytes of UTF-16; then UTF-8, unless more characters break its
    rules than keep them; what is left is Latin-1, or Windows-1252 where it uses that encoding's own
    characters.
    """
    kept = broken = 0
    windows = False
    for number, sample in enumerate(samples):
        if number == 0 and (certain := _BOMS.get(bom_of(sample)) or _utf_16_by_zeros(sample)):
            return certain
        if sample.isascii():
            continue
        text = _without_cut_edges(sample).decode(UTF_8, "surrogateescape")
        bad = len(_BAD.findall(text))
        broken += bad
        kept += len(text) - len(text.encode("ascii", "ignore")) - bad
        windows = windows or _C1_CONTROLS.search(sample) is not None
    if kept >= broken:
        return UTF_8
    return WINDOWS_1252 if windows else LATIN_1


def declared_encoding(head: bytes, detected: str) -> str:
    """The encoding that an XML declaration names, where it is one that can be; else the detected one."""
    if detected in UTF_16 or bom_of(head):
        return detected
    declaration = _XML_ENCODING.match(head[:200].decode("ascii", "replace").lstrip())
    if declaration is None:
        return UTF_8
    try:
        found = codecs.lookup(declaration[1])
        "".encode(found.name).decode(found.name)
    except LookupError:
        return detected
    known = {"utf-8": UTF_8, "ascii": UTF_8, "iso8859-1": LATIN_1, "cp1252": WINDOWS_1252}
    return known.get(found.name, UTF_8 if found.name.startswith("utf") else found.name)


def samples_of(path: Path) -> Iterator[bytes]:
    """The head of a file, and windows spread evenly over the rest of it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        yield file.read(HEAD_BYTES)
        rest = size - HEAD_BYTES
        if rest <= 0:
            return
        for number in range(_WINDOWS):
            file.seek(HEAD_BYTES + rest * number // _WINDOWS)
            yield file.read(_WINDOW_BYTES)


def as_text(chunks: Iterable[bytes], encoding: str, faults: FaultTally) -> Iterator[str]:
    """Decode a stream; each byte that the encoding forbids becomes U+FFFD, and a fault with its line."""
    # Latin-1 feeds are in truth Windows-1252 wherever the two differ, as on the web.
    codec = "cp1252" if encoding == LATIN_1 else encoding
    utf_16 = encoding in UTF_16
    decoder = codecs.getincrementaldecoder(codec)("replace" if utf_16 else "surrogateescape")
    bad = _BAD_UTF_16 if utf_16 else _BAD
    line = 1
    first = True
    for text in _decoded(chunks, decoder):
        if first and text:
            text = text.removeprefix("\ufeff")  # noqa: PLW2901 (the mark is no part of the text)
            first = False
        if not text.isascii() and bad.search(text):
            for place in bad.finditer(text):
                at = line + text.count("\n", 0, place.start())
                faults.add(_bad_byte(place[0], encoding, at))
            text = bad.sub("\ufffd", text)  # noqa: PLW2901 (the same text, mended)
        line += text.count("\n")
        yield text


def _decoded(chunks: Iterable[bytes], decoder: codecs.IncrementalDecoder) -> Iterator[str]:
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _bad_byte(character: str, encoding: str, line: int) -> Fault:
    if character == "\ufffd":
        return Fault("bad_encoding", f"a character is not valid {encoding}", line=line)
    byte = ord(character) - 0xDC00
    return Fault(
        "bad_encoding", f"byte 0x{byte:02X} is not valid {encoding}", line=line, value=f"0x{byte:02X}"
    )


def _utf_16_by_zeros(head: bytes) -> str | None:
    """UTF-16 without a mark: markup and digits leave every other byte zero."""
    start = head[:1024]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    most = len(start) * 0.2
    if odd > most > 0 and even < odd / 10:
        return "utf-16-le"
    if even > most > 0 and odd < even / 10:
        return "utf-16-be"
    return None


def _without_cut_edges(sample: bytes) -> bytes:
    """The sample without the halves of characters at its ends, if it is UTF-8."""
    for start in range(min(_LONGEST_UTF_8, len(sample))):
        if not _is_continuation(sample[start]):
            break
    else:
        return sample
    try:
        sample[start:].decode(UTF_8)
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            return sample[start : error.start]
    return sample[start:]


def _is_continuation(byte: int) -> bool:
    return byte >> 6 == _CONTINUATION
