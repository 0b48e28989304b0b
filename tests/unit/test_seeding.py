"""The seeded bugs speak of the code as it stands."""

from pathlib import Path

import pytest

from tools.seeding.bug import Bug
from tools.seeding.bugs import BUGS

PACKAGE = Path(__file__).parents[2] / "feedscript"


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_seeded_bug_has_its_one_place(bug: Bug) -> None:
    assert (PACKAGE / bug.path).read_text("utf-8").count(bug.old) == 1
    assert bug.new != bug.old
