"""The operator's own scripts: whether they can be started at all."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from feedscript.domain import Phase
from feedscript.entrypoints.checking.finding import Finding, Level
from feedscript.entrypoints.settings import Settings

PART = "scripts"
SETTING = {Phase.GENERATION: "GENERATE_COMMAND", Phase.VALIDATION: "VALIDATE_COMMAND"}
LONGEST_SHEBANG = 256


def programs(settings: Settings) -> Iterator[Finding]:
    """What is wrong with GENERATE_COMMAND and VALIDATE_COMMAND."""
    path = settings.passed_environment().get("PATH", os.defpath)
    for phase, command in settings.commands.items():
        if (why := _unstartable(command[0], path)) is not None:
            yield Finding(Level.ERROR, PART, f"{SETTING[phase]}: {why}")


def variables(settings: Settings) -> Iterator[Finding]:
    """Names that scripts are to be given, and that are not set."""
    for name in settings.script_environment:
        if name not in os.environ:
            yield Finding(Level.WARNING, PART, f"SCRIPT_ENVIRONMENT names {name}, which is not set")


def _unstartable(program: str, path: str) -> str | None:
    if "/" not in program:
        found = shutil.which(program, path=path)
        if found is None:
            return f"there is no program {program!r} in PATH={path}"
        program = found
    place = Path(program)
    if not place.exists():
        return f"there is no file {program}"
    if not place.is_file():
        return f"{program} is no file"
    if not os.access(place, os.X_OK):
        return f"{program} may not be executed: chmod +x"
    return _without_interpreter(place)


def _without_interpreter(program: Path) -> str | None:
    try:
        with program.open("rb") as file:
            first = file.read(LONGEST_SHEBANG).split(b"\n", 1)[0]
    except OSError:
        return None  # what may be executed need not be readable
    words = first.removeprefix(b"#!").split()
    if not first.startswith(b"#!") or not words:
        return None
    interpreter = words[0].decode(errors="replace")
    if first.endswith(b"\r"):
        return f"the first line of {program} ends in a carriage return, which is taken for a part of {interpreter}"
    if not os.access(interpreter, os.X_OK):
        return f"{program} is for {interpreter}, which is not there"
    return None
