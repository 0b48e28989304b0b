"""The desk of a running service, over HTTP."""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

import click
import httpcore2

from feedscript.domain import Phase
from feedscript.entrypoints.cli.jobs.desk import ROUTE, Desk, Document, Exit, NotDone, exit_for

LOOPBACK = ("localhost", "::1")
PATIENCE = 30.0
CONNECT_WITHIN = 10.0
LOG_PIECE = 256 * 1024
_TOKEN = re.compile(r"[\x21-\x7e]+")
_WAITS: dict[str, float] = {"connect": CONNECT_WITHIN, "read": PATIENCE, "write": PATIENCE, "pool": PATIENCE}


class ServedDesk(Desk):
    """The API below `url`, called with `key` where there is one."""

    def __init__(self, url: str, key: str | None = None) -> None:
        self._base = _checked(url)
        self._headers: dict[bytes | str, bytes | str] = {"Accept": "application/json"}
        if key is not None:
            if not _TOKEN.fullmatch(key):
                raise NotDone("what was given as a key is none: it has blanks, or is empty", Exit.WRONG)
            self._headers["Authorization"] = f"Bearer {key}"
            _warn_of_clear_text(self._base)
        self._has_key = key is not None
        self._connections = httpcore2.ConnectionPool()

    def page(self, query: Mapping[str, str]) -> Document:
        """GET /api/feed/jobs."""
        return self._asked("GET", f"/api/feed/jobs?{urlencode(query)}")

    def job(self, job_id: str) -> Document:
        """GET /api/feed/status."""
        return self._asked("GET", f"/api/feed/status/{_part(job_id)}")

    def log(self, job_id: str, attempt: int, offset: int) -> Document:
        """GET /api/feed/jobs/{id}/logs."""
        query = urlencode({"attempt": attempt, "offset": offset, "limit": LOG_PIECE})
        return self._asked("GET", f"/api/feed/jobs/{_part(job_id)}/logs?{query}")

    def start(self, phase: Phase, body: Document) -> Document:
        """POST /api/feed/generate or validate."""
        return self._asked("POST", f"/api/feed/{ROUTE[phase]}", body)

    def retry(self, job_id: str) -> Document:
        """POST /api/feed/retry."""
        return self._asked("POST", f"/api/feed/retry/{_part(job_id)}")

    def cancel(self, job_id: str) -> Document:
        """POST /api/feed/cancel."""
        return self._asked("POST", f"/api/feed/cancel/{_part(job_id)}")

    def close(self) -> None:
        """Close the connection."""
        self._connections.close()

    def _asked(self, method: str, path: str, body: Document | None = None) -> Document:
        content = None if body is None else json.dumps(body).encode()
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        try:
            answer = self._connections.request(
                method, self._base + path, headers=headers, content=content, extensions={"timeout": _WAITS}
            )
        except (
            httpcore2.NetworkError,
            httpcore2.ProtocolError,
            httpcore2.TimeoutException,
            OSError,
        ) as error:
            raise NotDone(self._away(error, posted=method == "POST"), Exit.NO_ANSWER) from error
        document = _document(answer.content)
        if document is None:
            raise NotDone(
                f"{self._base} answers {answer.status}, but not as feedscript does; is it the service's own address?",
                Exit.NO_ANSWER,
            )
        if answer.status >= 400:  # noqa: PLR2004 - errors begin there (RFC 9110, 15.5)
            self._refuse(answer.status, document)
        return document

    def _away(self, error: Exception, *, posted: bool) -> str:
        why = str(error) or (
            "no answer in time" if isinstance(error, httpcore2.TimeoutException) else "cut off"
        )
        unsure = not isinstance(error, httpcore2.ConnectError | httpcore2.ConnectTimeout)
        what = "; whether it was done is not known: look before you repeat it" if posted and unsure else ""
        return f"{self._base} does not answer: {why}{what or '; is the service running there?'}"

    def _refuse(self, status: int, problem: Document) -> NoReturn:
        code, detail = str(problem.get("code", "-")), str(problem.get("detail", "no reason told"))
        advice = ""
        if status == 401:  # noqa: PLR2004 - as in problems.py
            given = "with another key" if self._has_key else "with a key"
            advice = f"; call it {given}: --key-file FILE, or FEEDSCRIPT_KEY"
        elif (status, code) == (404, "unknown_address"):
            advice = f"; is {self._base} the service's own address?"
        raise NotDone(f"{detail}{advice} (HTTP {status} {code})", exit_for(status, code))


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and not (parts.query or parts.fragment)
        _ = parts.port
    except ValueError:
        good = False
    if not good:
        raise NotDone(f"--url {url!r} is no address such as http://127.0.0.1:3000", Exit.WRONG)
    return url.rstrip("/")


def _warn_of_clear_text(base: str) -> None:
    parts = urlsplit(base)
    host = parts.hostname or ""
    if parts.scheme == "http" and host not in LOOPBACK and not host.startswith("127."):
        click.echo(f"feedscript: the key goes to {host} in clear text; https would hide it", err=True)


def _part(job_id: str) -> str:
    return quote(job_id, safe="")


def _document(content: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
