"""A team's own program, written against the client that was generated from the document: submit, poll, read.

It gets the server's address, and prints what came of it. `feedclient` is the generated package.
"""

import sys
import time

from feedclient import Client
from feedclient.api.feed import generate, logs, report, status, validate
from feedclient.models import Accepted, FeedRequest, Job, JobState, Log, Problem, ValidateRequest

PATIENCE = 60.0
UNDER_WAY = (JobState.GENERATING, JobState.VALIDATING)


def followed(client: Client, job_id: str) -> Job:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        job = status.sync(job_id, client=client)
        assert isinstance(job, Job), job
        if job.status not in UNDER_WAY:
            return job
    raise TimeoutError(job_id)


def main(base: str) -> None:
    with Client(base_url=base) as client:
        wanted = FeedRequest(
            job_id=1,
            affiliate_merchant_id="trailhead-outfitters",
            source_s3_path="s3://demo/merchant-export.csv",
            destination_s3_path="s3://demo/google-feed.csv",
            partner_id="google",
        )
        accepted = generate.sync(client=client, body=wanted)
        assert isinstance(accepted, Accepted), accepted
        job_id = str(accepted.job_id)
        job = followed(client, job_id)
        print(job.status, [attempt.outcome for attempt in job.attempts or []])  # noqa: T201 - what the test looks at
        assert isinstance(log := logs.sync(job_id, client=client), Log), log
        check = ValidateRequest(
            job_id=1,
            affiliate_merchant_id="trailhead-outfitters",
            destination_s3_path="s3://demo/google-report.json",
            partner_id="google",
        )
        assert isinstance(validate.sync(client=client, body=check), Accepted)
        print(followed(client, job_id).status)  # noqa: T201 - as above
        found = report.sync(job_id, client=client)
        assert not isinstance(found, Problem), found
        assert found is not None
        print(found["status"])  # noqa: T201 - as above
        unknown = status.sync("nobody", client=client)
        assert isinstance(unknown, Problem)
        print(unknown.code)  # noqa: T201 - as above


if __name__ == "__main__":
    main(sys.argv[1])
