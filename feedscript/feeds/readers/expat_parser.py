"""expat with everything off that a feed may not have."""

import re
from xml.parsers import expat

from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.staged import Fault

#: A document type that only names a DTD elsewhere: it declares nothing itself.
_EXTERNAL_DOCTYPE = re.compile(
    r"""(?s)\A(\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*)"""
    r"""(<!DOCTYPE\s+[^\s>\[]+(?:\s+(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))(?:\s+(?:"[^"]*"|'[^']*'))?)?\s*>)"""
)


def new_parser() -> expat.XMLParserType:
    """A parser of UTF-8 that refuses every DTD, and so every entity but XML's own five.

    Its handlers raise `Stopped` with the fault `forbidden_xml`.
    """
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = 64 * 1024

    def refuse(*_: object) -> None:
        line = parser.CurrentLineNumber
        message = f"line {line} declares a document type (DTD); DTDs and entities are refused: remove it"
        raise Stopped(message, Fault("forbidden_xml", message, line=line))

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def without_doctype(beginning: str) -> str:
    r"""The beginning of a document without a document type that names a DTD elsewhere, its line ends kept.

    The DTD is never fetched, and what it may declare is not known, so references to it are as undefined as without.

    >>> without_doctype('<?xml version="1.0"?>\n<!DOCTYPE yml_catalog SYSTEM "shops.dtd"><yml_catalog/>')
    '<?xml version="1.0"?>\n<yml_catalog/>'
    """
    return _EXTERNAL_DOCTYPE.sub(lambda found: found[1] + "\n" * found[2].count("\n"), beginning, count=1)
