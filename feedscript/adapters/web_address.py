"""An http(s) address, read once: what is checked, dialled, sent as Host and named in TLS is of one reading."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

import ada_url

DEFAULT_PORTS = {"http": 80, "https": 443}
IPAddress = IPv4Address | IPv6Address


class NotAnAddress(ValueError):
    """No http(s) address without user and password; the message says why."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """The parts of an address as the URL Standard (https://url.spec.whatwg.org) reads them.

    `host` is a name in ASCII or an IP address without brackets, `authority` what goes into the Host header, `target`
    path and query.

    >>> WebAddress.parse("http://0x7f.1:8080/a?b")
    WebAddress(scheme='http', host='127.0.0.1', port=8080, authority='127.0.0.1:8080', target='/a?b')
    """

    scheme: str
    host: str
    port: int
    authority: str
    target: str

    @classmethod
    def parse(cls, url: str) -> "WebAddress":
        """Read an address; raises `NotAnAddress`."""
        try:
            parts = ada_url.URL(url)
        except (ValueError, UnicodeError) as error:
            raise NotAnAddress("not an address") from error
        scheme = parts.protocol.removesuffix(":")
        if scheme not in DEFAULT_PORTS:
            raise NotAnAddress("not an http(s) address")
        if parts.username or parts.password:
            raise NotAnAddress("an address with user or password")
        port = int(parts.port) if parts.port else DEFAULT_PORTS[scheme]
        host = parts.hostname.removeprefix("[").removesuffix("]")
        return cls(scheme, host, port, parts.host, parts.pathname + parts.search)

    @property
    def ip(self) -> IPAddress | None:
        """The host where it is an IP address; None for a name."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None

    @property
    def is_localhost(self) -> bool:
        """Whether the host is `localhost` or a name below it, which always mean this machine (RFC 6761, 6.3)."""
        return f".{self.host.rstrip('.')}".endswith(".localhost")
