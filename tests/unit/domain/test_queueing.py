"""How much may wait, of one merchant and in all."""

import pytest

from feedscript.domain import QueueLimits

OWN = "2 jobs of this merchant wait already, as many as may (MAX_QUEUED_PER_MERCHANT)"
ALL = "5 jobs wait already, as many as may (MAX_QUEUED)"


@pytest.mark.parametrize(
    ("per_merchant", "in_all", "merchant", "told"),
    [
        (None, None, "m1", None),
        (1, None, "m1", OWN),
        (2, None, "m1", OWN),
        (3, None, "m1", None),
        (1, None, "m3", None),
        (0, None, "m3", OWN.replace("2", "0")),
        (None, 4, "m1", ALL),
        (None, 5, "m3", ALL),
        (None, 6, "m1", None),
        (2, 5, "m1", OWN),
        (3, 5, "m1", ALL),
    ],
)
def test_nothing_more_waits_where_as_many_do_as_may(
    per_merchant: int | None, in_all: int | None, merchant: str, told: str | None
) -> None:
    limits = QueueLimits(per_merchant=per_merchant, in_all=in_all)
    assert limits.excess(merchant, queued=5, waiting={"m1": 2, "m2": 3}) == told
