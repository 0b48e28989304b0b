"""Character encodings: told apart by the bytes themselves, or by a label of the WHATWG Encoding Standard.

Labels mean what they mean on the web: `iso-8859-1` is Windows-1252, `gb2312` is GBK, `euc-kr` is code page 949.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.engine.unknown_names import near_names
from feedscript.feeds.readers.staged import Fault, FaultTally

UTF_8 = "utf-8"
UTF_16 = ("utf-16-le", "utf-16-be")

HEAD_BYTES = 256 * 1024
_WINDOW_BYTES = 64 * 1024
_WINDOWS = 15
_LONGEST_UTF_8 = 4
#: The highest two bits of each byte of a UTF-8 character but the first.
_CONTINUATION = 0b10
#: What the detector is shown of a source: more makes it slower and no surer.
_SHOWN_BYTES = 256 * 1024

_BOMS = {codecs.BOM_UTF8: UTF_8, codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_BAD = re.compile("[\udc80-\udcff]")
_BAD_UTF_16 = re.compile("\ufffd")
_XML_ENCODING = re.compile(r"""^<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")

#: How sure an encoding is: the bytes leave no doubt; the file, or the merchant, says so; it is a guess, good or poor.
Certainty = Literal["certain", "declared", "said", "likely", "unsure"]


class UnknownEncoding(BadConfig):
    """No encoding has this label.

    Attributes: `label`, `similar` (labels that are spelt alike).
    """

    def __init__(self, label: str) -> None:
        similar = near_names(label, _labels())
        near = f"; did you mean {' or '.join(similar)}?" if similar else ", such as windows-1251 or shift_jis"
        super().__init__(f"{label!r} is no encoding of the WHATWG Encoding Standard{near}")
        self.label = label
        self.similar = similar


@dataclass(frozen=True)
class Encoding:
    """An encoding by its name in the WHATWG Encoding Standard, and how sure it is."""

    name: str
    certainty: Certainty

    @property
    def codec(self) -> str:
        """Python's codec for it."""
        if self.name == UTF_8 or self.name in UTF_16:
            return self.name
        return _codec_of(self.name)

    @property
    def guessed(self) -> bool:
        """Whether nobody has said so, and the bytes allow others."""
        return self.certainty in {"likely", "unsure"}


