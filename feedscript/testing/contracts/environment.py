"""What a `Clock`, an `IdFactory` and `AttemptTokens` must do."""

import uuid
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from feedscript.ports import AttemptTokens, Clock, IdFactory
from feedscript.testing.contracts.contract import Contract, needs
from feedscript.testing.contracts.racing import at_once, returned
from feedscript.testing.promises import promise

FORGERIES = (
    "",
    "1",
    "1.",
    ".",
    "1.x",
    "1." + "0" * 64,
    "ä",
    "1." + "ä" * 64,
    "\0",
    "\ud800",
    "9" * 5000,
    "²." + "0" * 64,
)


class ClockContract(Contract):
    """Give `clock`, a fixture."""

    tells_the_time = True
    """Whether it is the machine's own time; a clock of a test's is not."""

    @pytest.fixture
    def clock(self) -> Clock:
        """The hook."""
        raise NotImplementedError

    @promise(Clock.now, "Aware UTC")
    def test_the_time_is_aware_utc(self, clock: Clock) -> None:
        assert clock.now().utcoffset() == timedelta()

    @promise(Clock, "The time of day")
    @needs("tells_the_time")
    def test_it_is_now(self, clock: Clock) -> None:
        before = datetime.now(UTC)
        assert before <= clock.now() <= datetime.now(UTC)


class IdFactoryContract(Contract):
    """Give `ids` and the `clock` that they are made by, fixtures."""

    sort_within_a_millisecond = True
    """Whether ids of the same millisecond sort in the order in which they were given."""

    @pytest.fixture
    def ids(self, clock: Clock) -> IdFactory:
        """The hook."""
        raise NotImplementedError

    @pytest.fixture
    def clock(self) -> Clock:
        """The hook."""
        raise NotImplementedError

    @promise(IdFactory.new_id, "A UUIDv7 in its canonical text form")
    def test_an_id_is_a_uuid_of_version_seven(self, ids: IdFactory) -> None:
        for new_id in (ids.new_id() for _ in range(50)):
            parsed = uuid.UUID(new_id)
            assert (str(parsed), parsed.version, parsed.variant) == (new_id, 7, uuid.RFC_4122)

    @promise(IdFactory.new_id, "ids sort by time")
    def test_an_id_tells_its_time(self, ids: IdFactory, clock: Clock) -> None:
        before = clock.now()
        told = int(uuid.UUID(ids.new_id()).hex[:12], 16)
        slack = 1
        assert before.timestamp() * 1000 - slack <= told <= clock.now().timestamp() * 1000 + slack

    @promise(IdFactory.new_id, "ids sort by time")
    @needs("sort_within_a_millisecond")
    def test_later_ids_sort_later(self, ids: IdFactory) -> None:
        given = [ids.new_id() for _ in range(2000)]
        assert given == sorted(given)

    @promise(IdFactory.new_id, "never given before")
    def test_no_id_is_given_twice(self, ids: IdFactory) -> None:
        def some() -> list[str]:
            return [ids.new_id() for _ in range(500)]

        given = [each for part in returned(at_once(*[some] * 6)) for each in part]
        assert len({*given}) == len(given)


class AttemptTokensContract(Contract):
    """Give `make_tokens`: tokens as this service issues them, called again as after a restart."""

    def make_tokens(self) -> AttemptTokens:
        """The hook."""
        raise NotImplementedError

    def other_tokens(self) -> AttemptTokens | None:
        """Tokens of another service, with a secret of its own; None where there can be none."""
        return None

    @promise(AttemptTokens.issue, "the same every time it is asked for")
    def test_a_token_outlives_a_restart(self) -> None:
        before, after = self.make_tokens(), self.make_tokens()
        assert before.issue("j1", 3) == before.issue("j1", 3) == after.issue("j1", 3)
        assert after.attempt_of("j1", before.issue("j1", 3)) == 3

    @promise(AttemptTokens.issue, "and no other attempt's")
    def test_every_attempt_has_its_own(self) -> None:
        tokens = self.make_tokens()
        issued = {tokens.issue(job, number) for job in ("j1", "j11", "j") for number in (1, 2, 11, 12)}
        assert len(issued) == 12
        secrets = {token.partition(".")[2] or token for token in issued}
        assert len(secrets) == 12, "with its number changed, a token would be another attempt's"

    @promise(AttemptTokens.attempt_of, "The attempt whose token this is")
    def test_a_token_tells_its_attempt_to_its_job_alone(self) -> None:
        tokens = self.make_tokens()
        for number in (1, 2, 10, 123_456):
            assert tokens.attempt_of("j1", tokens.issue("j1", number)) == number
            assert tokens.attempt_of("j2", tokens.issue("j1", number)) is None

    @promise(AttemptTokens.attempt_of, "None for a forged one, whatever text it is")
    def test_a_forged_token_is_nobodys(self) -> None:
        tokens = self.make_tokens()
        token, higher = tokens.issue("j1", 1), tokens.issue("j1", 2)
        other = self.other_tokens()
        foreign = [other.issue("j1", 1)] if other is not None else []
        number, _, secret = token.partition(".")
        swapped = [
            f"2.{secret}",
            f"0{token}",
            f" {token}",
            f"{token}\n",
            token[:-1],
            token + "0",
            token[::-1],
        ]
        changed = [token[:n] + ("0" if token[n] != "0" else "1") + token[n + 1 :] for n in range(len(token))]
        for forged in (*FORGERIES, *foreign, *swapped, *changed, number, token.upper()):
            if forged in (token, higher):
                continue
            assert tokens.attempt_of("j1", forged) is None, forged

    @promise(AttemptTokens.issue, "the same every time it is asked for")
    def test_threads_are_issued_the_same(self) -> None:
        tokens = self.make_tokens()
        assert len({*returned(at_once(*[partial(tokens.issue, "j1", 1)] * 4))}) == 1
