"""Whether the folders that settings name can be used, and lie so that requests cannot reach the service's own."""

import os
import sys
from pathlib import Path

from feedscript.adapters.subprocess.script_user import may_change_users
from feedscript.entrypoints.settings.settings import Settings

FOLDERS = ("jobs_dir", "activities_dir", "runs_dir", "logs_dir", "object_store_root")
OWN_FOLDERS = ("jobs_dir", "activities_dir", "runs_dir", "logs_dir", "config_dir")


def complaints_about_folders(settings: Settings) -> list[str]:
    """Why folders cannot be used: who may write there, and how they lie to each other."""
    complaints = [complaint for name in FOLDERS if (complaint := _unusable(settings, name))]
    complaints += [complaint for name in OWN_FOLDERS if (complaint := _reached_by_objects(settings, name))]
    return [*complaints, *_closed_to_scripts(settings)]


def _unusable(settings: Settings, name: str) -> str | None:
    """What is wrong with a folder, or with the nearest one above it that exists."""
    folder: Path = getattr(settings, name).absolute()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if nearest.is_dir() and os.access(nearest, os.R_OK | os.W_OK | os.X_OK):
        return None
    what = "not writable" if nearest.is_dir() else "not a folder"
    return f"{name.upper()}={str(getattr(settings, name))!r}: {nearest} is {what}."


def _reached_by_objects(settings: Settings, name: str) -> str | None:
    """What is wrong with objects in, or around, a folder of the service: requests could name its files."""
    root, own = settings.object_store_root.resolve(), getattr(settings, name).resolve()
    if settings.object_store != "local" or not (root == own or root in own.parents or own in root.parents):
        return None
    return (
        f"OBJECT_STORE_ROOT={str(settings.object_store_root)!r}: objects may lie neither in nor around "
        f"{name.upper()}={str(getattr(settings, name))!r}."
    )


def _closed_to_scripts(settings: Settings) -> list[str]:
    """What scripts of another user could not work with."""
    user = settings.script_account
    if user is None:
        return []
    if not may_change_users():
        return [f"SCRIPT_USER={user.name!r}: to start scripts as another user the service must be root's."]
    needed = {
        "RUNS_DIR": settings.runs_dir.absolute().parent,
        "CONFIG_DIR": settings.config_dir.absolute(),
        "Python": Path(sys.base_prefix),
        "feedscript": Path(__file__).parent,
    }
    if settings.object_store == "local":
        needed["OBJECT_STORE_ROOT"] = settings.object_store_root.absolute()
    closed = user.out_of_reach(needed.values())
    return [
        f"SCRIPT_USER={user.name!r}: this user may not enter {folder} ({what})."
        for what, folder in needed.items()
        if folder in closed
    ]
