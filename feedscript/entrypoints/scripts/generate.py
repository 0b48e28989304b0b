"""The built-in generate script: a merchant's export becomes the partner's feed."""

import json
import sys
from pathlib import Path

from feedscript.domain import Outcome
from feedscript.entrypoints.scripts.assignment import (
    Assignment,
    Conclusion,
    Workplace,
    carry_out,
    teller,
)
from feedscript.feeds import generate, load_profile
from feedscript.feeds.generation import MAX_LOST_RATIO
from feedscript.feeds.generation.manifest import manifest_of
from feedscript.feeds.validation.origin import MANIFEST_ENDING
from feedscript.feeds.writers.numbering import NUMBERS_ENDING, asks_for_numbers
from feedscript.ports.errors import ObjectNotFound


def main() -> int:
    """Run the attempt that the environment tells of."""
    return carry_out(_generate)


def _generate(assignment: Assignment, place: Workplace) -> Conclusion:
    # The destination's name stays: its ending tells whether the feed is to be compressed.
    source, feed = place.folder / "source", place.folder / "feed" / Path(assignment.destination).name
    place.objects.fetch(assignment.source, source)
    profile = place.config.profile
    numbers = feed.with_name(feed.name + NUMBERS_ENDING)
    _fetch_numbers(profile, assignment, place, numbers)
    generated = generate(
        source,
        feed,
        uri=assignment.source,
        profile=profile,
        mapping=place.config.mapping,
        names=place.config.names,
        options=place.config.source,
        max_lost_ratio=MAX_LOST_RATIO if place.config.max_lost_ratio is None else place.config.max_lost_ratio,
        limits=place.limits,
        progress=teller(assignment),
    )
    document = manifest_of(generated, feed, uri=assignment.destination)
    manifest = place.folder / "manifest.json"
    manifest.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    if numbers.exists():
        # Before the feed, so that no number that it gives can be given again.
        place.objects.publish(numbers, assignment.destination + NUMBERS_ENDING)
    place.objects.publish(feed, assignment.destination)
    place.objects.publish(manifest, assignment.destination + MANIFEST_ENDING)
    return Conclusion(
        Outcome.SUCCESS,
        result={
            "destination_s3_path": assignment.destination,
            "headline": generated.headline(),
            "manifest_s3_path": assignment.destination + MANIFEST_ENDING,
            "items_read": generated.account.seen,
            "items_written": generated.items_written,
            "rows_rejected": generated.account.lost_total,
            "rows_excluded": generated.account.excluded_total,
            "account": document["account"],
            "repairs": document["repairs"],
            "faults": document["faults"],
            "preset": document["preset"],
            "matched_columns": document["matched"],
            "unmatched_columns": document["unmatched"],
            "warnings": list(place.config.warnings),
        },
    )


def _fetch_numbers(profile: str, assignment: Assignment, place: Workplace, numbers: Path) -> None:
    """Fetch the numbers of the last feed's ids; only where there are none is none given yet."""
    if asks_for_numbers(load_profile(profile)) is None:
        return
    numbers.parent.mkdir(exist_ok=True)
    try:
        place.objects.fetch(assignment.destination + NUMBERS_ENDING, numbers)
    except ObjectNotFound:
        numbers.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
