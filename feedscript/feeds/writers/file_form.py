"""Which of a partner's forms of file a name asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from feedscript.feeds.engine.errors import FeedError
from feedscript.feeds.engine.series import COMPACT_DAY
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.profiles.written import FeedFile, Mark

#: Formats of text, in which commas part several values of a cell.
DELIMITED = ("csv", "tsv", "positional")
#: The compressions by the endings of their files.
COMPRESSIONS = {"gz": "gz", "gzip": "gz", "zip": "zip", "zst": "zst"}
_STANDS_FOR = {"{YYYYMMDD}": COMPACT_DAY}
_SAID: dict[Mark, str] = {
    "vendor": "",
    "copy": " (so a copy of its page)",
    "third_party": " (so a third party)",
    "unconfirmed": " (which nobody confirms)",
}


class WrongEnding(FeedError):
    """The destination's name promises a file that the partner does not take.

    Attributes: `name`, `ending`, `endings` (those that fit).
    """

    def __init__(self, name: str, ending: str, profile: Profile) -> None:
        forms = [f"{', '.join(each.endings)} ({each.format}{_packed(each)})" for each in profile.files]
        super().__init__(f"{name} ends in {ending}, but a feed of {profile.id} is named {' or '.join(forms)}")
        self.name = name
        self.ending = ending
        self.endings = tuple(each for file in profile.files for each in file.endings)


def _packed(file: FeedFile) -> str:
    """Which endings may follow, for a person."""
    behind = " or ".join(f".{each}" for each in file.compressions)
    return f", compressed with {behind} behind it" if behind else ""


@dataclass(frozen=True)
class FileForm:
    """A form of file, and how it is compressed (gz, zip, zst, or None)."""

    file: FeedFile
    compression: str | None


def file_form(profile: Profile, name: str) -> FileForm:
    """The form that a file of this name has, the usual one where it has no ending; raises WrongEnding."""
    path = PurePath(name.lower())
    packed = path.suffix.removeprefix(".")
    compression = COMPRESSIONS.get(packed)
    ending = PurePath(path.stem).suffix if compression else path.suffix
    fitting = [each for each in profile.files if not ending or ending in each.endings]
    fitting = [each for each in fitting if compression is None or packed in each.compressions]
    if not fitting:
        raise WrongEnding(name, f"{ending}{path.suffix if compression else ''}", profile)
    return FileForm(fitting[0], compression)


def naming_advice(form: FileForm, name: str, names: Mapping[str, str] | None = None) -> str | None:
    """What to say of a file that is not called as the partner calls such files; None where it is.

    `names` are those that the merchant's file gives.
    """
    naming, bounds = form.file.naming, form.file.name_pattern
    if bounds is not None and not re.fullmatch(bounds, name, re.IGNORECASE):
        return _called_otherwise(name, f"{form.file.name_form}", form.file.mark)
    if naming is None:
        return None
    told = re.sub(r"\{(\w+)\}", lambda found: (names or {}).get(found[1], found[0]), naming)
    parts = re.split(r"(\{\w+\})", told)
    fitting = "".join(
        _STANDS_FOR.get(part, ".+") if part.startswith("{") else re.escape(part) for part in parts
    )
    bare = PurePath(name).stem if form.compression else name
    if re.fullmatch(fitting, bare, re.IGNORECASE):
        return None
    return _called_otherwise(name, told, form.file.mark)


def _called_otherwise(name: str, wanted: str, mark: Mark) -> str:
    return f"{name} is not called as the partner is said to call such files: {wanted}{_SAID[mark]}"
