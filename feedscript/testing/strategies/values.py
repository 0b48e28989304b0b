"""Texts, addresses, times, requests and policies: what jobs are made of."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from feedscript.domain import FeedRequest, Phase, Reason, RetryPolicy

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
OWN_CALLBACK = "http://localhost:3000/api/callback/feed"
LONGEST_NAME = 40
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


@cache
def times() -> st.SearchStrategy[datetime]:
    """Aware UTC times of this century, to the microsecond."""
    naive = (EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None))
    return st.datetimes(*naive, timezones=st.just(UTC))


@cache
def job_ids() -> st.SearchStrategy[str]:
    """UUIDv7s (RFC 9562, 5.7) of this century."""
    return st.builds(
        lambda at, noise: (
            f"{(t := f'{int(at.timestamp() * 1000):012x}')[:8]}-{t[8:]}-7{noise[:3]}-8{noise[3:6]}-{noise[6:]}"
        ),
        times(),
        st.text("0123456789abcdef", min_size=18, max_size=18),
    )


@cache
def uris() -> st.SearchStrategy[str]:
    """Addresses of the form `s3://bucket/key` that the API takes."""
    bucket = st.text(_LETTERS, min_size=3, max_size=12)
    part = st.text(_LETTERS + "-_ äß%#?", min_size=1, max_size=12)
    return st.builds(
        lambda bucket, parts: f"s3://{bucket}/{'/'.join(parts)}.csv",
        bucket,
        st.lists(part, min_size=1, max_size=3),
    )


@cache
def texts() -> st.SearchStrategy[str]:
    """Any text that is not empty, half surrogates and control characters among it: what a port must bear."""
    return st.text(st.characters(), min_size=1, max_size=30)


@cache
def names() -> st.SearchStrategy[str]:
    """What the API takes for a merchant, a partner or a reference: a line of text."""
    return st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=LONGEST_NAME)


@cache
def results() -> st.SearchStrategy[Mapping[str, Any]]:
    """What a script may report: any small JSON object."""
    leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | texts()
    return st.dictionaries(
        texts(),
        st.recursive(
            leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts(), inner, max_size=3)
        ),
        max_size=4,
    )


@cache
def requests() -> st.SearchStrategy[FeedRequest]:
    """Requests that the API takes, of any merchant and for any partner."""
    return _requests(names())


@cache
def odd_requests() -> st.SearchStrategy[FeedRequest]:
    """Requests with any text for a name: more than the API takes, and what storage must keep all the same."""
    return _requests(texts())


def _requests(named: st.SearchStrategy[str]) -> st.SearchStrategy[FeedRequest]:
    return st.builds(
        FeedRequest,
        affiliate_merchant_id=named,
        source=uris().map(lambda uri: f"{uri}.source.csv"),
        destination=uris(),
        reference=st.none() | named,
        partner_id=st.none() | named,
        callback_url=st.none() | st.just(OWN_CALLBACK) | st.just("https://caller.example/told?key=1"),
        country=st.none() | st.sampled_from(["US", "DE", "NO"]),
        then=st.sampled_from([None, None, Phase.VALIDATION]),
    )


@cache
def retry_policies() -> st.SearchStrategy[RetryPolicy]:
    """Any policy with delays of up to a day."""
    delays = st.timedeltas(timedelta(), timedelta(days=1))
    return st.builds(
        RetryPolicy,
        max_retries=st.integers(0, 20),
        max_manual_retries=st.none() | st.integers(0, 20),
        base=delays,
        cap=delays,
        automatic=st.frozensets(st.sampled_from(Reason)),
    )
