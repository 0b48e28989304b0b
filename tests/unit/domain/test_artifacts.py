"""Where an attempt writes, and what it may not write over."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feedscript.domain import AllowedBuckets, Phase, artifacts, destinations, place_of, rivals
from feedscript.domain.artifacts import FEED_ENDINGS
from feedscript.feeds.engine import endings
from feedscript.feeds.engine.series import series_name
from feedscript.feeds.writers.numbering import NUMBERS_ENDING

NAMES = st.text(st.sampled_from("aA.é/-"), min_size=1, max_size=6)


def test_what_goes_beside_a_feed_is_what_the_engine_puts_there() -> None:
    known = {value for name, value in vars(endings).items() if name.endswith("_ENDING")}
    assert set(FEED_ENDINGS) == known | {NUMBERS_ENDING}


DATED = st.lists(
    st.sampled_from(["20261130", "2026-11-30", "20261301", "2", "-", "a", ".csv", "YYYYMMDD", "\u0662"]),
    min_size=1,
    max_size=6,
).map("".join)


@given(folder=DATED, name=DATED)
@example(folder="20261130", name="feed.csv")
def test_feeds_of_a_series_have_what_the_engine_keeps_of_it(folder: str, name: str) -> None:
    address, series = f"s3://b/{folder}/{name}", f"s3://b/{folder}/{series_name(name)}"
    assert destinations(Phase.GENERATION, address) == tuple(dict.fromkeys((address, series)))
    assert destinations(Phase.VALIDATION, address) == (address,)


@pytest.mark.parametrize("twin", ["s3://b/FEED.csv", "s3://b/cafe\u0301.csv", "s3://b/CAF\u00c9.csv"])
def test_twins_by_case_and_accents_have_one_place(twin: str) -> None:
    assert place_of(twin) in {place_of("s3://b/feed.csv"), place_of("s3://b/caf\u00e9.csv")}


@given(NAMES)
def test_a_place_is_its_own_place(name: str) -> None:
    place = place_of(f"s3://b/{name}")
    assert place_of(place) == place
    assert place_of(f"s3://b/{name}".upper()) == place_of(f"s3://b/{name.upper()}".lower())


@given(NAMES, st.sampled_from(Phase), st.sampled_from(Phase))
def test_whoever_would_write_over_anothers_destination_is_its_rival(
    name: str, one: Phase, other: Phase
) -> None:
    destination = f"s3://b/{name}.json"
    for beside in artifacts(one, destination)[1:]:
        assert place_of(beside) in rivals(one, destination)
        if one is Phase.VALIDATION or beside.startswith(destination):
            assert place_of(destination) in rivals(other, beside)


def test_a_bucket_is_for_everybody_or_for_its_merchant() -> None:
    buckets = AllowedBuckets(frozenset({"shared"}), {"m1": frozenset({"m1-feeds"})})
    allowed = {
        (merchant, bucket)
        for merchant in ("m1", "m2")
        for bucket in ("shared", "m1-feeds", "other")
        if buckets.allow(merchant, f"s3://{bucket}/key")
    }
    assert allowed == {("m1", "shared"), ("m1", "m1-feeds"), ("m2", "shared")}
    assert AllowedBuckets().allow("m2", "s3://other/key")
