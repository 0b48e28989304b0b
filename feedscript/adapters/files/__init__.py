"""Jobs and activities as files: the embedded default, and the truth."""

from feedscript.adapters.files.activity_log import FileActivityLog
from feedscript.adapters.files.claimed_places import FilePlaces
from feedscript.adapters.files.fsio import Disk
from feedscript.adapters.files.keys import FileKeys
from feedscript.adapters.files.repository import FileJobRepository
from feedscript.adapters.files.reserve import Reserve

__all__ = ["Disk", "FileActivityLog", "FileJobRepository", "FileKeys", "FilePlaces", "Reserve"]
