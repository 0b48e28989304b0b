"""Which of the database's answers its clock believes."""

from datetime import timedelta

import pytest

from feedscript.adapters.postgresql.clock import Told
from feedscript.testing.fakes import NOON

SURE = Told(NOON, 100.0, 0.0002)


def answer(moment: float, *, off: float, doubt: float) -> Told:
    """What the database says later, when its answer is `off` by so much because it was long on its way."""
    return Told(NOON + timedelta(seconds=moment - 100.0 + off), moment, doubt)


@pytest.mark.parametrize(
    ("new", "believed"),
    [
        pytest.param(answer(110.0, off=0.0, doubt=0.0002), True, id="as good as the first, and newer"),
        pytest.param(answer(110.0, off=0.04, doubt=0.05), False, id="long on its way"),
        pytest.param(answer(110.0, off=0.2, doubt=0.05), True, id="the database's clock was set"),
        pytest.param(answer(900.0, off=0.04, doubt=0.05), True, id="the first is too long ago"),
    ],
)
def test_the_answer_that_is_nearer_to_the_truth_is_believed(new: Told, *, believed: bool) -> None:
    assert new.or_known(SURE) == (new if believed else SURE)
