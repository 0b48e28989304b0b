"""Settings: what can be set, how it is read, and what is said of what cannot be used."""

from feedscript.entrypoints.settings.addresses import is_loopback
from feedscript.entrypoints.settings.folders import FOLDERS, complaints_about_folders
from feedscript.entrypoints.settings.reading import end_with, read_settings, settings_or_exit
from feedscript.entrypoints.settings.settings import PASSED_ON, SHORTEST_SECRET, BadSettings, Settings
from feedscript.entrypoints.settings.sharing import database_complaint

__all__ = [
    "FOLDERS",
    "PASSED_ON",
    "SHORTEST_SECRET",
    "BadSettings",
    "Settings",
    "complaints_about_folders",
    "database_complaint",
    "end_with",
    "is_loopback",
    "read_settings",
    "settings_or_exit",
]
