"""How jobs and activities are written down; apart from what the API shows, so each may change alone."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override
from cattrs.strategies import configure_tagged_union

from feedscript.domain import Activity, Event, Fact, Job, Transition

DOCUMENT_VERSION = 1
SOURCE = "/feedscript"


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=False, detailed_validation=False)
    converter.register_unstructure_hook(datetime, to_rfc3339)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text).astimezone(UTC))
    configure_tagged_union(Transition | Fact, converter, tag_name="event")
    converter.register_unstructure_hook(
        Activity, make_dict_unstructure_fn(Activity, converter, event=override(omit=True))
    )
    return converter


def to_rfc3339(time: datetime) -> str:
    """The time as RFC 3339 UTC with microseconds, so that texts sort as times do.

    >>> to_rfc3339(datetime(2026, 1, 1, tzinfo=UTC))
    '2026-01-01T00:00:00.000000Z'
    """
    utc = time if time.tzinfo is UTC else time.astimezone(UTC)
    return utc.isoformat(timespec="microseconds")[: -len("+00:00")] + "Z"


_CONVERTER = _converter()
# Kept: `json.dumps` makes an encoder for every call that asks for something else than its defaults; and without
# indentation, which the standard library's fast encoder cannot do.
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def job_to_bytes(job: Job, entries: Sequence[bytes]) -> bytes:
    """The job's file: the job, and the entries that tell of its last change, each on a line of its own."""
    document = b'{"document_version":%d,\n"job":%b,\n"activities":[\n%b\n]}\n'
    return document % (DOCUMENT_VERSION, to_json(_CONVERTER.unstructure(job)), b",\n".join(entries))


def job_from_bytes(data: bytes) -> tuple[Job, tuple[Activity, ...]]:
    """Read a job's file; raises `ValueError` saying what is wrong with it."""
    document = json.loads(data)
    version = document.get("document_version") if isinstance(document, dict) else None
    if version != DOCUMENT_VERSION:
        raise ValueError(f"document version {version} is not known here")
    try:
        activities = tuple(activity_from_document(entry) for entry in document["activities"])
        return _CONVERTER.structure(document["job"], Job), activities
    except Exception as error:
        raise ValueError(f"not a job document: {type(error).__name__}: {error}") from error


def to_json(value: object) -> bytes:
    """The value as compact JSON, without the ends of lines."""
    return _encoded(_COMPACT.encode(value))


def activity_to_bytes(activity: Activity) -> bytes:
    """The activity as an entry of the trail, before the chain's attributes are added."""
    return to_json(activity_to_document(activity))


def activity_to_document(activity: Activity) -> dict[str, Any]:
    """The activity as a CloudEvents 1.0 JSON event (without the chain's attributes)."""
    data: dict[str, Any] = {"actor": activity.actor, **activity.data}
    if activity.event is not None:
        data["event"] = _CONVERTER.unstructure(activity.event, unstructure_as=Transition | Fact)
    document = {
        "specversion": "1.0",
        "id": activity.id,
        "source": SOURCE,
        "type": activity.type,
        "time": to_rfc3339(activity.at),
        "datacontenttype": "application/json",
        "data": data,
    }
    if activity.job_id is not None:
        document["subject"] = activity.job_id
    return document


def activity_from_line(line: bytes) -> Activity:
    """Read an entry of the trail; raises `ValueError` saying what is wrong with it."""
    try:
        return activity_from_document(json.loads(line))
    except Exception as error:
        raise ValueError(f"not an entry: {type(error).__name__}: {error}") from error


def activity_from_document(document: dict[str, Any]) -> Activity:
    """Read an activity back."""
    data = dict(document["data"])
    actor, event = data.pop("actor"), data.pop("event", None)
    return Activity(
        id=document["id"],
        at=datetime.fromisoformat(document["time"]),
        type=document["type"],
        job_id=document.get("subject"),
        actor=actor,
        event=event and _event(event),
        data=data,
    )


def _event(document: dict[str, Any]) -> Event:
    event: Event = _CONVERTER.structure(document, Transition | Fact)  # type: ignore[arg-type]  # cattrs takes unions
    return event


def _encoded(text: str) -> bytes:
    # Half a surrogate, which JSON may carry, becomes the escape that it came as.
    return text.encode("utf-8", "backslashreplace")
