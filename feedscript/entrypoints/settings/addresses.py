"""Whose an address is: this machine's, and the service's own endpoint."""

from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
CALLBACK_PATH = "/api/callback/feed"
REMEMBERED = 1024


@lru_cache(REMEMBERED)
def is_loopback(host: str) -> bool:
    """Whether the address or name is one that only this machine reaches.

    >>> is_loopback("127.0.0.2"), is_loopback("::1"), is_loopback("shop.localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback if mapped is None else bool(mapped.is_loopback)


def place(url: str) -> tuple[str, str, int | None, str]:
    """Scheme, host, port and path, so that two names of one endpoint are the same; this machine is `loopback`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ("", "", None, "")
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return (parts.scheme, "loopback" if host in _LOOPBACK else host, port or default, parts.path.rstrip("/"))
