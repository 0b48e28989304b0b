"""strace(1): counting a process's storage calls, and making one of them fail."""

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

CALLS = (
    "openat,mkdir,write,pwrite64,fsync,fdatasync,syncfs,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
    "unlink,unlinkat,chmod,fchmod,fchmodat,ftruncate"
)
DETACHES_WITHIN = 5.0
NOT_THERE = "strace is not installed, or may not trace here"


@cache
def can_trace() -> bool:
    """Whether a process of ours may be traced."""
    if shutil.which("strace") is None:
        return False
    return (
        subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode
        == 0
    )


needs_strace = pytest.mark.skipif(not can_trace(), reason=NOT_THERE)


@contextmanager
def traced(pid: int, *injections: str, log: Path) -> Iterator[None]:
    """Trace the storage calls of the process, with all its threads, while the block runs."""
    command = ["strace", "-f", "-p", str(pid), "-o", str(log), "-e", f"trace={CALLS}", *injections]
    strace = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert strace.stderr is not None
    try:
        line = strace.stderr.readline()
        assert b"attached" in line, line
        yield
    finally:
        strace.terminate()
        try:
            strace.communicate(timeout=DETACHES_WITHIN)
        except subprocess.TimeoutExpired:
            # It may wait for ever for a thread of a process that has just ended.
            strace.kill()
            strace.communicate()


def injection(call: str, number: int, fault: str) -> list[str]:
    """Let the `number`th such call fail: `fault` is `error=EIO`, `signal=KILL` ..."""
    return ["-e", f"inject={call}:{fault}:when={number}"]


def counted(log: Path) -> Counter[str]:
    """How often each call was made."""
    return Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))
