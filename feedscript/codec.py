"""Jobs, activities and events as JSON and back: for every adapter that stores them, one of your own included.

What is written here is read back equal, by this version and by later ones. A time is RFC 3339 UTC with microseconds, so
texts sort as times do; an activity is a CloudEvents 1.0 event. Apart from what the API shows, so each may change alone.

>>> from feedscript.domain import FeedRequest, RetryPolicy, StartGeneration, decide, evolve
>>> request = FeedRequest(affiliate_merchant_id="m1", source="s3://b/in.csv", destination="s3://b/out.csv")
>>> start = StartGeneration(job_id="j1", request=request)
>>> job = evolve(None, decide(None, start, datetime(2026, 1, 1, tzinfo=UTC), RetryPolicy()))
>>> job_from_json(job_to_json(job)) == job
True
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override
from cattrs.strategies import configure_tagged_union

from feedscript.domain import Activity, Event, Job

SOURCE = "/feedscript"
_ESCAPED = re.compile(r"=*(?:actor|event)")
T = TypeVar("T")


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=False, detailed_validation=False)
    converter.register_unstructure_hook(datetime, to_rfc3339)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text).astimezone(UTC))
    configure_tagged_union(Event, converter, tag_name="event")
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


def job_to_json(job: Job) -> bytes:
    """The job as compact JSON."""
    return to_json(job_to_document(job))


def job_from_json(data: bytes | str) -> Job:
    """Read a job back; raises `ValueError` saying what is wrong with it."""
    return _told(lambda: job_from_document(json.loads(data)), "not a job")


def job_to_document(job: Job) -> dict[str, Any]:
    """The job as what `json` writes."""
    document: dict[str, Any] = _CONVERTER.unstructure(job)
    return document


def job_from_document(document: Mapping[str, Any]) -> Job:
    """Read a job back from what `json` reads."""
    return _CONVERTER.structure(document, Job)


def to_json(value: object) -> bytes:
    """The value as compact JSON, without the ends of lines."""
    return _encoded(_COMPACT.encode(value))


def activity_to_json(activity: Activity) -> bytes:
    """The activity as compact JSON."""
    return to_json(activity_to_document(activity))


def activity_from_json(data: bytes | str) -> Activity:
    """Read an activity back; raises `ValueError` saying what is wrong with it."""
    return _told(lambda: activity_from_document(json.loads(data)), "not an entry")


def activity_to_document(activity: Activity) -> dict[str, Any]:
    """The activity as a CloudEvents 1.0 JSON event: its `data` holds `actor`, `event`, and what else is known.

    A key of the activity's own that reads like one of those two has `=` put before it.
    """
    own = {f"={key}" if _ESCAPED.fullmatch(key) else key: value for key, value in activity.data.items()}
    data: dict[str, Any] = {"actor": activity.actor, **own}
    if activity.event is not None:
        data["event"] = event_to_document(activity.event)
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


def activity_from_document(document: Mapping[str, Any]) -> Activity:
    """Read an activity back from what `json` reads."""
    data = dict(document["data"])
    actor, event = data.pop("actor"), data.pop("event", None)
    return Activity(
        id=document["id"],
        at=datetime.fromisoformat(document["time"]),
        type=document["type"],
        job_id=document.get("subject"),
        actor=actor,
        event=None if event is None else event_from_document(event),
        data={key[1:] if _ESCAPED.fullmatch(key) else key: value for key, value in data.items()},
    )


def event_to_document(event: Event) -> dict[str, Any]:
    """The event as what `json` writes; `event` holds its type's name."""
    document: dict[str, Any] = _CONVERTER.unstructure(event, unstructure_as=Event)
    return document


def event_from_document(document: Mapping[str, Any]) -> Event:
    """Read an event back from what `json` reads."""
    event: Event = _CONVERTER.structure(document, Event)  # type: ignore[arg-type]  # cattrs takes unions
    return event


def _told(read: Callable[[], T], what: str) -> T:
    try:
        return read()
    except Exception as error:
        raise ValueError(f"{what}: {type(error).__name__}: {error}") from error


def _encoded(text: str) -> bytes:
    # Half a surrogate, which JSON may carry, becomes the escape that it came as.
    return text.encode("utf-8", "backslashreplace")
