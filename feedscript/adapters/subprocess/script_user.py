"""The user of the machine as whom scripts run, where that is another than the service's."""

import grp
import os
import pwd
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ScriptUser:
    """A user by name, home folder and numbers; `gids` are its groups, the first of them its own."""

    name: str
    home: str
    uid: int
    gids: tuple[int, ...]

    @classmethod
    def named(cls, name: str) -> "ScriptUser":
        """The user of that name; raises KeyError where there is none."""
        found = pwd.getpwnam(name)
        others = {each.gr_gid for each in grp.getgrall() if name in each.gr_mem}
        return cls(name, found.pw_dir, found.pw_uid, (found.pw_gid, *sorted(others - {found.pw_gid})))

    @property
    def environment(self) -> dict[str, str]:
        """What a program finds of its user."""
        return {"HOME": self.home, "USER": self.name, "LOGNAME": self.name}

    def out_of_reach(self, folders: Iterable[Path]) -> list[Path]:
        """Those of the folders that the user may not enter; what is not there yet is asked of the folder above it.

        A child process becomes the user and tries: whatever decides it, lists of access too. To be called while there
        is one thread.
        """
        asked = list(folders)
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                become(self.uid, self.gids)
                os.write(writer, bytes(_may_enter(folder) for folder in asked))
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as told:
            answers = told.read()
        os.waitpid(pid, 0)
        return [folder for folder, entered in zip(asked, answers, strict=True) if not entered]


def become(uid: int, gids: Iterable[int]) -> None:
    """Go on as the user, for good; raises PermissionError where this process may not."""
    own, *others = gids
    os.setgroups(others)
    os.setgid(own)
    os.setuid(uid)


def may_change_users() -> bool:
    """Whether this process may start others as another user, and end them."""
    return os.geteuid() == 0


def _may_enter(folder: Path) -> bool:
    try:
        folder.stat()
    except PermissionError:
        return False
    except OSError:
        return _may_enter(folder.parent)
    return os.access(folder, os.X_OK)
