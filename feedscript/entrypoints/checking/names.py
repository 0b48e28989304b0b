"""Settings that nobody reads: misspelt, with a prefix that there is not, or lost in a line that cannot be read."""

import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path

from dotenv.parser import parse_stream

from feedscript.entrypoints.checking.finding import Finding, Level
from feedscript.entrypoints.settings import PASSED_ON, Settings
from feedscript.feeds.engine.unknown_names import near_names

PART = "settings"
PREFIX = "FEEDSCRIPT_"
#: Of the command line, which is no setting of the service.
OF_CALLERS = ("FEEDSCRIPT_KEY", "FEEDSCRIPT_URL")
#: What a script is given; a check may be called by one.
OF_SCRIPTS = re.compile(
    "FEEDSCRIPT_(JOB_ID|ATTEMPT|TYPE|AFFILIATE_MERCHANT_ID|PARTNER_ID|COUNTRY|SOURCE|DESTINATION|CALLBACK_URL|TOKEN"
    "|RESULT_FILE|PROGRESS_FILE|COOKIE)"
)
#: Kubernetes tells every container of a service named "feedscript" in variables like these.
OF_KUBERNETES = re.compile("FEEDSCRIPT_(SERVICE_(HOST|PORT.*)|PORT(_[0-9]+_(TCP|UDP).*)?)")
#: How alike a name in the environment, which is full of others', must be to be taken for a setting's.
ALIKE = 0.87

KNOWN = tuple(sorted(field.name.upper() for field in fields(Settings)))


def misspelt(
    settings: Settings | None, *, env_file: Path, environment: Mapping[str, str]
) -> Iterator[Finding]:
    """Names in `.env` that are no setting, and names in the environment that are nearly one.

    `.env` is the service's own, so whatever is nearly a setting there is one that was misspelt. `settings` is None
    where they cannot be used; what scripts may be given is not known then.
    """
    passed = set() if settings is None else {*settings.script_environment, *PASSED_ON}
    in_file: set[str] = set()
    for finding, name in _in_file(env_file, passed):
        in_file.add(name)
        if finding is not None:
            yield finding
    for name in sorted(environment.keys() - in_file - passed):
        if (said := _in_environment(name, environment[name])) is not None:
            yield Finding(Level.WARNING, PART, f"{name} in the environment {said}")


def _in_file(path: Path, passed: set[str]) -> Iterator[tuple[Finding | None, str]]:
    """The names that the file says, each with what is wrong about it."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        yield Finding(Level.ERROR, PART, f"{path.name} cannot be read: {error}"), ""
        return
    said: set[str] = set()
    for binding in parse_stream(io.StringIO(text)):
        place = f"{path.name}:{binding.original.line + _blank_lines(binding.original.string)}"
        if binding.error:
            yield Finding(Level.ERROR, PART, f"{place}: the line is not of the form NAME=VALUE"), ""
        elif binding.key is not None:
            name = binding.key
            finding = _of_file(name, place, passed)
            if finding is None and name in said:
                finding = Finding(Level.WARNING, PART, f"{place}: {name} is said twice; the last one counts")
            said.add(name)
            yield finding, name


def _of_file(name: str, place: str, passed: set[str]) -> Finding | None:
    if name in KNOWN or name in passed or name in OF_CALLERS or name.startswith("AWS_"):
        return None
    plain = name.upper().removeprefix(PREFIX)
    near = (plain,) if plain in KNOWN else near_names(plain, KNOWN)
    if near:
        meant = " or ".join(near)
        return Finding(
            Level.ERROR, PART, f"{place}: {name} is no setting, and read by nobody: did you mean {meant}?"
        )
    return Finding(
        Level.WARNING,
        PART,
        f"{place}: {name} is no setting; scripts are given it where SCRIPT_ENVIRONMENT names it",
    )


def _in_environment(name: str, value: str) -> str | None:
    if name in (*KNOWN, *OF_CALLERS) or OF_SCRIPTS.fullmatch(name):
        return None
    if name.startswith(PREFIX):
        if OF_KUBERNETES.fullmatch(name) and ("://" in value or "SERVICE" in name or "_TCP" in name):
            return None
        plain = name.removeprefix(PREFIX)
        near = (plain,) if plain in KNOWN else near_names(plain, KNOWN)
        return f"is read by nobody: settings have no prefix{f', did you mean {near[0]}?' if near else ''}"
    words = [known for known in KNOWN if "_" in known]
    close = get_close_matches(name, words, n=1, cutoff=ALIKE)
    return f"is no setting: did you mean {close[0]}?" if close else None


def _blank_lines(text: str) -> int:
    """How many lines a statement begins after its parser says, which counts the blank ones before it."""
    return len(text) - len(text.lstrip("\n"))


def here(settings: Settings | None) -> Iterator[Finding]:
    """As `misspelt`, of the working directory's `.env` and this process's environment."""
    return misspelt(settings, env_file=Path(".env").absolute(), environment=os.environ)
