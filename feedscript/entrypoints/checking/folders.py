"""The folders: who may write in them, on what they lie, and how much room there is."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

from feedscript.adapters.files.fsio import INODE_FLOOR
from feedscript.entrypoints.checking.finding import Finding, Level
from feedscript.entrypoints.settings import FOLDERS, Settings, complaints_about_folders

FOLDERS_PART, DISK_PART = "folders", "disk"
#: Those that hold what was promised, and must not be lost or come back changed.
DURABLE = ("jobs_dir", "activities_dir", "runs_dir")
NETWORKED = (
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "ceph",
    "glusterfs",
    "fuse.sshfs",
    "fuse.s3fs",
    "fuse.glusterfs",
)
IN_MEMORY = ("tmpfs", "ramfs")
OTHERS_MAY_WRITE = 0o002


def standing(settings: Settings) -> Iterator[Finding]:
    """What is wrong with the folders themselves."""
    for complaint in complaints_about_folders(settings):
        yield Finding(Level.ERROR, FOLDERS_PART, complaint)
    for name in (*FOLDERS, "config_dir"):
        folder: Path = getattr(settings, name)
        if folder.is_dir():
            yield from _of_folder(name, folder)
    for name in DURABLE:
        kind = file_system_of(nearest(getattr(settings, name)))
        if kind in NETWORKED:
            yield _warned(
                settings, name, f"lies on {kind}: a file system of the network may lose what was synced"
            )
        elif kind in IN_MEMORY:
            yield _warned(settings, name, f"lies on {kind}: all of it is lost when the machine goes down")
    devices = {nearest(getattr(settings, name)).stat().st_dev for name in DURABLE}
    if len(devices) > 1:
        names = ", ".join(name.upper() for name in DURABLE)
        yield Finding(
            Level.WARNING, FOLDERS_PART, f"{names} lie on several file systems; they are meant for one"
        )


def room(settings: Settings) -> Iterator[Finding]:
    """Whether the disks have room for new work."""
    seen: set[int] = set()
    for name in FOLDERS:
        place = nearest(getattr(settings, name))
        device = place.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        disk = os.statvfs(place)
        free = disk.f_bavail * disk.f_frsize
        where = f"{name.upper()}={str(getattr(settings, name))!r}"
        if free < settings.min_free_bytes:
            yield Finding(
                Level.ERROR,
                DISK_PART,
                f"{where}: {free:,} bytes free, MIN_FREE_BYTES={settings.min_free_bytes:,}: no new job is taken",
            )
        if disk.f_files and disk.f_favail < INODE_FLOOR:
            yield Finding(
                Level.ERROR, DISK_PART, f"{where}: {disk.f_favail} inodes free, {INODE_FLOOR} needed"
            )


def nearest(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.exists())


def file_system_of(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """The kind of file system that the folder lies on, as proc(5) names it; empty where that is not told."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    resolved = str(folder.resolve())
    best, kind = "", ""
    for line in lines:
        mount, _, rest = line.partition(" - ")
        place = mount.split()[4].encode().decode("unicode_escape")
        within = resolved == place or resolved.startswith(place.rstrip("/") + "/")
        if within and len(place) >= len(best):
            best, kind = place, rest.split()[0]
    return kind


def _of_folder(name: str, folder: Path) -> Iterator[Finding]:
    about = folder.stat()
    where = f"{name.upper()}={str(folder)!r}"
    if about.st_mode & OTHERS_MAY_WRITE:
        yield Finding(
            Level.WARNING, FOLDERS_PART, f"{where}: every user of the machine may write there: chmod o-w"
        )
    if about.st_uid != os.geteuid():
        yield Finding(
            Level.WARNING,
            FOLDERS_PART,
            f"{where}: it is {_user(about.st_uid)}'s, not {_user(os.geteuid())}'s: call this as the service's user",
        )


def _warned(settings: Settings, name: str, why: str) -> Finding:
    return Finding(Level.WARNING, FOLDERS_PART, f"{name.upper()}={str(getattr(settings, name))!r} {why}")


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
