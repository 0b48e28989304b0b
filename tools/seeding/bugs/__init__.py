"""The bugs, by what they are in; `make seeding` runs them."""

from tools.seeding.bug import Bug
from tools.seeding.bugs import domain, files, memory, outside, scripts, service, storage

BUGS: tuple[Bug, ...] = tuple(
    bug for room in (domain, service, memory, files, storage, scripts, outside) for bug in room.BUGS
)
