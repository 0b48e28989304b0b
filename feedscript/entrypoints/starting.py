"""The files that a deployment begins with: they come with the package, and replace none that is there."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template

STARTER = Path(__file__).parent / "starter"
_SETTING = re.compile("^(?=[A-Z][A-Z0-9_]*=)", re.MULTILINE)
_HEAD = """\
# The settings of this service: what begins with # is the default. Environment variables win over what stands here.
"""
PRIVATE, PUBLIC = 0o600, 0o644


def begin(folder: Path, *, user: str | None = None) -> Iterator[tuple[Path, bool]]:
    """Write `.env`, examples in `config/` and a unit of systemd; answers each file, and whether it was written.

    `user` is whom the unit names, by default whose the folder is. A file that is there stays. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        ".env": (_settings(), PRIVATE),
        "config/merchants/example.yaml": (_starter("merchant.yaml"), PUBLIC),
        "config/partners/example.yaml": (_starter("partner.yaml"), PUBLIC),
        "feedscript.service": (unit(folder, user or _owner(folder), program()), PUBLIC),
    }
    for name, (content, mode) in contents.items():
        path = folder / name
        yield path, _written(path, content, mode, owner=folder)


def unit(folder: Path, user: str, command: str) -> str:
    """The unit of systemd (systemd.service(5)) for a service in the folder."""
    place = str(folder.absolute()).replace("%", "%%")
    return Template(_starter("feedscript.service")).substitute(user=user, folder=place, program=command)


def program() -> str:
    """How this very feedscript is called, as systemd reads commands."""
    beside = Path(sys.executable).with_name("feedscript")
    words = [str(beside)] if beside.is_file() else [sys.executable, "-m", "feedscript"]
    return " ".join(f'"{word}"' if re.search(r"\s", word) else word for word in words).replace("%", "%%")


def _owner(folder: Path) -> str:
    try:
        return folder.owner()
    except KeyError:
        return str(folder.stat().st_uid)  # which systemd takes as well


def _settings() -> str:
    """The example with every setting as a comment, so that a default that changes is followed."""
    _, _, rest = _starter("env.example").partition("\n")
    return _HEAD + _SETTING.sub("#", rest)


def _starter(name: str) -> str:
    return (STARTER / name).read_text("utf-8")


def _written(path: Path, content: str, mode: int, *, owner: Path) -> bool:
    missing = [each for each in (path.parent, *path.parent.parents) if not each.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    if os.geteuid() == 0:
        # What root makes for the service's user is that user's: the service could not read it otherwise.
        about = owner.stat()
        for each in (path, *missing):
            shutil.chown(each, about.st_uid, about.st_gid)
    return True
