"""Every merchant's and partner's file, with all of its mistakes; and files that nobody reads."""

from collections.abc import Iterator
from pathlib import Path

from feedscript.entrypoints.checking.finding import Finding, Level
from feedscript.entrypoints.settings import Settings
from feedscript.feeds import ConfigError, FeedError, load_config
from feedscript.feeds.documents.document import read_document
from feedscript.feeds.engine.unknown_names import near_names
from feedscript.feeds.mapping.rows.looking_up import LookUp
from feedscript.feeds.profiles.own import Anything, own_file
from feedscript.feeds.profiles.partner import config_file

PART = "config"
KINDS = {"merchants": "merchant_id", "partners": "partner_id"}
LISTS = "lists"


def configuration(folder: Path) -> Iterator[Finding]:
    """What is wrong in CONFIG_DIR, each mistake with its file and line."""
    if not folder.is_dir():
        if folder != Settings().config_dir:
            yield _warned(f"CONFIG_DIR={str(folder)!r}: there is no such folder")
        return
    told: set[Finding] = set()
    for kind, parameter in KINDS.items():
        for path in sorted((folder / kind).glob("*")):
            if path.name.startswith("."):
                continue
            if config_file(folder / kind, path.stem) == path:
                # A profile of one's own may be named by several files.
                found = [
                    each for each in _of_file(folder, path, **{parameter: path.stem}) if each not in told
                ]
                told.update(found)
                yield from found
            else:
                yield _warned(
                    f"{path} is read by nobody: a file here is named ID.yaml, of letters, digits and ._-"
                )
    yield from _beside(folder)


def _beside(folder: Path) -> Iterator[Finding]:
    """What lies beside the folders that are read."""
    named = _own_profiles(folder)
    for path in sorted(folder.iterdir()):
        if path.name in (*KINDS, LISTS) or path.name.startswith("."):
            continue
        near = near_names(path.name, KINDS)
        if near and path.is_dir():
            yield Finding(Level.ERROR, PART, f"{path} is read by nobody: did you mean {near[0]}?")
        elif path.suffix in (".yaml", ".yml") and path not in named:
            yield _warned(f"{path} is read by nobody: files lie in merchants/ and partners/")


def _own_profiles(folder: Path) -> set[Path]:
    """The profiles of one's own that files name."""
    files = (path for kind in KINDS for path in (folder / kind).glob("*.yaml") if path.is_file())
    return {own for path in files if (own := own_file(read_document(path, Anything())))}


def _of_file(folder: Path, path: Path, **whose: str) -> Iterator[Finding]:
    try:
        config, _ = load_config(folder, **whose)
    except ConfigError as error:
        for mistake in error.mistakes:
            yield Finding(Level.ERROR, PART, str(mistake))
        return
    except FeedError as error:
        yield Finding(Level.ERROR, PART, f"{path}: {error}")
        return
    for warning in config.warnings:
        yield _warned(f"{path}: {warning}")
    for step in config.mapping.rows if config.mapping else ():
        if isinstance(step, LookUp) and step.origin.path is not None and not step.origin.path.is_file():
            yield Finding(
                Level.ERROR, PART, f"{path}: the list {str(step.origin)!r} is not there: {step.origin.path}"
            )


def _warned(message: str) -> Finding:
    return Finding(Level.WARNING, PART, message)
