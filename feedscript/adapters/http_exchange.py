"""One POST over HTTP of which the status decides.

There is one deadline for the whole exchange: the name's address, connection, TLS, every byte of the answer. Of the
answer no more than its head is read, and of its body as much as is asked for, so that neither a slow nor an endless
answer costs more than the deadline, and none costs memory (h11 takes heads of 100 KB at most).

httpcore follows no redirect, unpacks nothing, and reads neither proxies nor passwords from its surroundings.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import httpcore2

from feedscript.adapters.web_address import NotAnAddress, WebAddress

TEXT_WITHIN = 1.0
"""Seconds that the beginning of a body is waited for once the status is known."""

Dialling = Callable[[WebAddress], httpcore2.AsyncNetworkBackend]


class NoAnswer(Exception):
    """There was no answer; the message says why, without the address, which may hold secrets."""


class DeadlinePassed(NoAnswer):
    """The answer's head did not come in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, when to come back as the header `Retry-After` has it, and the beginning of the body, if asked for."""

    status: int
    retry_after: str = ""
    text: str = ""

    @property
    def ok(self) -> bool:
        """Whether what was sent was taken; a redirect takes nothing."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, 15.3


async def post(
    url: str,
    content: bytes,
    *,
    headers: Mapping[str, str],
    within: float,
    keep: int = 0,
    dialling: Dialling | None = None,
) -> Answer:
    """Send the JSON text, wait `within` seconds at most, and keep up to `keep` bytes of the answer's body.

    `dialling` gives the network for an address, by default one that leads anywhere. Raises `NoAnswer`.
    """
    try:
        address = WebAddress.parse(url)
        async with (
            asyncio.timeout(within),
            httpcore2.AsyncConnectionPool(
                ssl_context=_trust() if address.scheme == "https" else None,
                max_connections=1,
                network_backend=dialling and dialling(address),
            ) as connections,
            connections.stream(
                "POST",
                httpcore2.URL(
                    scheme=address.scheme, host=address.host, port=address.port, target=address.target
                ),
                headers=[
                    ("Host", address.authority),
                    ("Content-Type", "application/json"),
                    *headers.items(),
                ],
                content=content,
            ) as answer,
        ):
            text = await _beginning(answer, keep) if keep else ""
            return Answer(answer.status, _header(answer, b"retry-after"), text)
    except TimeoutError as error:
        raise DeadlinePassed(f"no answer within {within:g} s") from error
    except NotAnAddress as error:
        raise NoAnswer(str(error)) from error
    except (*_FAILURES, OSError, ValueError) as error:
        raise NoAnswer(type(error).__name__) from error
    except ExceptionGroup as several:
        # Such as anyio's about a port that no socket has.
        raise NoAnswer(type(several.exceptions[0]).__name__) from several


_FAILURES = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.TimeoutException,
    httpcore2.UnsupportedProtocol,
)


def _header(answer: httpcore2.Response, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in answer.headers if key.lower() == name), "")


async def _beginning(answer: httpcore2.Response, keep: int) -> str:
    kept = bytearray()
    try:
        async with asyncio.timeout(TEXT_WITHIN):
            async for piece in answer.aiter_stream():
                kept += piece[: keep - len(kept)]
                if len(kept) == keep:
                    break
    except (TimeoutError, *_FAILURES):
        pass  # the status has decided
    return kept.decode(errors="replace")


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust: reading the certificates takes as long as a hundred exchanges."""
    return httpcore2.default_ssl_context()
