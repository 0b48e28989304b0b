"""The audit trail's entries: who did what, when, to which job, and what came of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from feedscript.domain.digest import sha256_hex
from feedscript.domain.events import Event, GenerationStarted, ValidationStarted
from feedscript.domain.job import FeedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One entry of the audit trail.

    `id` is unique; for a transition it is `<job id>/<version>`, so the same one is never entered twice. `type`
    reads `feedscript.<area>.<what>`: `api.call`, `callback.received`, `job.generation_started` ... `event` is the
    domain event of a transition, whole: folding a job's events in order gives the job. `data` holds what else is
    known, secrets left out, such as `call`, the API call that made the change. `at` is aware UTC.
    """

    id: str
    at: datetime
    type: str
    job_id: str | None = None
    actor: str = "feedscript"
    event: Event | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


def record_of(event: Event, version: int, *, actor: str = "feedscript", **data: object) -> Activity:
    """The entry that tells of a job's event; `version` is the job's after it.

    >>> from datetime import UTC, datetime
    >>> from feedscript.domain.events import ScriptStarted
    >>> record_of(ScriptStarted(job_id="j1", attempt=1, at=datetime(2026, 1, 1, tzinfo=UTC)), 2).id
    'j1/2'
    """
    return Activity(
        id=f"{event.job_id}/{version}",
        at=event.at,
        type=activity_type(type(event)),
        job_id=event.job_id,
        actor=actor,
        event=without_secrets(event),
        data=data,
    )


def without_secrets(event: Event) -> Event:
    """The event as the trail may show it: of a callback address its origin, and a hash that tells addresses apart.

    Path and query of such an address may be all that protects it.
    """
    if not isinstance(event, GenerationStarted | ValidationStarted) or event.request.callback_url is None:
        return event
    return replace(event, request=veiled_request(event.request))


def veiled_request(request: FeedRequest) -> FeedRequest:
    """The request with its callback address veiled."""
    return (
        request
        if request.callback_url is None
        else replace(request, callback_url=veiled(request.callback_url))
    )


def veiled(url: str) -> str:
    """The address without what may be secret in it.

    >>> veiled("https://example.com/hook?key=1")
    'https://example.com/#sha256-e37860196b5d272e'
    """
    digest = sha256_hex(url.encode(errors="surrogatepass"))[:16]
    scheme, separator, rest = url.partition("://")
    host = re.split(r"[/?#@]", rest, maxsplit=1)[0]
    return (
        f"{scheme}://{host}/#sha256-{digest}" if separator and f"{host}@" not in rest else f"#sha256-{digest}"
    )


def activity_type(event_type: type[Event]) -> str:
    """The activity type that stands for an event type.

    >>> from feedscript.domain.events import GenerationStarted
    >>> activity_type(GenerationStarted)
    'feedscript.job.generation_started'
    """
    return f"feedscript.job.{_snake_case(event_type.__name__)}"


@cache
def _snake_case(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
