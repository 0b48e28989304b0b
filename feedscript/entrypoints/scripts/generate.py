"""The built-in generate script: a merchant's export becomes the partner's feed."""

import sys
from pathlib import Path

from feedscript.domain import Outcome
from feedscript.entrypoints.scripts.assignment import Assignment, Conclusion, Workplace, carry_out, teller
from feedscript.feeds import generate


def main() -> int:
    """Run the attempt that the environment tells of."""
    return carry_out(_generate)


def _generate(assignment: Assignment, place: Workplace) -> Conclusion:
    # The destination's name stays: its ending tells whether the feed is to be compressed.
    source, feed = place.folder / "source", place.folder / "feed" / Path(assignment.destination).name
    place.objects.fetch(assignment.source, source)
    generated = generate(
        source,
        feed,
        uri=assignment.source,
        profile=place.config.profile or "google",
        mapping=place.config.mapping,
        options=place.config.source,
        limits=place.limits,
        progress=teller(assignment),
    )
    place.objects.publish(feed, assignment.destination)
    return Conclusion(
        Outcome.SUCCESS,
        result={
            "destination_s3_path": assignment.destination,
            "headline": generated.headline(),
            "items_read": generated.items_read,
            "items_written": generated.items_written,
            "rows_rejected": generated.rows_rejected,
            "unmatched_columns": list(generated.unmatched),
        },
    )


if __name__ == "__main__":
    sys.exit(main())
