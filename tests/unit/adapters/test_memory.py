"""The memory adapters, by the shipped harness."""

from feedscript.ports import Clock
from feedscript.testing.lifecycle import JobLifecycle, Storage, lifecycle_test, memory_storage


class MemoryLifecycle(JobLifecycle):
    def __init__(self) -> None:
        self._memory = memory_storage()
        super().__init__()

    def make_storage(self, clock: Clock) -> Storage:
        return self._memory()


TestMemoryLifecycle = lifecycle_test(MemoryLifecycle, examples=100)
