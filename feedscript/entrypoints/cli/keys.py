"""`feedscript keys`: who may call, and what for."""

import json
import re
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import click

from feedscript.domain import (
    Activity,
    ApiKey,
    FeedscriptError,
    KeyState,
    Reach,
    Scope,
    key_digest,
    key_id,
    key_id_of,
    key_text,
)
from feedscript.domain.key_text import ENTROPY_BYTES
from feedscript.entrypoints.cli.kept import kept_or_exit
from feedscript.entrypoints.container import Container, wired_or_exit
from feedscript.entrypoints.settings import settings_or_exit
from feedscript.ports import Keys

ACTOR = "operator"
ID_ENTROPY_BYTES = 8
NAME = re.compile(r"[^\x00-\x1f\x7f/,=]{1,100}")
DURATION = re.compile(r"(?P<count>[0-9]{1,4})(?P<unit>[mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class _Duration(click.ParamType):  # type: ignore[type-arg]  # older clicks have none to give
    """Such as 30m, 12h, 90d."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        shape = DURATION.fullmatch(str(value))
        if shape is None:
            self.fail("not a number of minutes, hours or days, such as 30m, 12h or 90d", param, ctx)
        return timedelta(**{UNITS[shape["unit"]]: int(shape["count"])})


@click.group()
def keys() -> None:
    """Make, list, end and replace the keys that callers prove themselves with.

    They are kept in JOBS_DIR/keys, which all server processes look at with every call: nothing needs a restart. Run
    this as the user whom the service runs as.
    """


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    multiple=True,
    help="What it is good for; several may be given, by default all but audit.",
)
@click.option(
    "--merchant",
    "merchants",
    metavar="ID",
    multiple=True,
    help="Of this merchant alone; several may be given.",
)
@click.option(
    "--partner", "partners", metavar="ID", multiple=True, help="For this partner alone; several may be given."
)
@click.option("--expires-in", type=_Duration(), help="Good for so long: 30m, 12h, 90d. By default for ever.")
def create(
    name: str,
    scopes: Sequence[str],
    merchants: Sequence[str],
    partners: Sequence[str],
    expires_in: timedelta | None,
) -> None:
    """Make a key, and print it: this once, for nobody can find it out again."""
    if not NAME.fullmatch(name):
        raise click.BadParameter("up to 100 characters, none of them a control character, '/', ',' or '='")
    container = _wired()
    now = _now(container)
    wanted = frozenset(map(Scope, scopes)) if scopes else frozenset(Scope) - {Scope.AUDIT}
    key = ApiKey(
        id=key_id(secrets.token_bytes(ID_ENTROPY_BYTES)),
        name=name,
        digest="",
        created_at=now,
        scopes=wanted,
        reach=Reach(frozenset(merchants) or None, frozenset(partners) or None),
        expires_at=None if expires_in is None else now + expires_in,
    )
    _issue(container, key, "created")


@keys.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that open nothing any more.")
def list_keys(*, everything: bool) -> None:
    """Print the keys as JSON Lines, the oldest first, with when each was used last (within a few minutes)."""
    container = _wired_where_keys_are()
    now = _now(container)
    try:
        for key in container.keys().all():
            if everything or key.state(now) is KeyState.GOOD:
                document = _document(key, now) | {"last_used_at": _time(container.keys().last_used(key.id))}
                click.echo(json.dumps(document, ensure_ascii=False))
    except FeedscriptError as error:
        _end_with(error)


@keys.command()
@click.argument("key", metavar="ID|NAME")
def revoke(key: str) -> None:
    """Let a key open nothing any more, from now on."""
    container = _wired_where_keys_are()
    meant = _meant(container, key)
    try:
        ended = container.keys().revoke(meant.id, _now(container))
        _enter(container, ended, "revoked")
    except FeedscriptError as error:
        _end_with(error)
    click.echo(f"{ended.id}: revoked", err=True)


@keys.command()
@click.argument("key", metavar="ID|NAME")
@click.option(
    "--keep-for",
    type=_Duration(),
    default=timedelta(),
    help="How long the old one is still good. By default not.",
)
def rotate(key: str, keep_for: timedelta) -> None:
    """Replace a key by another one of the same name, scopes and reach, and print that one."""
    container = _wired_where_keys_are()
    old, now = _meant(container, key), _now(container)
    lasts = None if old.expires_at is None else old.expires_at - old.created_at
    try:
        # Two good keys never have one name, so the old one ends first, and its name tells nothing of the new one's id.
        ended = container.keys().revoke(old.id, now + keep_for)
        _enter(container, ended, "revoked", rotated=True)
    except FeedscriptError as error:
        _end_with(error)
    new = replace(
        old,
        id=key_id(secrets.token_bytes(ID_ENTROPY_BYTES)),
        created_at=now,
        expires_at=None if lasts is None else now + lasts,
        revoked_at=None,
    )
    _issue(container, new, "created", replaces=old.id)


def _issue(container: Container, key: ApiKey, what: str, **more: object) -> None:
    text = key_text(key.id, secrets.token_bytes(ENTROPY_BYTES))
    key = replace(key, digest=key_digest(text))
    try:
        container.keys().add(key)
        _enter(container, key, what, **more)
    except FeedscriptError as error:
        _end_with(error)
    click.echo(f"feedscript: key {key.id} {key.name!r}; keep this line, it is not shown again:", err=True)
    click.echo(text)


def _meant(container: Container, wanted: str) -> ApiKey:
    """The key of that id, or the one of that name that is still good; a key's own text names it too."""
    ring: Keys = container.keys()
    now = _now(container)
    try:
        found = ring.find(key_id_of(wanted) or wanted)
        if found is not None:
            return found
        good = [key for key in ring.all() if key.name == wanted and key.state(now) is KeyState.GOOD]
        named = [key for key in good if key.has_its_name(now)] or good
    except FeedscriptError as error:
        _end_with(error)
    if not named:
        click.echo(f"feedscript: no key has the id or the name {wanted!r}", err=True)
        sys.exit(1)
    if len(named) > 1:
        click.echo(f"feedscript: several keys are named {wanted!r}; give the id", err=True)
        sys.exit(1)
    return named[0]


def _enter(container: Container, key: ApiKey, what: str, **more: object) -> None:
    document = {name: value for name, value in _document(key, _now(container)).items() if name != "state"}
    container.activities().append(
        [
            Activity(
                id=container.ids().new_id(),
                at=_now(container),
                type=f"feedscript.key.{what}",
                actor=ACTOR,
                data={"key": document, **more},
            )
        ]
    )


def _document(key: ApiKey, now: datetime) -> dict[str, object]:
    reach = key.reach
    return {
        "id": key.id,
        "name": key.name,
        "state": key.state(now).value,
        "scopes": sorted(key.scopes),
        "merchants": None if reach.merchants is None else sorted(reach.merchants),
        "partners": None if reach.partners is None else sorted(reach.partners),
        "created_at": _time(key.created_at),
        "expires_at": _time(key.expires_at),
        "revoked_at": _time(key.revoked_at),
    }


def _wired() -> Container:
    return wired_or_exit(settings_or_exit())


def _wired_where_keys_are() -> Container:
    return wired_or_exit(kept_or_exit("jobs_dir"))


def _now(container: Container) -> datetime:
    now: datetime = container.clock().now()
    return now


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.astimezone(UTC).isoformat()


def _end_with(error: FeedscriptError) -> NoReturn:
    click.echo(f"feedscript: {error}", err=True)
    sys.exit(1)
