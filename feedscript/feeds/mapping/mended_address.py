"""Web addresses as the URL Standard (https://url.spec.whatwg.org) has browsers mend them, hosts by `ada_url`."""

import re
from urllib.parse import quote

from feedscript.feeds.rules.addresses import ADDRESS, ESCAPED_AMPERSAND, PLAIN, SECOND_ADDRESS

_ADDRESS = re.compile(ADDRESS)
_PARTING = re.compile(r"(\x1f|,(?=\s*(?:https?:)?//))", re.IGNORECASE)
#: Browsers drop line ends and encode blanks, which would make one address, of nothing, out of two.
_SECOND = re.compile(rf"{SECOND_ADDRESS}|[\s;|](?i:https?:)?[/\\]{{2}}")
_LINE_ENDS = re.compile(r"[\t\n\r]")
_AMPERSAND = re.compile(ESCAPED_AMPERSAND)
_PARTS = re.compile(
    r"(?P<scheme>https?):[/\\]{2}(?P<user>[^/\\?#]*@)?(?P<host>[^/\\?#@:]*)(?P<port>:[^/\\?#@]*)?"
    r"(?P<path>[^?#]*)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_STRAY_PERCENT = re.compile("%(?![0-9a-fA-F]{2})")
_UNSAFE = re.compile(f"[^{PLAIN}%]+")
_SPACES = " \t\n\r\f\u00a0\ufeff"


def mended_address(value: str) -> str:
    """An address, or several with a comma or U+001F between them, as a browser would ask for it; else as it was.

    Spaces around it go; `//host` is https, a host becomes ASCII (IDNA), characters that addresses hold only encoded
    are encoded as UTF-8, a `%` that encodes nothing is `%25`, and `&amp;` is `&`. What is encoded stays as it is, and
    so does an address that is none after all that, or that holds a second one behind another sign than a comma.
    """
    return "".join(each if place % 2 else _mended(each) for place, each in enumerate(_PARTING.split(value)))


def _mended(address: str) -> str:
    bare = address.strip(_SPACES)
    text = _AMPERSAND.sub("&", _LINE_ENDS.sub("", bare))
    parts = _PARTS.fullmatch(f"https:{text}" if text.startswith("//") else text)
    if parts is None or _SECOND.search(bare):
        return address
    host = parts["host"] if parts["host"].isascii() else _ascii_host(parts["host"])
    path = parts["path"].replace("\\", "/")
    user = _encoded(parts["user"] or "")
    made = f"{parts['scheme']}://{user}{host}{parts['port'] or ''}{_encoded(path + parts['rest'])}"
    # What was no second address must not become one.
    made = _PARTING.sub("%2C", made)
    return made if _ADDRESS.fullmatch(made) and not _SECOND.search(made) else address


def _encoded(text: str) -> str:
    return _UNSAFE.sub(lambda found: quote(found[0], safe=""), _STRAY_PERCENT.sub("%25", text))


def _ascii_host(host: str) -> str:
    """The host as the name system knows it (UTS 46); empty for one that has no such form."""
    import ada_url  # noqa: PLC0415 - loaded only where an address needs it

    try:
        return ada_url.idna.encode(host).decode("ascii")
    except ValueError:
        return ""
