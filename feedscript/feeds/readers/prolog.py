"""What stands before a document's root element."""

import re

_SPACE = re.compile(r"\s*")
#: What may stand before a root element, one at a time: taken together they could be parted in very many ways.
_BEFORE = re.compile(r"(?s)\s+|<\?.*?\?>|<!--.*?-->")
#: A document type that only names a DTD elsewhere: it declares nothing itself.
_EXTERNAL_DOCTYPE = re.compile(
    r"""<!DOCTYPE\s+[^\s>\[]+(?:\s+(?:SYSTEM|PUBLIC\s+(?:"[^"]*"|'[^']*'))(?:\s+(?:"[^"]*"|'[^']*'))?)?\s*>"""
)
_DECLARATION = re.compile(r"(?s)<\?xml\s.*?\?>")


def readable(beginning: str) -> str:
    r"""The beginning of a document without what expat would refuse although it says nothing; its line ends are kept.

    That is a document type that names a DTD elsewhere: the DTD is never fetched, and what it may declare is not known,
    so references to it are as undefined as without. And it is an XML declaration that stands behind blanks
    (`misplaced_declaration`).

    >>> readable('<?xml version="1.0"?>\n<!DOCTYPE yml_catalog SYSTEM "shops.dtd"><yml_catalog/>')
    '<?xml version="1.0"?>\n<yml_catalog/>'
    """
    if misplaced_declaration(beginning):
        beginning = _without(beginning, _DECLARATION, _after_space(beginning))
    return _without(beginning, _EXTERNAL_DOCTYPE, end_of_prolog(beginning))


def misplaced_declaration(beginning: str) -> int | None:
    r"""The line, from 1, of an XML declaration that does not come first but behind blanks; None if it does.

    >>> misplaced_declaration('\n<?xml version="1.0"?><rss/>')
    2
    """
    at = _after_space(beginning)
    return beginning.count("\n", 0, at) + 1 if at and _DECLARATION.match(beginning, at) else None


def end_of_prolog(text: str) -> int:
    """Where blanks, comments and processing instructions at a text's beginning end."""
    at = 0
    while found := _BEFORE.match(text, at):
        at = found.end()
    return at


def _after_space(text: str) -> int:
    found = _SPACE.match(text)
    return found.end() if found else 0


def _without(text: str, pattern: re.Pattern[str], at: int) -> str:
    found = pattern.match(text, at)
    return text[:at] + "\n" * found[0].count("\n") + text[found.end() :] if found else text
