"""Clocks, ids and tokens, by the shipped contracts."""

import pytest

from feedscript.adapters.system import HmacAttemptTokens, SystemClock, Uuid7IdFactory
from feedscript.ports import AttemptTokens, Clock, IdFactory
from feedscript.testing.contracts import AttemptTokensContract, ClockContract, IdFactoryContract
from feedscript.testing.fakes import FrozenClock, SequentialIds


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()


class TestFrozenClock(ClockContract):
    tells_the_time = False

    @pytest.fixture
    def clock(self) -> Clock:
        return FrozenClock()


class TestUuid7IdFactory(IdFactoryContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()

    @pytest.fixture
    def ids(self, clock: Clock) -> IdFactory:
        return Uuid7IdFactory()


class TestSequentialIds(IdFactoryContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return FrozenClock()

    @pytest.fixture
    def ids(self, clock: Clock) -> IdFactory:
        return SequentialIds(clock)


class TestHmacAttemptTokens(AttemptTokensContract):
    def make_tokens(self) -> AttemptTokens:
        return HmacAttemptTokens(b"a secret of thirty-two bytes ....")

    def other_tokens(self) -> AttemptTokens:
        return HmacAttemptTokens(b"another one of thirty-two bytes .")
