"""The built-in generate script: a merchant's export becomes the partner's feed."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from feedscript.domain import EX_DATAERR, Outcome, Reason
from feedscript.entrypoints.scripts.assignment import (
    Assignment,
    Conclusion,
    Workplace,
    carry_out,
    failed,
    teller,
)
from feedscript.feeds import Generated, generate, load_profile
from feedscript.feeds.engine.endings import DELTAS_ENDING, MANIFEST_ENDING, REJECTS_ENDING
from feedscript.feeds.generation import MAX_LOST_RATIO, TooManyRejected
from feedscript.feeds.generation.publishing import Shelf
from feedscript.feeds.writers.numbering import asks_for_numbers
from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectNotFound


def main() -> int:
    """Run the attempt that the environment tells of."""
    return carry_out(_generate)


def _generate(assignment: Assignment, place: Workplace) -> Conclusion:
    # The destination's name stays: its ending tells whether the feed is to be compressed.
    source, feed = place.folder / "source", place.folder / "feed" / Path(assignment.destination).name
    place.fetch(assignment.source, source)
    profile = place.config.profile
    wishes = place.config.generation
    feed.parent.mkdir()
    numbered = asks_for_numbers(load_profile(profile)) is not None
    _fetch_last(assignment, place, Shelf(feed), numbered=numbered, deltas=bool(wishes.deltas))
    try:
        generated = _generated(assignment, place, source, feed)
    except TooManyRejected as error:
        put_all(place.objects, feed.parent, error.files, assignment.destination)
        return failed(
            error,
            EX_DATAERR,
            Reason.INVALID_FEED,
            rejects_s3_path=assignment.destination + REJECTS_ENDING,
            items_rejected=error.rejects.total,
            rejects=error.rejects.document(),
        )
    document = json.loads((feed.parent / (feed.name + MANIFEST_ENDING)).read_bytes())
    put_all(place.objects, feed.parent, generated.files, assignment.destination)
    rejects, changes = generated.rejects, generated.changes
    return Conclusion(
        Outcome.SUCCESS,
        result={
            "destination_s3_path": assignment.destination,
            "headline": generated.headline(),
            "manifest_s3_path": assignment.destination + MANIFEST_ENDING,
            "rejects_s3_path": assignment.destination + REJECTS_ENDING if rejects else None,
            "deltas_s3_path": assignment.destination + DELTAS_ENDING if changes else None,
            "bytes_read": generated.source.bytes,
            "items_read": generated.account.seen,
            "items_written": generated.items_written,
            "items_rejected": rejects.total if rejects else 0,
            "rejects": document["rejects"],
            "changes": changes.document() if changes else None,
            "rows_rejected": generated.account.lost_total,
            "rows_excluded": generated.account.excluded_total,
            "account": document["account"],
            "repairs": document["repairs"],
            "faults": document["faults"],
            "preset": document["preset"],
            "matched_columns": document["matched"],
            "unmatched_columns": document["unmatched"],
            "warnings": [*place.config.warnings, *generated.warnings],
        },
    )


def _generated(assignment: Assignment, place: Workplace, source: Path, feed: Path) -> Generated:
    wishes = place.config.generation
    return generate(
        source,
        feed,
        uri=assignment.source,
        profile=place.config.profile,
        mapping=place.config.mapping,
        names=place.config.names,
        options=place.config.source,
        max_lost_ratio=MAX_LOST_RATIO if wishes.max_lost_ratio is None else wishes.max_lost_ratio,
        standard=wishes.standard(assignment.country or place.config.country, place.policy),
        guard=wishes.guard(),
        deltas=bool(wishes.deltas),
        feed_uri=assignment.destination,
        limits=place.limits,
        progress=teller(assignment),
    )


def put_all(objects: ObjectStore, folder: Path, names: Iterable[str], destination: str) -> None:
    """Publish the files of these names in a folder, in this order, where the feed's address is `destination`."""
    for name in names:
        objects.publish(folder / name, _beside(destination, name))


def _fetch_last(
    assignment: Assignment, place: Workplace, shelf: Shelf, *, numbered: bool, deltas: bool
) -> None:
    """Fetch what there is of the last feed of the series, for the new one to be held against it."""

    def fetch(path: Path) -> None:
        try:
            place.objects.fetch(_beside(assignment.destination, path.name), path)
        except ObjectNotFound:
            path.unlink(missing_ok=True)

    fetch(shelf.last_manifest)
    if numbered:
        fetch(shelf.numbers)
    if deltas:
        fetch(shelf.last_feed)
        fetch(shelf.deltas)


def _beside(destination: str, name: str) -> str:
    """The address of the object of that name where the feed lies."""
    return destination.removesuffix(destination.rsplit("/", 1)[-1]) + name


if __name__ == "__main__":
    sys.exit(main())
