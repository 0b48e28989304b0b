"""What a request leaves unsaid about a job that exists already."""

from dataclasses import replace

from feedscript.domain.artifacts import report_beside
from feedscript.domain.job import FeedRequest, Job, Phase


def completed(job: Job | None, request: FeedRequest, phase: Phase) -> FeedRequest:
    """The request with what the job knows: an omitted partner, country or callback address stays as it was.

    A validation without a source takes the generated feed, else what was validated before; its source stays empty
    where there is neither. A report whose destination is the feed itself goes beside it: it must never replace what it
    is about.
    """
    if job is not None:
        before = job.latest.request
        request = replace(
            request,
            partner_id=request.partner_id or before.partner_id,
            callback_url=request.callback_url or before.callback_url,
            country=request.country or before.country,
        )
    if phase is Phase.GENERATION:
        return request
    request = replace(request, then=None)
    if job is not None and not request.source:
        validated = job.latest_of(Phase.VALIDATION)
        request = replace(
            request, source=job.generated_feed or (validated.request.source if validated else "")
        )
    if request.destination in (request.source, job.generated_feed if job else None):
        request = replace(request, destination=report_beside(request.destination))
    return request


def following(request: FeedRequest, feed: str) -> FeedRequest:
    """What is to be done when the generation that was asked for has made its feed: check it, with the report beside it.

    >>> asked = FeedRequest(affiliate_merchant_id="m1", source="s3://b/in.csv", destination="s3://b/out.csv")
    >>> following(asked, "s3://b/out.csv").destination
    's3://b/out.csv.report.json'
    """
    return replace(request, source=feed, destination=report_beside(request.destination), then=None)
