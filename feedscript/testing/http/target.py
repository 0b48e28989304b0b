"""The server under test, and how it is called: each call over a connection of its own, so that any process answers."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from feedscript.domain import RetryPolicy

PATIENCE = 30.0
BUSY = (429, 503)
MOST_REPEATS = 20
LONGEST_PAUSE = 10.0


class ServerUnreachable(Exception):
    """Nobody answers at the address that was given."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status and its JSON document."""

    status: int
    document: Mapping[str, Any]

    @property
    def told(self) -> str:
        """The status, with the code of a problem."""
        return f"{self.status} {self.document.get('code', '')}".rstrip()


@dataclass(frozen=True)
class Target:
    """A server at `url`; `headers` go with every call, such as `{"X-API-Key": "..."}`.

    `scripts_act` tells whether the server's scripts may end their attempts by themselves: what they do is then taken
    as it is read, as long as the state machine allows it. Where they hand their work on (`GENERATE_COMMAND=true`,
    `VALIDATE_COMMAND=true`, a long `CALLBACK_GRACE`) nothing may happen by itself, and False holds the server to that.
    `policy` is the server's retry policy, the default settings' unless told.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    scripts_act: bool = True
    policy: RetryPolicy = field(default_factory=RetryPolicy)

    def post(
        self, path: str, body: Mapping[str, Any] | None = None, *, known: bool = True, **headers: str
    ) -> Reply:
        """POST `body`; without the target's own headers unless the caller is to be `known`."""
        content = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        return self._call("POST", path, content, {**(self.headers if known else {}), **kind, **headers})

    def get(self, path: str, **query: object) -> Reply:
        """GET `path`; parameters that are None are left out."""
        asked = urlencode({name: value for name, value in query.items() if value is not None})
        return self._call("GET", f"{path}?{asked}" if asked else path, None, self.headers)

    def _call(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """The answer; a server that is busy, or limits its callers, is asked again when it says."""
        for _ in range(MOST_REPEATS):
            reply, pause = self._once(method, path, body, headers)
            if reply.status not in BUSY:
                break
            time.sleep(min(pause, LONGEST_PAUSE))
        return reply

    def _once(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[Reply, float]:
        address = urlsplit(self.url)
        make = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = make(address.hostname or "", address.port, timeout=PATIENCE)
        try:
            connection.request(
                method, address.path.rstrip("/") + path, body, {**headers, "Connection": "close"}
            )
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
            pause = answer.getheader("Retry-After", "1")
        except (OSError, HTTPException) as error:
            raise ServerUnreachable(f"{method} {self.url}{path}: {error!r}") from error
        finally:
            connection.close()
        return Reply(status, _document(content, f"{method} {path} ({status})")), float(
            pause if pause.isdigit() else 1
        )


def _document(content: bytes, call: str) -> Mapping[str, Any]:
    try:
        document = json.loads(content)
    except ValueError:
        document = None
    assert isinstance(document, dict), f"{call} answers no JSON object: {content[:200]!r}"
    return document
