"""Work on a file in a thread, while others read it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


def start_beside(work: Callable[[Path], Result], path: Path) -> Future[Result]:
    """Begin the work in a thread of its own, which ends with it."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=work.__name__)
    try:
        return executor.submit(work, path)
    finally:
        executor.shutdown(wait=False)