def labelled(label: str, certainty: Certainty) -> Encoding:
    """The encoding that a label of the WHATWG Encoding Standard means; raises UnknownEncoding."""
    import webencodings  # noqa: PLC0415 - only sources with a label need it

    found = webencodings.lookup(label)
    if found is None or found.name in {"replacement", "x-user-defined"}:
        raise UnknownEncoding(label)
    name = {"utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}.get(found.name, found.name)
    return Encoding(name, certainty)


def _codec_of(name: str) -> str:
    import webencodings  # noqa: PLC0415 - only sources that are not UTF-8 need it

    # The standard decodes GBK as GB 18030, which has all of it.
    found = webencodings.lookup("gb18030" if name == "gbk" else name)
    assert found is not None
    return found.codec_info.name


def _labels() -> Iterable[str]:
    from webencodings.labels import LABELS  # noqa: PLC0415 - only a mistake needs it

    found: Iterable[str] = LABELS
    return found


def bom_of(head: bytes) -> bytes:
    """The byte order mark that the bytes begin with; empty without one."""
    return next((bom for bom in _BOMS if head.startswith(bom)), b"")


def detect_encoding(samples: Iterable[bytes], said: str | None = None) -> Encoding:
    """The encoding of a text by samples of its bytes, the first from its beginning.

    A byte order mark decides; then what the merchant has `said` (a label; raises UnknownEncoding); then the zero bytes
    of UTF-16; then UTF-8, unless more characters break its rules than keep them. What is left is guessed as Firefox
    guesses it, by the letters that follow one another in each language (docs/decisions/0016).
    """
    kept = broken = 0
    shown = b""
    for number, sample in enumerate(samples):
        if number == 0:
            if mark := _BOMS.get(bom_of(sample)):
                return Encoding(mark, "certain")
            if said is not None:
                return labelled(said, "said")
            if zeros := _utf_16_by_zeros(sample):
                return Encoding(zeros, "certain")
        if sample.isascii():
            continue
        text = _without_cut_edges(sample).decode(UTF_8, "surrogateescape")
        bad = len(_BAD.findall(text))
        broken += bad
        kept += len(text) - len(text.encode("ascii", "ignore")) - bad
        if len(shown) < _SHOWN_BYTES:
            shown += _whole_lines(sample, from_start=number == 0)
    return Encoding(UTF_8, "certain") if kept >= broken else _guessed(shown)


def _whole_lines(sample: bytes, *, from_start: bool) -> bytes:
    """The sample without what may be half a line at its ends: half a character would mislead the detector."""
    start = 0 if from_start else sample.find(b"\n") + 1
    end = sample.rfind(b"\n") + 1
    return sample[start:end] if end > start else sample[start:]


def _guessed(sample: bytes) -> Encoding:
    from chardetng_py import EncodingDetector  # noqa: PLC0415 - most sources are UTF-8

    detector = EncodingDetector()
    detector.feed(sample, last=True)
    label, likely = detector.guess_assess(tld=None, allow_utf8=False)
    # The detector's one name that is Python's and not the standard's.
    standard = "windows-874" if label == "cp874" else label
    return labelled(standard, "likely" if likely else "unsure")


def declared_encoding(head: bytes, detected: Encoding, faults: FaultTally) -> Encoding:
    """The encoding that an XML declaration names, where it is one that can be; else UTF-8, as the XML standard has it.

    A label that nobody knows is a fault, and the encoding then the one that was `detected`.
    """
    if detected.name in UTF_16 or bom_of(head) or detected.certainty == "said":
        return detected
    declaration = _XML_ENCODING.match(head[:200].decode("ascii", "replace").lstrip())
    if declaration is None:
        return Encoding(UTF_8, "declared")
    label = declaration[1]
    try:
        found = labelled(label, "declared")
    except UnknownEncoding as error:
        message = f"the XML declaration says encoding={label!r}, but {error}; it was read as {detected.name}"
        faults.add(Fault("unknown_encoding", message, line=1, value=label))
        return detected
    return Encoding(UTF_8, "declared") if found.name in UTF_16 else found


def tell_guess(encoding: Encoding, faults: FaultTally) -> None:
    """Tell that the encoding is a guess, if it is."""
    if encoding.guessed:
        sure = "" if encoding.certainty == "likely" else ", which is far from sure"
        message = f"nothing says what encoding the file is in; it was read as {encoding.name}{sure}"
        faults.add(Fault("guessed_encoding", message, severity="warning", value=encoding.name))


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


def as_text(
    chunks: Iterable[bytes], encoding: Encoding, faults: FaultTally, again: Callable[[], Iterable[bytes]]
) -> Iterator[str]:
    """Decode a stream; each byte that the encoding forbids becomes U+FFFD, and a fault with its line.

    `again` gives the same chunks once more, by which the line of the first such byte is counted: to count all lines
    would take as long as to decode.
    """
    bad = _BAD_UTF_16 if encoding.name in UTF_16 else _BAD
    line: int | None = None
    for number, whole in enumerate(_decoded(chunks, encoding)):
        text = whole
        if not text.isascii() and bad.search(text):
            if line is None:
                before = islice(_decoded(again(), encoding), number)
                line = 1 + sum(piece.count("\n") for piece in before)
            text, times = bad.subn("\ufffd", text)
            shown = [
                _bad_byte(place[0], encoding.name, line + whole.count("\n", 0, place.start()))
                for place in islice(bad.finditer(whole), faults.samples_per_code)
            ]
            faults.extend(shown)
            if behind := times - len(shown):
                faults.add(shown[-1], behind)
        if line is not None:
            line += text.count("\n")
        yield text


def _decoded(chunks: Iterable[bytes], encoding: Encoding) -> Iterator[str]:
    """The text of the chunks, what the encoding forbids as signs of its own, without a byte order mark."""
    errors = "replace" if encoding.name in UTF_16 else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding.codec)(errors)
    first = True
    for chunk in chain(chunks, (None,)):
        text = decoder.decode(b"", final=True) if chunk is None else decoder.decode(chunk)
        if first and text:
            text = text.removeprefix("\ufeff")
            first = False
        yield text


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
