"""One writer at a time: which places a job may still write to without being asked again."""

from collections.abc import Iterator

from feedscript.domain.artifacts import destinations, place_of, report_beside
from feedscript.domain.job import Attempt, FeedRequest, Job, Phase


def places_written(phase: Phase, request: FeedRequest) -> tuple[str, ...]:
    """The places of which whoever carries the request out, and what follows, has to be the only writer.

    Feeds whose names differ by the day alone have one of them in common: what each needs of the last.
    """
    written = destinations(phase, request.destination)
    if request.then is not None:
        written = (*written, report_beside(request.destination))
    return tuple(map(place_of, written))


def holds(job: Job, place: str) -> bool:
    """Whether the job may write to the place by itself.

    It may as long as an attempt at it waits, runs, or is to be reported on from elsewhere; while the script of one that
    is over runs on; and until a retry that is due, or what is to follow, has been started or called off.
    """
    return any(place in places_written(attempt.phase, attempt.request) for attempt in _writing(job))


def _writing(job: Job) -> Iterator[Attempt]:
    for attempt in job.attempts:
        if attempt.open or attempt.at_work:
            yield attempt
    if job.next_retry_at is not None or job.following is not None:
        yield job.latest
