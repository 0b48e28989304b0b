"""What every adapter of a port must do, as pytest classes: subclass one and give its factory.

>>> class TestMemoryJobRepository(JobRepositoryContract):
...     outlives_its_process = False
...     _memory = memory_storage()
...     def open_storage(self, folder, clock):
...         return self._memory()

A factory is called several times over the same ground, as restarted processes would. What an adapter cannot do its
flags tell; the tests of that are then left out, and the report names them (docs/testing.md).
"""

from feedscript.testing.contracts.activity_log import ActivityLogContract
from feedscript.testing.contracts.contract import Contract
from feedscript.testing.contracts.environment import AttemptTokensContract, ClockContract, IdFactoryContract
from feedscript.testing.contracts.executor import ExecutorContract
from feedscript.testing.contracts.executor_setup import ExecutorSetup
from feedscript.testing.contracts.keys import KeysContract
from feedscript.testing.contracts.notifier import NotifierContract
from feedscript.testing.contracts.object_store import ObjectStoreContract
from feedscript.testing.contracts.places import PlacesContract
from feedscript.testing.contracts.repository import JobRepositoryContract
from feedscript.testing.rig import memory_storage

__all__ = [
    "ActivityLogContract",
    "AttemptTokensContract",
    "ClockContract",
    "Contract",
    "ExecutorContract",
    "ExecutorSetup",
    "IdFactoryContract",
    "JobRepositoryContract",
    "KeysContract",
    "NotifierContract",
    "ObjectStoreContract",
    "PlacesContract",
    "memory_storage",
]
