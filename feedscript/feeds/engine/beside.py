"""Work in a thread, while others go on."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Given = ParamSpec("Given")
Result = TypeVar("Result")


def start_beside(work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Future[Result]:
    """Begin the work in a thread of its own, which ends with it."""
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=work.__name__)
    try:
        return executor.submit(work, *given, **named)
    finally:
        executor.shutdown(wait=False)
