"""What keys reach, how long they are good, and what their texts are."""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from feedscript.domain import (
    ApiKey,
    FeedRequest,
    KeyState,
    Reach,
    RetryPolicy,
    StartGeneration,
    decide,
    evolve,
    is_key,
    key_digest,
    key_id,
    key_id_of,
    key_text,
)
from feedscript.testing.fakes import NOON

ENTROPY, IDS = st.binary(min_size=32, max_size=32), st.binary(min_size=8, max_size=8).map(key_id)
SOME = st.none() | st.frozensets(st.sampled_from("abc"))
NAMES = st.sampled_from("abcd")


def request_of(merchant: str, partner: str | None) -> FeedRequest:
    return FeedRequest(
        affiliate_merchant_id=merchant, source="s3://b/in", destination="s3://b/out", partner_id=partner
    )


@given(IDS, ENTROPY)
def test_a_key_tells_its_id_and_nothing_else_opens_it(name: str, entropy: bytes) -> None:
    text = key_text(name, entropy)
    assert key_id_of(text) == name
    assert is_key(text, key_digest(text))
    assert len(text) == 64


@given(IDS, ENTROPY, ENTROPY)
def test_two_keys_are_never_one(name: str, first: bytes, second: bytes) -> None:
    assume(first != second)
    assert not is_key(key_text(name, first), key_digest(key_text(name, second)))


@given(IDS, ENTROPY, st.data())
def test_a_slip_of_the_pen_is_no_key(name: str, entropy: bytes, data: st.DataObject) -> None:
    text = key_text(name, entropy)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != text[at]))
    assert key_id_of(text[:at] + other + text[at + 1 :]) is None
    assert key_id_of(text[:-1]) is None
    assert key_id_of(text + "0") is None


@given(st.text())
def test_whatever_text_is_asked_about(text: str) -> None:
    assert key_id_of(text) is None
    assert not is_key(text, key_digest("fsk_"))


@pytest.mark.parametrize(("name", "size"), [("short", 32), ("0123456789", 31), ("012345678A", 32)])
def test_a_key_is_made_of_what_it_takes(name: str, size: int) -> None:
    with pytest.raises(ValueError, match="32 random bytes"):
        key_text(name, bytes(size))


def test_texts_ids_and_digests_are_those_that_keys_were_kept_with() -> None:
    assert key_id(bytes(7) + b"\x25") == "0000000011"
    text = key_text("0000000011", bytes(31) + b"\x3f")
    assert text == f"fsk_0000000011_{'11':0>43}{text[-6:]}"
    assert key_digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert key_digest("fsk_\udcff") == key_digest("fsk_?")


@given(SOME, SOME, NAMES, st.none() | NAMES)
def test_what_is_admitted_is_within_both(
    merchants: frozenset[str] | None, partners: frozenset[str] | None, merchant: str, partner: str | None
) -> None:
    reach, request = Reach(merchants, partners), request_of(merchant, partner)
    assert reach.admits(request) == (
        (merchants is None or merchant in merchants) and (partners is None or partner in partners)
    )
    assert reach.everything == (merchants is None and partners is None)
    assert not reach.everything or reach.admits(request)


@given(SOME, SOME, NAMES, st.lists(st.none() | NAMES, min_size=1, max_size=3))
def test_a_job_is_covered_where_each_attempt_is(
    merchants: frozenset[str] | None,
    partners: frozenset[str] | None,
    merchant: str,
    asked: list[str | None],
) -> None:
    job, reach = None, Reach(merchants, partners)
    for partner in asked:
        start = StartGeneration(job_id="j", request=request_of(merchant, partner))
        event = decide(None, start, NOON, RetryPolicy())
        made = evolve(None, event)
        job = made if job is None else _with(job, made)
    assert job is not None
    assert reach.covers(job) == all(reach.admits(request_of(merchant, partner)) for partner in asked)


def _with(job, made):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(job, attempts=(*job.attempts, *made.attempts))


MINUTES = st.none() | st.integers(-2, 2)


@given(MINUTES, MINUTES)
def test_a_key_is_good_until_it_ends(expires: int | None, revoked: int | None) -> None:
    ends = [None if n is None else NOON + timedelta(minutes=n) for n in (expires, revoked)]
    key = ApiKey(id="i", name="n", digest="", created_at=NOON, expires_at=ends[0], revoked_at=ends[1])
    good = all(n is None or n > 0 for n in (expires, revoked))
    assert (key.state(NOON) is KeyState.GOOD) == good
    assert revoked is None or revoked > 0 or key.state(NOON) is KeyState.REVOKED
