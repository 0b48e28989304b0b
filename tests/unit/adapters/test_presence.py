"""A host's lease beside its runs, as it is found by who is started there."""

from pathlib import Path

import pytest

from feedscript.adapters.postgresql.database import Database
from feedscript.adapters.procrastinate.attempts import Attempts
from feedscript.adapters.procrastinate.presence import Presence
from feedscript.adapters.subprocess.lease import Lease, LeaseFile, now, write_lease

LASTS = 30.0


@pytest.mark.parametrize(("left", "holds"), [(LASTS / 2, True), (LASTS * 100, False)])
def test_a_lease_holds_over_a_start_of_the_worker_and_not_of_the_machine(
    tmp_path: Path, left: float, holds: bool
) -> None:
    """The clock by which it is over begins anew with the machine."""
    path = tmp_path / "lease"
    write_lease(path, Lease(now() + left, 1))
    away = Database(f"host={tmp_path}", size=1, patience=0.1)
    presence = Presence(Attempts(away, "here"), path, name="host", capacity=1, lasts=LASTS)
    presence.start()
    presence.stop()
    assert LeaseFile(path).epoch() == (1 if holds else None)
    away.close()
