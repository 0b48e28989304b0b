"""The pytest plugin: failures of the shipped suites show values and the promise that broke; `--promises` lists all.

`--feedscript-url` names the server that `feedscript.testing.deployed` is about. Loaded by its entry point wherever
feedscript is installed; it imports nothing of feedscript's but the promises' marks.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Generator, Iterator

import pytest

REWRITTEN = tuple(
    f"feedscript.testing.{name}"
    for name in (
        "contracts",
        "deployed",
        "http",
        "lifecycle",
        "lifecycle_checks",
        "lifecycle_steps",
        "profile",
        "stories",
        "waiting",
    )
)
# What is imported already cannot be rewritten any more, and pytest would warn.
pytest.register_assert_rewrite(*(name for name in REWRITTEN if name not in sys.modules))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--promises`: tell at the end which promises of which ports were tested."""
    group = parser.getgroup("feedscript")
    group.addoption(
        "--promises",
        action="store_true",
        help="list the ports' promises that were tested, and what was left out",
    )
    group.addoption(
        "--feedscript-url", metavar="URL", help="the running server that feedscript.testing.deployed tests"
    )
    group.addoption(
        "--feedscript-header",
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="goes with every call of that server, such as 'X-API-Key: ...'; may be given several times",
    )
    group.addoption(
        "--feedscript-examples", type=int, default=100, metavar="N", help="how many runs of the machine (100)"
    )
    group.addoption(
        "--feedscript-silent-scripts",
        action="store_true",
        help="that server's scripts end nothing by themselves (docs/testing.md); hold it to that",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and collect what the contracts do."""
    config.addinivalue_line(
        "markers", "promise(of, words): the promise of a feedscript port that the test is about"
    )
    config.pluginmanager.register(_Report(told=bool(config.getoption("--promises"))), "feedscript-promises")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test of a contract with its promise, so that `-m promise` selects them."""
    from feedscript.testing.promises import promise_of  # noqa: PLC0415 - only once there are tests

    for item in items:
        made = promise_of(getattr(item, "function", None))
        if made is not None:
            item.add_marker(pytest.mark.promise(made.of, made.words))


class _Report:
    """Which promises were kept, by the class that inherits the contract."""

    def __init__(self, *, told: bool) -> None:
        self._told = told
        self._kept: dict[str, Counter[str]] = defaultdict(Counter)
        self._broken: dict[str, Counter[str]] = defaultdict(Counter)
        self._left_out: dict[str, tuple[str, ...]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Tell the promise of a test that fails, with all that its port says there."""
        from feedscript.testing.promises import promise_of  # noqa: PLC0415 - as above

        report = yield
        made = promise_of(getattr(item, "function", None))
        if made is None or call.when not in ("setup", "call"):
            return report
        owner = getattr(item, "cls", None)
        whose = owner.__name__ if owner else item.name
        self._left_out[whose] = getattr(owner, "left_out", ())
        if report.failed:
            self._broken[whose][str(made)] += 1
            report.sections.append(("Broken promise", f"{made}\n\n{made.of} says:\n{made.docstring}"))
        elif call.when == "call" and report.passed:
            self._kept[whose][str(made)] += 1
        return report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The promises that broke, and with `--promises` those that were kept."""
        for whose, promises in self._broken.items():
            for words in promises:
                terminalreporter.write_line(f"{whose} breaks: {words}", red=True)
        if not self._told:
            return
        terminalreporter.section("promises of ports")
        for whose, promises in sorted(self._kept.items()):
            terminalreporter.write_line(f"{whose}: {len(promises)} kept")
            for words, tests in sorted(promises.items()):
                terminalreporter.write_line(f"    {words} ({tests} tests)")
        for whose, names in sorted(self._left_out.items()):
            for name in names:
                terminalreporter.write_line(f"{whose}: not promised by its flags: {name}")


@pytest.fixture
def feedscript_rig() -> Iterator[object]:
    """A `Rig`: a service in memory with fakes all around it."""
    from feedscript.testing.rig import Rig  # noqa: PLC0415 - only where it is asked for

    rig = Rig()
    yield rig
    rig.close()


@pytest.fixture(scope="session")
def feedscript_target(pytestconfig: pytest.Config) -> object:
    """The server that `--feedscript-url` names, as a `Target`."""
    from feedscript.testing.http import Target  # noqa: PLC0415 - only where it is asked for

    url = pytestconfig.getoption("--feedscript-url")
    if not url or not url.startswith(("http://", "https://")):
        raise pytest.UsageError(f"give the server's address: --feedscript-url=http://HOST:PORT (is {url!r})")
    headers = {}
    for line in pytestconfig.getoption("--feedscript-header"):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise pytest.UsageError(f"--feedscript-header takes 'NAME: VALUE', not {line!r}")
        headers[name.strip()] = value.strip()
    return Target(url, headers, scripts_act=not pytestconfig.getoption("--feedscript-silent-scripts"))
