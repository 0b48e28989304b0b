"""An executor over a folder, with a listener that keeps what it is told: what the promises of one are tried on."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from feedscript.domain import FeedRequest, Phase
from feedscript.ports import AttemptListener, Executor, Run
from feedscript.testing.contracts.contract import Contract
from feedscript.testing.listening import FolderListener
from feedscript.testing.waiting import until

SHELL = ("/bin/sh", "-c", 'eval "$0"')
BUILTIN = "feedscript.testing.builtin:main"
LOG_BYTES = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutorSetup:
    """How the executor is to be set up over `folder`; opened again with the same one, it goes on.

    Generations run `commands`, to whose end the source and the destination are added: here the source is a shell
    script. Validations run the built-in function `builtins` names. `environment` is all that scripts inherit.
    """

    folder: Path
    capacity: int = 1
    commands: Mapping[Phase, tuple[str, ...]] = field(default_factory=lambda: {Phase.GENERATION: SHELL})
    builtins: Mapping[Phase, str] = field(default_factory=lambda: {Phase.VALIDATION: BUILTIN})
    environment: Mapping[str, str] = field(default_factory=lambda: {"PATH": os.environ["PATH"]})
    timeout: float = 60.0
    stall: float | None = None
    kill_grace: float = 5.0
    log_bytes: int = LOG_BYTES


Start = Callable[..., Executor]


class ExecutorScene(Contract):
    """An executor that runs commands on this machine, and what else it can do."""

    has_builtins = False
    """Whether it runs functions, each in a process of its own."""
    hears_scripts = False
    """Whether it tells when a script last wrote anything."""
    ends_stalled_scripts = False
    """Whether it ends a script that is silent for longer than the setup's `stall`."""
    tells_who_is_next = False
    """Whether it tells the places of those that wait."""
    looked_after_by_processes = False
    """Whether a process of its own looks after each script, and may die."""

    def open_executor(self, setup: ExecutorSetup) -> Executor:
        """The hook: an executor, not started."""
        raise NotImplementedError

    @pytest.fixture
    def listener(self, tmp_path: Path) -> FolderListener:
        return FolderListener(tmp_path)

    @pytest.fixture
    def start(self, tmp_path: Path, listener: FolderListener) -> Iterator[Start]:
        """Start an executor over the test's folder, and wait until it runs scripts."""
        started: list[Executor] = []

        def start_one(told: AttemptListener = listener, **setup: Any) -> Executor:
            executor = self.open_executor(ExecutorSetup(folder=tmp_path, **setup))
            executor.start(told)
            started.append(executor)
            until(lambda: executor.health().leads)
            return executor

        yield start_one
        (tmp_path / "go").touch()
        for executor in started:
            executor.stop(10)


def run_of(job_id: str, script: str = "exit 0", *, merchant: str = "m1", **changes: Any) -> Run:
    """A generation whose source is its script."""
    request = FeedRequest(affiliate_merchant_id=merchant, source=script, destination="s3://bucket/out")
    return Run(job_id=job_id, attempt=1, phase=Phase.GENERATION, request=request, token="1.told", **changes)  # noqa: S106 - nobody is kept out by it


def waits(folder: Path) -> str:
    """A script that waits for the file `go`."""
    return f"while [ ! -e {folder}/go ]; do sleep 0.02; done"
