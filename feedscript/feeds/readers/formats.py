"""Formats: what a source is, by how its content begins."""

import re

from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.prolog import end_of_prolog
from feedscript.feeds.readers.staged import Fault

_FOREIGN = {
    b"%PDF": "a PDF document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"\xd0\xcf\x11\xe0": "an old office document (such as an Excel .xls)",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\xfd7zXZ": "an xz file",
    b"SQLite format 3": "an SQLite database",
    b"\x7fELF": "a program",
}
_HTML = re.compile(r"<(!doctype\s+html|html)[\s>]", re.IGNORECASE)
#: The first title of delimited text in brackets, which no JSON begins with: `{id},{title}`.
_IN_BRACKETS = re.compile(r"""[{\[][^{}\[\]":,\n]+[}\]][ \t]*[,;\t|]""")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1c-\x1e\x7f\ufffd]")
_MOST_CONTROLS = 0.05


def is_parquet(head: bytes) -> bool:
    """Whether the bytes begin as a Parquet file does."""
    return head.startswith(b"PAR1")


def refuse_foreign(head: bytes) -> None:
    """Raise `Stopped` where the bytes begin as a file of a kind that is never a feed."""
    for magic, what in _FOREIGN.items():
        if head.startswith(magic):
            raise _wrong(f"this is {what}, not a feed", what)


def detect_text_format(text: str) -> str:
    """`xml`, `json` or `delimited`, by the beginning of a text.

    Raises `Stopped` for a web page and for bytes that are no text at all.
    """
    if _HTML.match(text, end_of_prolog(text)):
        advice = "the address may lead to a login or an error page"
        raise _wrong(f"this is a web page (HTML), not a feed; {advice}", "a web page (HTML)")
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start == "<":
        return "xml"
    if start in ("{", "[") and not _IN_BRACKETS.match(text.lstrip("\ufeff \t\r\n")):
        return "json"
    if len(_CONTROLS.findall(text)) > len(text) * _MOST_CONTROLS:
        raise _wrong("this is binary data of no known feed format", "binary data")
    return "delimited"


def _wrong(message: str, what: str) -> Stopped:
    return Stopped(message, Fault("wrong_format", message, value=what))
