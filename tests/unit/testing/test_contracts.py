"""The harness itself: flags leave tests out, promises are quoted, and a wrong adapter is told which one it breaks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from feedscript.ports import Clock
from feedscript.testing.contracts.contract import Contract, needs
from feedscript.testing.port_faults import Crash, Trouble, troubled
from feedscript.testing.promises import promise, promise_of

ROOT = Path(__file__).parents[3]
WRONG = """
from feedscript.adapters.memory import MemoryActivityLog, MemoryJobRepository
from feedscript.testing.contracts import JobRepositoryContract


class Forgetful(MemoryJobRepository):
    def claim(self, affiliate_merchant_id, reference, job_id):
        return job_id


class TestForgetful(JobRepositoryContract):
    outlives_its_process = False
    kept = None

    def open_storage(self, folder, clock):
        log = MemoryActivityLog()
        self.kept = self.kept or (Forgetful(log), log)
        return self.kept
"""


class Flying(Contract):
    flies = False

    @needs("flies")
    def test_it_flies(self) -> None:
        raise AssertionError

    def test_it_walks(self) -> None:
        raise AssertionError


class Penguin(Flying):
    pass


class Eagle(Penguin):
    flies = True


def test_what_an_adapter_cannot_do_is_left_out_and_named() -> None:
    assert (Penguin.test_it_flies, Penguin.left_out) == (None, ("test_it_flies",))
    assert callable(Eagle.test_it_flies)
    assert Eagle.left_out == ()


def test_a_promise_that_its_port_does_not_make_cannot_be_tested() -> None:
    with pytest.raises(ValueError, match="promises no such thing"):
        promise(Clock.now, "Local time")


def test_a_promise_tells_its_port() -> None:
    made = promise_of(promise(Clock.now, "Aware UTC")(lambda: None))
    assert made is not None
    assert (made.port, str(made)) == ("Clock", 'Clock.now promises: "Aware UTC"')


@pytest.mark.parametrize(("after", "seen"), [(False, []), (True, [1])])
def test_trouble_comes_once_before_or_after_a_call(after: bool, seen: list[int]) -> None:
    kept: list[int] = []
    trouble = Trouble()
    port = troubled(kept, trouble, calls=("append",))
    trouble.arm(Crash(), at=1, after=after)
    with pytest.raises(Crash):
        port.append(1)
    assert (kept, trouble.armed, trouble.happened) == (seen, False, 1)
    port.append(2)
    assert kept == [*seen, 2]


def test_a_wrong_adapter_is_told_which_promise_it_breaks(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(WRONG)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    told = subprocess.run(
        [*command, "--promises", "-k", "claim or reference or empty", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ).stdout
    assert 'breaks: JobRepository.claim promises: "Atomic however many race"' in told
    assert "Reserve the merchant's reference for `job_id`" in told, "what the port says"
    assert "racers were told that the reference is theirs" in told, "values, not a bare AssertionError"
    assert "not promised by its flags: test_what_was_committed_outlives_a_power_cut" in told
