"""What is to be seen of processes in /proc: whether one lives, whose child it is, what it holds open."""

from pathlib import Path


def alive(pid: int) -> bool:
    """Whether the process runs: a zombie does not."""
    return _stat(pid)[:1] not in ([], ["Z"], ["X"])


def parent_of(pid: int) -> int:
    """The process's parent; 0 where it is gone."""
    stat = _stat(pid)
    return int(stat[1]) if stat else 0


def descendants(pid: int) -> set[int]:
    """The processes that the process has begun, and those have begun, as far as they live."""
    parents = {int(path.name): parent_of(int(path.name)) for path in Path("/proc").glob("[0-9]*")}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {each for each in found - {pid} if alive(each)}


def descriptors(pid: int) -> list[str]:
    """What the process holds open, by descriptor."""
    try:
        return sorted((each.name for each in Path(f"/proc/{pid}/fd").iterdir()), key=int)
    except FileNotFoundError:
        return []


def held_by_all(pid: int) -> int:
    """How many descriptors the process and all its descendants hold open."""
    return sum(len(descriptors(each)) for each in {pid, *descendants(pid)})


def number_in(path: Path) -> int | None:
    """The number that a script has written into the file, once it is there."""
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
