"""The system calls that storage is made of, each a method: what a test replaces to inject a fault or model a crash."""

import ctypes
import os
import secrets
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)


def _read_boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        # Nobody else's: as if the machine had just come up.
        return secrets.token_hex(16)


_BOOT_ID = _read_boot_id()


class SystemCalls:
    """Single calls, which raise `OSError`; and the one thing that storage asks about the machine."""

    def boot_id(self) -> str:
        """A name for the time since the machine came up (random(4)): what was written since is not lost yet."""
        return _BOOT_ID

    def _open(self, path: Path, flags: int, mode: int) -> int:
        return os.open(path, flags, mode)

    def _write(self, descriptor: int, data: memoryview) -> int:
        return os.write(descriptor, data)

    def _pwrite(self, descriptor: int, data: memoryview, start: int) -> int:
        return os.pwrite(descriptor, data, start)

    def _fsync(self, descriptor: int) -> None:
        os.fsync(descriptor)

    def _fdatasync(self, descriptor: int) -> None:
        os.fdatasync(descriptor)

    def _syncfs(self, descriptor: int) -> None:
        # The standard library has no call for it.
        if _LIBC.syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))

    def _rename(self, path: Path, to: Path) -> None:
        os.rename(path, to)  # noqa: PTH104 - no path is made for the answer

    def _link(self, path: Path, to: Path) -> None:
        os.link(path, to)

    def _symlink(self, target: str, path: Path) -> None:
        os.symlink(target, path)  # noqa: PTH211 - as above

    def _unlink(self, path: Path) -> None:
        path.unlink()

    def _mkdir(self, path: Path) -> None:
        path.mkdir(mode=0o700)

    def _chmod(self, path: Path, mode: int) -> None:
        path.chmod(mode)

    def _statvfs(self, path: Path) -> os.statvfs_result:
        return os.statvfs(path)

    def _truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)
