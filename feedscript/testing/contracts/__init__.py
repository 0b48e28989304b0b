"""What every adapter of a port must do, as pytest classes: subclass one and give its fixture.

>>> import pytest
>>> class TestMemoryJobRepository(JobRepositoryContract):
...     @pytest.fixture
...     def make_storage(self, clock):
...         return memory_storage()

A storage fixture answers a function that gives a fresh repository and log over the same ground at each call, as a
restarted process would have them.
"""

from feedscript.testing.contracts.activity_log import ActivityLogContract
from feedscript.testing.contracts.object_store import ObjectStoreContract
from feedscript.testing.contracts.repository import JobRepositoryContract
from feedscript.testing.rig import memory_storage

__all__ = ["ActivityLogContract", "JobRepositoryContract", "ObjectStoreContract", "memory_storage"]
