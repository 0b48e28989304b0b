"""Connections to an address that was checked: the name is resolved once, and what was checked is what is dialled."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address

import httpcore2

from feedscript.adapters.egress.rules import EgressRules
from feedscript.adapters.web_address import IPAddress, WebAddress

CONNECT_WITHIN = 5.0
"""Seconds for one of several IP addresses: one that says nothing leaves time for the next."""
TRIED = 3

Resolve = Callable[[str, int], Awaitable[list[IPAddress]]]
SocketOptions = Iterable[tuple[int, int, int]]


async def resolve(host: str, port: int) -> list[IPAddress]:
    """The IP addresses of a name, as the machine's own resolver orders them.

    Each look-up has a thread of its own, which nobody waits for when the loop ends: a name server may be silent for
    half a minute, and a pool of threads would be taken up by such names. Raises OSError and UnicodeError.
    """
    with suppress(ValueError):
        return [ip_address(host)]
    loop = asyncio.get_running_loop()
    found: asyncio.Future[list[IPAddress]] = loop.create_future()

    def settle(addresses: list[IPAddress], error: Exception | None) -> None:
        if found.done():
            return  # nobody waits any longer
        if error is None:
            found.set_result(addresses)
        else:
            found.set_exception(error)

    def look_up() -> None:
        addresses: list[IPAddress] = []
        failure: Exception | None = None
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(ip_address(answer[4][0]) for answer in answers))
        except (OSError, ValueError) as error:
            failure = error
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, addresses, failure)

    threading.Thread(target=look_up, name="feedscript-name", daemon=True).start()
    return await found


class CheckedDialling(httpcore2.AsyncNetworkBackend):
    """The network for one exchange with `address`: raises `Forbidden` before anything forbidden is dialled."""

    def __init__(
        self,
        address: WebAddress,
        rules: EgressRules,
        *,
        resolve: Resolve = resolve,
        network: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._address = address
        self._rules = rules
        self._resolve = resolve
        self._network = network or httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature; the exchange has a deadline
        local_address: str | None = None,
        socket_options: SocketOptions | None = None,  # type: ignore[override]  # the one kind of options used
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve once, check every address, dial the first of them that answers."""
        addresses = await self._resolve(host, port)
        self._rules.check(self._address, addresses)
        failure: Exception = httpcore2.ConnectError("the name has no address")
        for address in addresses[:TRIED]:
            try:
                return await self._network.connect_tcp(
                    str(address), port, CONNECT_WITHIN, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore does between tries of its own."""
        await self._network.sleep(seconds)
