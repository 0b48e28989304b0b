"""Where an attempt writes, and what it may not write over."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from feedscript.domain.job import Attempt, FeedRequest, Job, Phase

FEED_ENDINGS = (
    ".manifest.json",
    ".rejects.jsonl.gz",
    ".rejects.csv.gz",
    ".deltas.jsonl.gz",
    ".numbers.json",
)
REPORT_ENDINGS = (".html", ".findings.jsonl.gz")
REPORT_PLACES = ("report_s3_path", "html_s3_path")
_MONTH, _OF_MONTH = "(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DAY = re.compile(rf"(?<!\d)(?:20\d\d{_MONTH}{_OF_MONTH}|20\d\d-{_MONTH}-{_OF_MONTH})(?!\d)", re.ASCII)


def artifacts(phase: Phase, destination: str) -> tuple[str, ...]:
    """All addresses that the attempt's built-in script writes to, the destination first.

    >>> artifacts(Phase.VALIDATION, "s3://b/report.json")
    ('s3://b/report.json', 's3://b/report.html', 's3://b/report.findings.jsonl.gz')
    """
    if phase is Phase.GENERATION:
        return (destination, *(destination + ending for ending in FEED_ENDINGS))
    stem = destination.removesuffix(".json")
    return (destination, *(stem + ending for ending in REPORT_ENDINGS))


def destinations(phase: Phase, destination: str) -> tuple[str, ...]:
    """The destination, and where feeds whose names differ by the day alone have what each needs of the last.

    >>> destinations(Phase.GENERATION, "s3://b/4711_nmerchandis20261128.txt")
    ('s3://b/4711_nmerchandis20261128.txt', 's3://b/4711_nmerchandisYYYYMMDD.txt')
    """
    days = list(_DAY.finditer(destination, destination.rfind("/"))) if phase is Phase.GENERATION else []
    if not days:
        return (destination,)
    form = "YYYY-MM-DD" if "-" in days[-1][0] else "YYYYMMDD"
    return (destination, destination[: days[-1].start()] + form + destination[days[-1].end() :])


def report_beside(feed: str) -> str:
    """Where the report of a feed goes that has no place of its own.

    >>> report_beside("s3://b/feed.csv")
    's3://b/feed.csv.report.json'
    """
    return f"{feed}.report.json"


def bucket_of(uri: str) -> str:
    """The bucket that an address names.

    >>> bucket_of("s3://b/feed.csv")
    'b'
    """
    return uri.removeprefix("s3://").partition("/")[0]


def place_of(uri: str) -> str:
    """The address as a file system may take it that folds case and accents: twins have one place.

    >>> place_of("s3://b/FEED.csv") == place_of("s3://b/feed.csv")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", uri).casefold())


def would_replace(job: Job | None, request: FeedRequest, phase: Phase) -> str | None:
    """What the attempt would write over that its own job still needs, in words; None where there is nothing."""
    written = {
        place_of(uri)
        for address in destinations(phase, request.destination)
        for uri in artifacts(phase, address)
    }
    if phase is Phase.GENERATION:
        kept: dict[str, Iterable[str]] = {"its source": (request.source,)}
        if request.then is Phase.VALIDATION:
            written.update(map(place_of, artifacts(request.then, report_beside(request.destination))))
    else:
        kept = {"the feed that it is about": artifacts(Phase.GENERATION, request.source)}
        if job is not None and job.generated_feed:
            kept["the job's feed"] = artifacts(Phase.GENERATION, job.generated_feed)
    for what, uris in kept.items():
        for uri in uris:
            if place_of(uri) in written:
                return f"{what} ({uri})"
    return None


def rivals(phase: Phase, destination: str) -> frozenset[str]:
    """The places that nobody else may have as a destination: what goes beside this one, and what this is beside of."""
    return frozenset(map(place_of, artifacts(phase, destination)[1:])) | wholes(destination)


def wholes(uri: str) -> frozenset[str]:
    """The places of which what lies at the address may be a part: the feed or the report that it was put beside of.

    >>> sorted(wholes("s3://b/report.html"))
    ['s3://b/report', 's3://b/report.json']
    """
    of_feeds = (uri.removesuffix(ending) for ending in FEED_ENDINGS if uri.endswith(ending))
    stems = [uri.removesuffix(end) for end in REPORT_ENDINGS if uri.endswith(end)]
    of_reports = (stem + ending for stem in stems for ending in ("", ".json"))
    return frozenset(map(place_of, (*of_feeds, *of_reports)))


def without_foreign_places(attempt: Attempt, result: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """A result without reports that lie where the attempt does not write; `ignored` tells which they were.

    Whoever reports an outcome could else have the service read any object.
    """
    foreign = {
        name: result[name]
        for name in REPORT_PLACES
        if result and result.get(name) is not None and not is_own_report(attempt, result[name])
    }
    if not result or not foreign:
        return result
    return {name: value for name, value in result.items() if name not in foreign} | {"ignored": foreign}


def is_own_report(attempt: Attempt, uri: object) -> bool:
    """Whether the address is one where the attempt writes its report: by its name it belongs to the destination."""
    destination = attempt.request.destination
    if not isinstance(uri, str):
        return False
    return uri in artifacts(Phase.VALIDATION, destination) or (
        uri.startswith(f"{destination}.") and "/" not in uri.removeprefix(destination)
    )


@dataclass(frozen=True, slots=True)
class AllowedBuckets:
    """The buckets that requests may name: `everybody` is for all merchants, `own` by merchant; None allows all."""

    everybody: frozenset[str] | None = None
    own: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def allow(self, affiliate_merchant_id: str, uri: str) -> bool:
        """Whether the merchant may have this object read or written."""
        if self.everybody is None:
            return True
        bucket = bucket_of(uri)
        return bucket in self.everybody or bucket in self.own.get(affiliate_merchant_id, ())
