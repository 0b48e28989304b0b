"""The built-in generate script: a merchant's export becomes the partner's feed."""

from pathlib import Path

from feedscript.domain import Outcome
from feedscript.entrypoints.scripts.assignment import Assignment, Conclusion, carry_out, teller
from feedscript.feeds import generate
from feedscript.ports import ObjectStore


def main() -> int:
    """Run the attempt that the environment tells of."""
    return carry_out(_generate)


def _generate(assignment: Assignment, objects: ObjectStore, work: Path) -> Conclusion:
    source, feed = work / "source", work / Path(assignment.destination).name
    objects.fetch(assignment.source, source)
    generated = generate(source, feed, uri=assignment.source, progress=teller(assignment))
    objects.publish(feed, assignment.destination)
    return Conclusion(
        Outcome.SUCCESS,
        result={
            "destination_s3_path": assignment.destination,
            "headline": generated.headline(),
            "items_read": generated.items_read,
            "items_written": generated.items_written,
            "unmatched_columns": list(generated.unmatched),
        },
    )
