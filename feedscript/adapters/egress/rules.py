"""Which addresses may be called: public ones on the usual ports, and what the operator exempts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from feedscript.adapters.egress.special_ranges import special_range
from feedscript.adapters.http_exchange import NoAnswer
from feedscript.adapters.web_address import DEFAULT_PORTS, IPAddress, NotAnAddress, WebAddress

USUAL_PORTS = frozenset(DEFAULT_PORTS.values())
_NAMED_PORT = re.compile(r":[0-9]+\Z")


class Forbidden(NoAnswer):
    """The address is not called; the message says why, for the operator alone: it tells what a name leads to."""


class BadExemption(ValueError):
    """An exemption of neither form; the message says so."""


@dataclass(frozen=True, slots=True)
class Exempt:
    """An exemption of the operator's: `[scheme://]host[:port]`, or a network such as `10.20.0.0/16`.

    A host may be called whatever it resolves to; without a port on the ports that are allowed anyway. A network's
    addresses count as public.
    """

    network: IPv4Network | IPv6Network | None = None
    scheme: str | None = None
    host: str = ""
    port: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Exempt":
        """Read an exemption; raises `BadExemption`.

        >>> Exempt.parse("http://hooks.internal:8080").port, Exempt.parse("10.0.0.0/8").network
        (8080, IPv4Network('10.0.0.0/8'))
        """
        scheme, separator, rest = text.rpartition("://")
        try:
            if "/" in rest and not separator:
                return cls(network=ip_network(rest))
            address = WebAddress.parse(text if separator else f"http://{text}")
        except ValueError as error:
            raise BadExemption(_form(text)) from error
        if address.target != "/" or not address.host:
            raise BadExemption(_form(text))
        port = address.port if separator or _NAMED_PORT.search(text) else None
        return cls(scheme=scheme or None, host=address.host, port=port)

    def covers(self, address: WebAddress, ports: Iterable[int]) -> bool:
        """Whether the address's host and port are the exempt ones."""
        return (
            address.host == self.host
            and self.scheme in (None, address.scheme)
            and (address.port == self.port if self.port is not None else address.port in ports)
        )


@dataclass(frozen=True, slots=True)
class EgressRules:
    """What may be called.

    `loopback` lets `localhost` and loopback addresses be called on any port: for a service that nobody but this
    machine reaches. A name that leads to this machine is no such address: whoever owns it could have it say anything.
    """

    ports: frozenset[int] = USUAL_PORTS
    exempt: tuple[Exempt, ...] = ()
    loopback: bool = False

    def refusal(self, url: str) -> str | None:
        """Why the address will never be called, as far as it tells by itself; None where that is up to its name."""
        try:
            address = WebAddress.parse(url)
            self.check(address, [] if address.ip is None else [address.ip])
        except (NotAnAddress, Forbidden) as error:
            return str(error)
        return None

    def check(self, address: WebAddress, resolved: Iterable[IPAddress]) -> None:
        """Raise `Forbidden` unless every one of the IP addresses that it has resolved to may be dialled."""
        if any(exempt.covers(address, self.ports) for exempt in self.exempt):
            return
        kinds = {self._kind_of(ip) for ip in resolved} - {None}
        at_home = address.is_localhost or (address.ip is not None and bool(kinds))
        if self.loopback and at_home and kinds <= {"loopback"}:
            return
        if kinds:
            raise Forbidden(f"the address is {', '.join(sorted(filter(None, kinds)))}")
        if address.port not in self.ports:
            raise Forbidden(f"port {address.port} is none of {', '.join(map(str, sorted(self.ports)))}")

    def _kind_of(self, ip: IPAddress) -> str | None:
        networks = (exempt.network for exempt in self.exempt if exempt.network is not None)
        if any(ip.version == network.version and ip in network for network in networks):
            return None
        return special_range(ip)


def _form(text: str) -> str:
    return f"{text!r} is neither [scheme://]host[:port] nor a network such as 10.20.0.0/16"
