"""A host's lease as a process sees it that does not read it each time."""

from pathlib import Path

import pytest

from feedscript.adapters.subprocess.lease import HOLDS_FOR, Lease, LeaseFile, write_lease


class Scene:
    """A lease, and the time."""

    def __init__(self, path: Path) -> None:
        self.now = 100.0
        self.file = LeaseFile(path, now=lambda: self.now)

    def write(self, lasts: float, epoch: int) -> None:
        write_lease(self.file.path, Lease(self.now + lasts, epoch))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "lease")


def test_without_a_lease_nothing_may_be_begun(scene: Scene) -> None:
    assert scene.file.last() is None
    assert scene.file.epoch() is None
    scene.file.path.write_text('{"until": "soon"}')
    assert scene.file.epoch() is None


def test_a_lease_holds_in_its_epoch_until_it_is_over(scene: Scene) -> None:
    scene.write(10, 7)
    assert (scene.file.epoch(), scene.file.holds(7), scene.file.holds(6)) == (7, True, False)
    scene.now += 10.1
    assert (scene.file.epoch(), scene.file.holds(7)) == (None, False)
    assert scene.file.last() == Lease(110, 7), "the epoch is told of, though it is over"


def test_what_is_written_meanwhile_is_seen_at_once_where_the_lease_is_over_and_soon_where_not(
    scene: Scene,
) -> None:
    scene.write(0.01, 7)
    assert scene.file.epoch() == 7
    scene.write(10, 8)
    assert scene.file.epoch() == 7
    scene.now += 0.02
    assert scene.file.epoch() == 8
    scene.write(0.2, 8)  # by a process that is to renew it more often
    scene.now += HOLDS_FOR + 0.01
    assert scene.file.last() == Lease(scene.now - HOLDS_FOR + 0.19, 8)
    scene.now += 0.2
    assert not scene.file.holds(8)


def test_a_lease_that_cannot_be_read_for_a_moment_holds_as_long_as_it_did(scene: Scene) -> None:
    scene.write(10, 7)
    assert scene.file.holds(7)
    scene.file.path.unlink()
    scene.now += 9
    assert scene.file.holds(7)
    scene.now += 2
    assert not scene.file.holds(7)
