"""Ctrl-C and SIGTERM end a command about feeds in one line, with nothing left of what it was at."""

import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from feedscript.entrypoints.cli.endings import stoppable, told_in_one_line
from feedscript.feeds import Limits
from feedscript.feeds.engine.connection import connect

SIGNALS = [pytest.param(signal.SIGINT, 130, id="Ctrl-C"), pytest.param(signal.SIGTERM, 143, id="SIGTERM")]


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Those of a command in the foreground, whatever the tests were started by."""
    usual: dict[signal.Signals, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
    }
    before = {each: signal.signal(each, handler) for each, handler in usual.items()}
    yield
    assert {each: signal.getsignal(each) for each in usual} == usual
    for each, handler in before.items():
        signal.signal(each, handler)


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_is_said_and_clears_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals, code: int
) -> None:
    with pytest.raises(SystemExit) as ended, told_in_one_line(), tempfile.TemporaryDirectory(dir=tmp_path):
        signal.raise_signal(number)
    assert ended.value.code == code
    assert capsys.readouterr().err == f"feedscript: stopped by {number.name}\n"
    assert not [*tmp_path.iterdir()]


def work_for_hours(folder: Path, before: Callable[[], object]) -> None:
    with stoppable(), connect(Limits(), folder) as connection:
        before()
        connection.execute("SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b")


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_ends_the_engines_work(tmp_path: Path, number: signal.Signals, code: int) -> None:
    begun = threading.Event()

    def interrupt() -> None:
        begun.wait()
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(SystemExit) as ended:
        work_for_hours(tmp_path, begun.set)
    thread.join()
    assert ended.value.code == code


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_that_the_engine_does_not_hear_ends_its_work(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    def unheard() -> None:
        # As in the first moments of a query.
        with suppress(KeyboardInterrupt):
            signal.raise_signal(number)

    with pytest.raises(SystemExit) as ended:
        work_for_hours(tmp_path, unheard)
    assert ended.value.code == code


def test_other_errors_are_their_own() -> None:
    with pytest.raises(ValueError, match="other"), stoppable():
        raise ValueError("other")


def test_a_command_in_the_background_goes_on_ignoring_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stoppable():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def test_beside_the_main_thread_signals_stay_whose_they_are() -> None:
    done: list[bool] = []

    def work() -> None:
        with stoppable():
            done.append(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
