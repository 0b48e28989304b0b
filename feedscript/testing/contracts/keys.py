"""What `Keys` must do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from feedscript.domain import ApiKey, FeedscriptError, KeyState, Reach, Scope, key_digest, key_id, key_text
from feedscript.ports import Keys
from feedscript.ports.errors import KeyNameTaken, UnknownKey
from feedscript.testing.contracts.contract import Contract, needs
from feedscript.testing.contracts.faults import Fault, as_its_port_says, each_fault
from feedscript.testing.contracts.racing import at_once, returned
from feedscript.testing.fakes import NOON
from feedscript.testing.promises import promise

LATER = NOON + timedelta(days=1)
OTHERS = ("", "0", "0000000000", "../secret", "a/b", "\0" * 10, "ä" * 10, "\ud800", "A" * 10, "9" * 5000)


def a_key(number: int = 1, *, created_at: datetime = NOON, **changes: object) -> ApiKey:
    """A key; each number has an id and a text of its own."""
    new_id = key_id(number.to_bytes(8, "big"))
    text = key_text(new_id, number.to_bytes(32, "big"))
    key = ApiKey(id=new_id, name=f"key {number}", digest=key_digest(text), created_at=created_at)
    return replace(key, **changes)  # type: ignore[arg-type]  # names checked by replace itself


class KeysContract(Contract):
    """Give `open_keys`, which is called several times over the same ground, as several processes would."""

    outlives_its_process = True
    """Whether keys are found by whoever opens the same folder later."""

    faults: tuple[str, ...] = ()
    """What `open_failing` can have go wrong, by name."""

    def open_keys(self, folder: Path) -> Keys:
        """The hook."""
        raise NotImplementedError

    def open_failing(self, folder: Path, fault: Fault) -> Keys:
        """The hook of `faults`: as `open_keys`, over a disk or database whose every call asks `fault.meets()`."""
        raise NotImplementedError

    @pytest.fixture
    def keys(self, tmp_path: Path) -> Keys:
        return self.open_keys(tmp_path)

    @pytest.fixture
    def others(self, tmp_path: Path, keys: Keys) -> Callable[[], Keys]:
        """Opens the same keys as another process does."""
        del keys
        return partial(self.open_keys, tmp_path)

    @promise(Keys.find, "The key of that id, or None")
    def test_a_key_comes_back_as_it_was(self, keys: Keys) -> None:
        plain = a_key(1)
        bound = a_key(
            2,
            scopes=frozenset({Scope.READ}),
            reach=Reach(frozenset({"m1", "mé"}), frozenset({"google"})),
            expires_at=LATER,
        )
        nothing = a_key(3, scopes=frozenset(), reach=Reach(frozenset(), frozenset()))
        for key in (plain, bound, nothing):
            keys.add(key)
            assert keys.find(key.id) == key
        assert list(keys.all()) == [plain, bound, nothing]

    @promise(Keys.find, "whatever text it is")
    @pytest.mark.parametrize("text", OTHERS)
    def test_what_is_no_id_is_no_key(self, keys: Keys, text: str) -> None:
        keys.add(a_key())
        assert keys.find(text) is None
        assert keys.last_used(text) is None
        with pytest.raises(UnknownKey):
            keys.revoke(text, NOON)

    @promise(Keys.add, "raises `KeyNameTaken` where another key has its name")
    def test_one_key_has_a_name_until_it_ends(self, keys: Keys) -> None:
        first = a_key(1, name="ci", expires_at=LATER)
        keys.add(first)
        with pytest.raises(KeyNameTaken):
            keys.add(a_key(2, name="ci"))
        assert list(keys.all()) == [first]
        keys.add(a_key(3, name="ci", created_at=LATER))
        keys.revoke(a_key(3).id, LATER + timedelta(days=1))
        keys.add(a_key(4, name="ci", created_at=LATER))

    @promise(Keys.add, "raises `KeyNameTaken`")
    def test_of_racers_one_gets_the_name(self, keys: Keys) -> None:
        for turn in range(5):
            racers = [a_key(8 * turn + n, name=f"ci {turn}") for n in range(1, 9)]
            assert sum(returned(at_once(*(partial(_added, keys, key) for key in racers)))) == 1
            assert len(keys.all()) == turn + 1

    @promise(Keys.revoke, "A second time may bring the end forward, and never puts it off")
    def test_a_revoked_key_opens_nothing(self, keys: Keys) -> None:
        key = a_key()
        keys.add(key)
        assert keys.revoke(key.id, LATER).state(NOON) is KeyState.GOOD
        assert keys.revoke(key.id, LATER + timedelta(days=1)).revoked_at == LATER
        assert keys.revoke(key.id, NOON).revoked_at == NOON
        found = keys.find(key.id)
        assert found == replace(key, revoked_at=NOON)
        assert found.state(NOON) is KeyState.REVOKED

    @promise(Keys, "what one of them, or an operator, changes counts for all at once")
    @needs("outlives_its_process")
    def test_what_one_process_changes_another_sees(self, keys: Keys, others: Callable[[], Keys]) -> None:
        other, key = others(), a_key()
        assert other.find(key.id) is None
        keys.add(key)
        assert other.find(key.id) == key
        other.revoke(key.id, NOON)
        assert keys.find(key.id) == others().find(key.id) == replace(key, revoked_at=NOON)

    @promise(Keys.empty, "Whether there has never been a key")
    def test_there_has_been_a_key_however_it_ended(self, keys: Keys, others: Callable[[], Keys]) -> None:
        other = others()
        assert keys.empty()
        assert other.empty()
        keys.add(a_key())
        keys.revoke(a_key().id, NOON)
        assert not keys.empty()
        assert not other.empty()

    @promise(Keys.last_used, "within a few minutes")
    def test_the_last_use_is_told_about(self, keys: Keys) -> None:
        key, hour = a_key(), timedelta(hours=1)
        keys.add(key)
        assert keys.last_used(key.id) is None
        for at in (NOON, NOON + hour, NOON + hour + timedelta(seconds=1)):
            keys.used(key.id, at)
        told = keys.last_used(key.id)
        assert told is not None
        assert timedelta(0) <= NOON + hour + timedelta(seconds=1) - told < timedelta(minutes=10)

    @promise(Keys.used, "raising nothing")
    def test_a_use_brings_no_revoked_key_back(self, keys: Keys, others: Callable[[], Keys]) -> None:
        key, other = a_key(), others()
        keys.add(key)
        other.find(key.id)
        keys.revoke(key.id, NOON)
        other.used(key.id, LATER)
        assert keys.find(key.id) == replace(key, revoked_at=NOON)

    @promise(Keys.revoke, "Let the key open nothing from `at` on, durably")
    @needs("faults")
    def test_no_fault_takes_back_what_was_acknowledged(self, tmp_path: Path) -> None:
        def run(fault: Fault) -> None:
            made.append(key := a_key(len(made) + 1))
            added = revoked = False
            with as_its_port_says(fault, never=KeyNameTaken):
                keys = self.open_failing(tmp_path, fault)
                keys.add(key)
                added = True
                try:
                    keys.used(key.id, NOON)
                except FeedscriptError as error:
                    raise AssertionError("a use that cannot be noted is no error") from error
                keys.revoke(key.id, LATER)
                revoked = True
            after = self.open_keys(tmp_path)
            found = after.find(key.id)
            ended = replace(key, revoked_at=LATER)
            assert found in ((ended,) if revoked else (key, ended) if added else (None, key)), "acknowledged"
            if found is None:
                after.add(key)
            assert after.revoke(key.id, NOON).revoked_at == NOON
            assert len(after.all()) == len(made)

        made: list[ApiKey] = []
        each_fault(self.faults, run)


def _added(keys: Keys, key: ApiKey) -> bool:
    try:
        keys.add(key)
    except KeyNameTaken:
        return False
    return True
