"""HTML in texts: what of it is markup.

Elements and rules are the HTML Standard's (13.2.5, 15.3; https://html.spec.whatwg.org). The patterns are written once,
for Python and for the query engine (RE2), so that what is taken out of a text on its way into a feed is what is told
of one that is in it.
"""

from collections.abc import Iterable
from html.entities import html5
from itertools import groupby
from operator import itemgetter

_BREAKING = """
    address article aside blockquote body br caption center col colgroup dd details dialog dir div dl dt fieldset
    figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li listing main
    marquee menu menuitem nav ol optgroup option p plaintext pre search section select summary table tbody td textarea
    tfoot th thead title tr ul xmp
"""
_INLINE = """
    a abbr acronym applet area audio b base basefont bdi bdo bgsound big blink button canvas cite code data datalist del
    dfn em embed font i image img input ins isindex kbd keygen label link map mark math meta meter multicol nextid nobr
    object output param picture progress q rb rp rt rtc ruby s samp slot small source spacer span strike strong sub sup
    time track tt u var video wbr
"""
#: Elements that a browser puts on lines of their own, or in cells.
BREAKING = tuple(_BREAKING.split())
#: What stands in these is no text.
HIDDEN = ("iframe", "noembed", "noframes", "noscript", "script", "style", "svg", "template")
#: The other elements, and those of Word and its kin by their prefixes.
INLINE = (*_INLINE.split(), *(f"{prefix}:[a-z][a-z0-9]*" for prefix in ("m", "o", "st1", "v", "w", "x")))
#: What parts attributes: HTML's white space, and the space that a text on its way into a feed loses with it.
BLANKS = " \t\n\r\f\u00a0"
#: A custom element has a hyphen in its name; one that is never closed may be a size (`<x-large>`).
CUSTOM = "[a-z][a-z0-9]*-[a-z0-9-]*"
CUSTOM_END = f"</({CUSTOM})[{BLANKS}]?>"
DECLARATION = r"<!(?:(?i:doctype)\b|\[)[^<>]*>|<\?[a-zA-Z][^<>]*>"
CDATA = "<![CDATA["
#: What an ampersand is when it was escaped, behind the first.
AMPERSAND = "(?:amp|AMP|#0*38|#[xX]0*26);"
#: Attributes of one tag that Python looks at, so that no text takes longer than its length allows.
_MOST_ATTRIBUTES = 200


def tag(name: str, *, for_python: bool = False) -> str:
    """The pattern of a tag whose name is of a pattern, in whose attributes a quoted `>` ends nothing.

    Python's is never tried in a second way, which could take for ever. Where a quote is never closed, the first `>`
    ends the tag.
    """
    once, many = ("+", f"{{0,{_MOST_ATTRIBUTES}}}+") if for_python else ("", "*")
    value = f"""(?:"[^"]*{once}"|'[^']*{once}'|[^{BLANKS}"'<>=])"""
    equals = f"=[={BLANKS}]*{once}"
    attributes = f"""(?:[^<>"'=]+{once}|["']|{equals}{value}){many}(?:{equals})?"""
    return f"</?{name}(?:/?>|[{BLANKS}](?:{attributes}>|[^<>]*{once}>))"


def any_of(names: Iterable[str]) -> str:
    """The pattern of any of the names, which are told apart by their first letters, in a third of the time."""
    by_letter = groupby(sorted(names), key=itemgetter(0))
    rests = ((letter, "|".join(name[1:] for name in group)) for letter, group in by_letter)
    return f"(?:{'|'.join(f'{letter}(?:{rest})' for letter, rest in rests)})"


def markup_pattern(*, for_python: bool = False) -> str:
    """The pattern of what a shopper would see as code: tags, comments, references, known or misspelt."""
    tags = tag(any_of((*BREAKING, *INLINE, *HIDDEN)), for_python=for_python)
    terminated = "&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]+;)"
    # HTML reads `&copy=` and `&copyright` so in attributes, because they are seldom meant as references.
    bare = f"&{any_of(name for name in html5 if not name.endswith(';'))}(?:[^a-zA-Z0-9=;]|$)"
    comment = "<!--(?:-?>|(?s:.*)-->)"
    return "|".join((f"(?i:{tags})", CUSTOM_END, comment, DECLARATION, r"<!\[CDATA\[", terminated, bare))
