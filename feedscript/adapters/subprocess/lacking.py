"""What a built-in script lacked, and its runner makes ready for those that it forks later."""

import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from feedscript.adapters.subprocess.supervision import Assignment
from feedscript.adapters.subprocess.words import read_words

_LARGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Lacking:
    """A script's word of what it lacked, and the module that knows what to do about it.

    Such a module names in `LACKING` the file of the script's folder in which the word is left, a JSON object, and has a
    function `make_ready` for it. The word may be anything, as a script has read what strangers wrote.
    """

    module: ModuleType
    word: Mapping[str, Any]

    @classmethod
    def of(cls, assignment: Assignment, work: Path) -> "Lacking | None":
        """What the script that ran in the folder `work` lacked; None where it has left no such word."""
        module = sys.modules.get((assignment.builtin or "").partition(":")[0])
        name = getattr(module, "LACKING", None)
        word = read_words(work / name, most=_LARGEST, owner=assignment.uid) if name else None
        return None if module is None or word is None else cls(module, word)

    def make_ready(self) -> None:
        """Make it ready in this process; what fails is told on its error output, and lacked again."""
        try:
            self.module.make_ready(self.word)
        except Exception:  # noqa: BLE001 - a runner is not to end for what it can do without
            traceback.print_exc()
