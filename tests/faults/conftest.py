"""Whatever a failed test leaves running in its folder is ended."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import processes


@pytest.fixture(autouse=True)
def swept(tmp_path: Path) -> Iterator[None]:
    yield
    processes.kill(sorted(processes.everything(tmp_path)))
