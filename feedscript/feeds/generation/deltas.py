"""What changed against the feed before, listed beside the new one."""

import gzip
import json
from pathlib import Path

from feedscript.feeds.comparison.changes import Changes
from feedscript.feeds.comparison.comparing import compare
from feedscript.feeds.engine.hashing import sha256_of
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.packed import packed
from feedscript.feeds.generation.publishing import Shelf, last_published
from feedscript.feeds.profiles import Profile


def write_deltas(shelf: Shelf, profile: Profile, limits: Limits, workdir: Path) -> Changes | None:
    """Compare the new feed with the last one of its series and list the changes; None where there is none before.

    The first line names both feeds by their SHA-256 (`from`, `to`), each further one a change (`compare`). A list that
    was put by a run that was cut off before its manifest stays: against its own feed there would be no change.
    """
    old, new = shelf.last_feed, shelf.partial(shelf.feed)
    if not old.exists():
        return None
    before, after = sha256_of(old), sha256_of(new)
    published = last_published(shelf.last_manifest)
    if before == after and published and _head(shelf.deltas) == (published.sha256, after):
        return None
    listed = workdir / "changes.jsonl.gz"
    changes = compare(
        old,
        new,
        profile=profile.id,
        uris=("the feed before", "the feed"),
        listing=listed,
        limits=limits,
        workdir=workdir,
    )
    with packed(shelf.partial(shelf.deltas)) as file, gzip.open(listed, "rt", encoding="utf-8") as lines:
        totals = {"added": changes.added, "removed": changes.removed, "changed": changes.changed}
        file.write(json.dumps({"from": before, "to": after, **totals}) + "\n")
        file.writelines(lines)
    return changes


def _head(deltas: Path) -> tuple[str, str] | None:
    try:
        with gzip.open(deltas, "rt", encoding="utf-8") as file:
            head = json.loads(file.readline())
        return str(head["from"]), str(head["to"])
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        return None
