"""Adapters of one's own in a served deployment: what `ADAPTERS=package.module:name` leads to.

The name is a function that takes the `Settings` and answers `Adapters`; each process calls it once, after its start.
"""

import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, get_args, get_type_hints

from feedscript.entrypoints.settings import BadSettings, Settings
from feedscript.ports import (
    ActivityLog,
    AttemptTokens,
    Clock,
    DeadLetters,
    Executor,
    IdFactory,
    JobRepository,
    Keys,
    Notifier,
    ObjectStore,
    Partners,
    Places,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What stands behind the ports instead of what the settings choose; a port that is left out keeps that.

    A repository commits its activities itself, so `repository` and `activities` come together.
    """

    repository: JobRepository | None = None
    activities: ActivityLog | None = None
    objects: ObjectStore | None = None
    executor: Executor | None = None
    notifier: Notifier | None = None
    dead_letters: DeadLetters | None = None
    partners: Partners | None = None
    places: Places | None = None
    keys: Keys | None = None
    clock: Clock | None = None
    ids: IdFactory | None = None
    tokens: AttemptTokens | None = None


def own_adapters(settings: Settings) -> dict[str, Any]:
    """The adapters that `ADAPTERS` names, by port; raises `BadSettings` saying what is wrong with them."""
    if not settings.adapters:
        return {}
    try:
        given, wrong = _given(_named(settings.adapters)(settings))
    except Exception as error:  # noqa: BLE001 - as said below
        # Whatever somebody else's module raises, it is this setting that has to be looked at.
        given, wrong = {}, str(error) or type(error).__name__
    if wrong is not None:
        raise BadSettings(f"ADAPTERS={settings.adapters!r}: {' '.join(wrong.split())}.")
    return given


def _given(made: object) -> tuple[dict[str, Any], str | None]:
    """The adapters by port, and what is wrong with them."""
    if not isinstance(made, Adapters):
        return {}, f"answers {type(made).__name__}, not feedscript.entrypoints.adapters.Adapters"
    given = {field.name: part for field in fields(made) if (part := getattr(made, field.name)) is not None}
    for name, part in given.items():
        if lacking := _lacking(name, part):
            return {}, f"its {name}, a {type(part).__name__}, has no {', '.join(lacking)}"
    if ("repository" in given) != ("activities" in given):
        return {}, "repository and activities come together: a commit writes both"
    return given, None


def _named(name: str) -> Callable[[Settings], object]:
    module, colon, attribute = name.partition(":")
    if not (module and colon and attribute):
        raise ValueError("not of the form package.module:function")
    found = pkgutil.resolve_name(name)
    if not callable(found):
        raise TypeError(f"is {type(found).__name__}, not a function that takes the settings")
    make: Callable[[Settings], object] = found
    return make


def _lacking(name: str, part: object) -> list[str]:
    """The methods of the port that the adapter has not."""
    port = get_args(get_type_hints(Adapters)[name])[0]
    methods = [method for method, _ in inspect.getmembers(port, inspect.isfunction) if method[0] != "_"]
    return [method for method in methods if not callable(getattr(part, method, None))]
