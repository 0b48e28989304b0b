"""Hypothesis strategies for the domain's values, for callbacks, products, feeds and mappings.

`st.from_type` finds those of `Job`, `Attempt`, `Activity`, `FeedRequest`, `RetryPolicy`, `Command` and `Event`, and of
each kind of the last two, by itself.
"""

from feedscript.testing.strategies.commands import callbacks, commands, commands_of, reports
from feedscript.testing.strategies.feeds import (
    FeedFile,
    catalogues,
    exports,
    feed_files,
    gtins,
    mappings,
    products,
)
from feedscript.testing.strategies.histories import activities, attempts, events, events_of, histories, jobs
from feedscript.testing.strategies.values import (
    job_ids,
    names,
    odd_requests,
    requests,
    results,
    retry_policies,
    texts,
    times,
    uris,
)

__all__ = [
    "FeedFile",
    "activities",
    "attempts",
    "callbacks",
    "catalogues",
    "commands",
    "commands_of",
    "events",
    "events_of",
    "exports",
    "feed_files",
    "gtins",
    "histories",
    "job_ids",
    "jobs",
    "mappings",
    "names",
    "odd_requests",
    "products",
    "reports",
    "requests",
    "results",
    "retry_policies",
    "texts",
    "times",
    "uris",
]
