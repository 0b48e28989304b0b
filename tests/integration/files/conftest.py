"""What tests of the file adapters need."""

import pytest

from feedscript.testing.fakes import FrozenClock, SequentialIds


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def ids(clock: FrozenClock) -> SequentialIds:
    return SequentialIds(clock)
