"""One POST over HTTP of which the status decides.

There is one deadline for the whole exchange: the name's address, connection, TLS, a proxy, every byte of the answer. Of
the answer no more than its head is read, and of its body as much as is asked for, so that neither a slow nor an endless
answer costs more than the deadline, and none costs memory (h11 takes heads of 100 KB at most).
"""

import asyncio
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpx

TEXT_WITHIN = 1.0
"""Seconds that the beginning of a body is waited for once the status is known."""


class NoAnswer(Exception):
    """There was no answer; the message says why, without the address, which may hold secrets."""


class DeadlinePassed(NoAnswer):
    """The answer's head did not come in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, and the beginning of the body, if it was asked for."""

    status: int
    text: str = ""

    @property
    def ok(self) -> bool:
        """Whether what was sent was taken; a redirect takes nothing."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, 15.3


async def post(
    url: str, document: object, *, headers: Mapping[str, str], within: float, keep: int = 0
) -> Answer:
    """Send the document as JSON, wait `within` seconds at most, and keep up to `keep` bytes of the answer's body.

    Redirects are not followed: they could lead anywhere. Raises `NoAnswer`.
    """
    content = json.dumps(document).encode()
    headers = {"content-type": "application/json", **headers}
    try:
        async with (
            asyncio.timeout(within),
            # The deadline is the only one, so the client has none.
            httpx.AsyncClient(verify=_trust(), timeout=None) as client,  # noqa: S113
            client.stream("POST", url, content=content, headers=headers) as answer,
        ):
            return Answer(answer.status_code, await _beginning(answer, keep) if keep else "")
    except TimeoutError as error:
        raise DeadlinePassed(f"no answer within {within:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise NoAnswer(type(error).__name__) from error
    except ExceptionGroup as several:
        # Such as anyio's about a port that no socket has.
        raise NoAnswer(type(several.exceptions[0]).__name__) from several


async def _beginning(answer: httpx.Response, keep: int) -> str:
    kept = bytearray()
    try:
        async with asyncio.timeout(TEXT_WITHIN):
            # As it came: what is compressed could be a thousand times as long.
            async for piece in answer.aiter_raw():
                kept += piece[: keep - len(kept)]
                if len(kept) == keep:
                    break
    except (TimeoutError, httpx.HTTPError):
        pass  # the status has decided
    return kept.decode(errors="replace")


@cache
def _trust() -> ssl.SSLContext:
    """Whom to trust: reading the certificates takes as long as a hundred exchanges."""
    return httpx.create_ssl_context()
