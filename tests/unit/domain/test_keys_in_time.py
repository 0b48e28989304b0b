"""A key's end, and who may have its name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feedscript.domain import ApiKey

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY = ApiKey(id="0123456789", name="shop", digest="0" * 64, created_at=NOON)


@pytest.mark.parametrize(
    ("set_before", "at", "end"),
    [(None, NOON, NOON), (NOON + HOUR, NOON, NOON), (NOON, NOON + HOUR, NOON)],
)
def test_of_two_ends_the_earlier_counts(set_before: datetime | None, at: datetime, end: datetime) -> None:
    assert replace(KEY, revoked_at=set_before).revoked(at) == replace(KEY, revoked_at=end)


@pytest.mark.parametrize(
    ("key", "has_it"),
    [
        (KEY, True),
        (replace(KEY, expires_at=NOON + HOUR), True),
        (replace(KEY, expires_at=NOON), False),
        (replace(KEY, revoked_at=NOON), False),
        # Whoever replaced it has set its end: the new one bears the name already.
        (replace(KEY, revoked_at=NOON + HOUR), False),
    ],
)
def test_a_name_is_kept_by_a_good_key_whose_end_is_not_set(key: ApiKey, *, has_it: bool) -> None:
    assert key.has_its_name(NOON) is has_it
    assert key.bars(replace(KEY, id="1" * 10)) is has_it
    assert not key.bars(replace(KEY, name="other"))
