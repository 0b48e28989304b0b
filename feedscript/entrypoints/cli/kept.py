"""The folders that a command looks into: one that is not there is told, and not made."""

from pathlib import Path

from feedscript.entrypoints.settings import BadSettings, Settings, end_with, settings_or_exit


def kept_or_exit(*folders: str, by_adapters: bool = True) -> Settings:
    """The settings, whose `folders` (such as `jobs_dir`) are there; otherwise one clear line and exit status 2.

    What is in a database is in no folder; what is looked at `by_adapters` may lie elsewhere, where the operator has
    adapters of their own.
    """
    settings = settings_or_exit()
    if settings.storage != "files" or (by_adapters and settings.adapters):
        return settings
    missing = [name for name in folders if not getattr(settings, name).is_dir()]
    if missing:
        end_with(BadSettings("; ".join(_missing(settings, name) for name in missing)))
    return settings


def _missing(settings: Settings, name: str) -> str:
    folder: Path = getattr(settings, name)
    return (
        f"{name.upper()}={str(folder)!r}: there is no folder {folder.absolute()}; go where the service's .env lies, "
        f"or set {name.upper()}"
    )
