"""`feedscript webhooks`: outcomes that could not be told."""

import json
import sys
from collections.abc import Callable, Iterator

import click

from feedscript.domain import veiled
from feedscript.entrypoints.cli.kept import kept_or_exit
from feedscript.entrypoints.container import wired_or_exit
from feedscript.ports import DeadLetters, DeliveryState, Undelivered
from feedscript.ports.errors import StorageBroken, StorageFull, UnknownNotification

ACTOR = "operator"
PAGE = 500


@click.group()
def webhooks() -> None:
    """Look after outcomes that could not be told to their callback_url.

    Each is tried over a day; what nobody took by then, or was answered 410, is kept until it is replayed or discarded.
    """


@webhooks.command("list")
@click.option("--waiting", is_flag=True, help="Those that still wait for their next try, instead.")
@click.option("--merchant", metavar="ID", help="Of this merchant alone.")
@click.option("--job", "job_id", metavar="ID", help="Of this job alone.")
def list_undelivered(merchant: str | None, job_id: str | None, *, waiting: bool) -> None:
    """Print them as JSON Lines, the oldest job's first, with why the last try failed."""
    state = DeliveryState.WAITING if waiting else DeliveryState.DEAD
    for undelivered in _all(_letters(), state, merchant, job_id):
        click.echo(json.dumps(_document(undelivered), ensure_ascii=False))


@webhooks.command()
@click.argument("notification_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Each one that was given up.")
def replay(notification_ids: tuple[str, ...], *, everything: bool) -> None:
    """Try them again, as if they were new; a running service does so at once, under the same webhook-id."""
    letters = _letters()
    _for_each(letters, letters.replay, notification_ids, "waiting", everything=everything)


@webhooks.command()
@click.argument("notification_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Each one that was given up.")
def discard(notification_ids: tuple[str, ...], *, everything: bool) -> None:
    """Drop them for good."""
    letters = _letters()
    _for_each(letters, letters.discard, notification_ids, "discarded", everything=everything)


def _letters() -> DeadLetters:
    letters: DeadLetters = wired_or_exit(kept_or_exit("jobs_dir", "activities_dir")).dead_letters()
    return letters


def _all(
    letters: DeadLetters, state: DeliveryState, merchant: str | None, job_id: str | None
) -> Iterator[Undelivered]:
    cursor = None
    while True:
        page = letters.page(state, affiliate_merchant_id=merchant, job_id=job_id, limit=PAGE, cursor=cursor)
        yield from page.undelivered
        cursor = page.cursor
        if cursor is None:
            return


def _for_each(
    letters: DeadLetters, act: Callable[..., None], ids: tuple[str, ...], done: str, *, everything: bool
) -> None:
    if everything == bool(ids):
        raise click.UsageError("name the notifications, or say --all")
    if everything:
        ids = tuple(each.notification.id for each in _all(letters, DeliveryState.DEAD, None, None))
    missing = False
    for notification_id in ids:
        try:
            act(notification_id, actor=ACTOR)
            click.echo(f"{notification_id}: {done}")
        except UnknownNotification as error:
            missing = True
            click.echo(f"feedscript: {error}", err=True)
        except (StorageFull, StorageBroken) as error:
            click.echo(f"feedscript: {error}", err=True)
            sys.exit(1)
    if missing:
        sys.exit(1)


def _document(undelivered: Undelivered) -> dict[str, object]:
    told, next_try_at = undelivered.notification, undelivered.next_try_at
    return {
        "id": told.id,
        "job_id": told.job_id,
        "affiliate_merchant_id": told.affiliate_merchant_id,
        "callback": veiled(told.url),
        "state": undelivered.state.value,
        "tries": undelivered.tries,
        "error": undelivered.error,
        "next_try_at": next_try_at and next_try_at.isoformat(),
    }
