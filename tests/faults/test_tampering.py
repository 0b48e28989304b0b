"""Each bit of fifty records of the audit trail, flipped: all of them are found."""

from pathlib import Path

import pytest

from tests.faults.extent import LONG
from tests.integration.files.test_audit import Trail, unseen_flips


@pytest.mark.skipif(
    not LONG, reason="110,000 trails are verified; one bit of each byte is with the other tests"
)
def test_each_bit_of_fifty_records_is_watched(tmp_path: Path) -> None:
    assert unseen_flips(Trail(tmp_path), lambda _: range(8)) == []
