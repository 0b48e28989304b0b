"""What merchants' and partners' files say, and what is wrong with them; and the shipped profiles."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, url_for

from feedscript.domain import Reach
from feedscript.entrypoints.console.rendering import page
from feedscript.entrypoints.http.callers import caller
from feedscript.entrypoints.http.problems import problem
from feedscript.entrypoints.settings import Settings
from feedscript.feeds import FeedError, Profile, load_config, load_profile, profile_ids
from feedscript.feeds.documents.document import read_document
from feedscript.feeds.engine.errors import DocumentError, Mistake
from feedscript.feeds.profiles.own import Anything, own_file
from feedscript.feeds.profiles.partner import config_file

FILES_A_PAGE, KEPT, LARGEST_SHOWN = 40, 1024, 256 * 1024
KINDS = ("merchants", "partners")
_Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A merchant's or a partner's file, and what is wrong with it."""

    kind: str
    name: str
    mistakes: tuple[Mistake, ...]


def add_configuration(console: Blueprint, settings: Settings) -> None:
    """The pages about the configuration's folder."""
    folder = settings.config_dir

    @console.route("/configuration", methods=["GET"])
    def configuration() -> Response:
        """All files, some at a time, and the profiles."""
        after = {kind: request.args.get(kind, "") for kind in KINDS}
        listed = {kind: _listed(folder, kind, after[kind], caller().reach) for kind in KINDS}
        return page(
            "configuration.html",
            folder=str(folder),
            files={kind: found for kind, (found, _) in listed.items()},
            following={
                kind: _further(after | {kind: last}) if last else None for kind, (_, last) in listed.items()
            },
            profiles=[_profile(profile_id) for profile_id in profile_ids()],
        )

    @console.route("/configuration/file", methods=["GET"])
    def config_text() -> Response:
        """One file, with its mistakes at their lines."""
        kind, name = request.args.get("kind", ""), request.args.get("name", "")
        path = (
            config_file(folder / kind, name)
            if kind in KINDS and _reaches(caller().reach, kind, name)
            else None
        )
        if path is None:
            return problem(404, "unknown_address", "there is no such file of the configuration")
        text = path.read_bytes()[:LARGEST_SHOWN].decode(errors="replace")
        found = _checked(folder, kind, name)
        by_line: dict[int, list[str]] = {}
        for mistake in found.mistakes:
            if mistake.path == path:
                by_line.setdefault(mistake.line or 0, []).append(_said(mistake))
            else:
                by_line.setdefault(0, []).append(str(_elsewhere(mistake, folder)))
        return page("config_file.html", file=found, lines=text.splitlines(), by_line=by_line)


def _listed(folder: Path, kind: str, after: str, reach: Reach) -> tuple[list[ConfigFile], str | None]:
    """Some of the files behind a name, and the last one's name where there are more."""
    names = sorted(path.stem for path in (folder / kind).glob("*.yaml") if _reaches(reach, kind, path.stem))
    rest = (name for name in names if name > after)
    shown = list(islice(rest, FILES_A_PAGE))
    return [_checked(folder, kind, name) for name in shown], shown[-1] if next(rest, None) else None


def _further(after: Mapping[str, Any]) -> str:
    return url_for("console.configuration", **after)


def _reaches(reach: Reach, kind: str, name: str) -> bool:
    return reach.has_merchant(name) if kind == "merchants" else reach.has_partner(name)


def _checked(folder: Path, kind: str, name: str) -> ConfigFile:
    path = config_file(folder / kind, name)
    if path is None:
        wrong = Mistake(
            Path(name), None, "", "no request can have this name: letters, digits, '.', '_' and '-'"
        )
        return ConfigFile(kind, name, (wrong,))
    try:
        own = _own_profile(path, _stamp(path))
        stamps = (_stamp(path), _stamp(own) if own and own.is_file() else None)
        _refuse_mistakes(folder, kind, name, stamps)
    except OSError as error:
        return ConfigFile(kind, name, (Mistake(path, None, "", error.strerror or str(error)),))
    except DocumentError as error:
        return ConfigFile(kind, name, error.mistakes)
    except FeedError as error:
        return ConfigFile(kind, name, (Mistake(Path(f"{name}.yaml"), None, "", str(error)),))
    return ConfigFile(kind, name, ())


def _stamp(path: Path) -> _Stamp:
    status = path.stat()
    return status.st_mtime_ns, status.st_size


@lru_cache(KEPT)
def _own_profile(path: Path, stamp: _Stamp) -> Path | None:  # noqa: ARG001 - as kept
    return own_file(read_document(path, Anything()))


@lru_cache(KEPT)
def _refuse_mistakes(folder: Path, kind: str, name: str, stamps: tuple[_Stamp | None, ...]) -> None:  # noqa: ARG001
    """Raise a FeedError where something is wrong with the file as it was at these stamps.

    Only that a file is good is kept: what is wrong may be mended in another one.
    """
    if kind == "merchants":
        load_config(folder, merchant_id=name)
    else:
        load_config(folder, partner_id=name)


def _elsewhere(mistake: Mistake, folder: Path) -> Mistake:
    """The mistake of another file than the one that is shown, which lies in the configuration."""
    inside = mistake.path.is_relative_to(folder)
    return replace(mistake, path=mistake.path.relative_to(folder)) if inside else mistake


def _said(mistake: Mistake) -> str:
    return f"{mistake.key}: {mistake.cause}" if mistake.key else mistake.cause


@lru_cache(KEPT)
def _profile(profile_id: str) -> Profile:
    return load_profile(profile_id)
