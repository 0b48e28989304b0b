"""expat with everything off that a feed may not have."""

from xml.parsers import expat

from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.staged import Fault


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
