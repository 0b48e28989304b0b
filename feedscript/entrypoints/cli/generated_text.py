"""What a generation did, or would do, as text for a terminal."""

from collections.abc import Iterator
from pathlib import Path

from feedscript.feeds.generation import Change, Generated
from feedscript.feeds.generation.preview import LOOKED_AT, Preview, PreviewedColumn
from feedscript.feeds.reports.presentation import counted, flat


def summary_text(generated: Generated, destination: Path) -> str:
    """What is in the feed, what was repaired on the way, and what was left."""
    return "\n".join(_summary(generated, destination)) + "\n"


def preview_text(looked: Preview) -> str:
    """Where each column of the feed comes from, by which operations, with values before and after."""
    return "\n".join(_preview(looked)) + "\n"


def _summary(generated: Generated, destination: Path) -> Iterator[str]:
    profile = generated.profile
    yield f"{destination}: a feed of {profile.id} {profile.version}"
    yield generated.headline()
    for warning in generated.warnings:
        yield f"Warning: {warning}"
    if generated.rejects and generated.rejects.total:
        yield ""
        yield "Left out, as the partner would reject them:"
        for rule, total in generated.rejects.by_rule.items():
            yield f"  {total:>9,}  {rule}"
    if generated.repairs:
        yield ""
        yield "Repaired:"
    for repair in generated.repairs:
        yield f"  {repair.total:>9,}  {repair.attribute}: {repair.operation}{_example(repair.samples)}"
    if generated.unmatched:
        yield ""
        yield f"Nothing is taken from: {', '.join(flat(each) for each in generated.unmatched)}"


def _example(samples: tuple[Change, ...]) -> str:
    return f"   {flat(samples[0].before, 40)}  ->  {flat(samples[0].after, 40)}" if samples else ""


def _preview(looked: Preview) -> Iterator[str]:
    found = looked.plan
    taken = f", read as {found.preset.title}" if found.preset else ""
    yield f"{looked.source.uri}: {looked.source.format}{taken}, for {found.profile.id} {found.profile.version}"
    yield f"Of the first {LOOKED_AT:,} items; nothing is written."
    for column in looked.columns:
        yield ""
        yield from _column(column)
    if found.not_said:
        yield ""
        yield f"No feed is made: {found.not_said}"
    elif found.missing:
        yield ""
        yield f"Nothing gives what every item must have: {', '.join(found.missing)}"
    if looked.unused:
        yield ""
        yield f"Nothing is taken from {counted(len(looked.unused), 'column')}: {', '.join(map(flat, looked.unused))}"


def _column(column: PreviewedColumn) -> Iterator[str]:
    origin = f"from {', '.join(map(flat, column.columns))}" if column.columns else "the same for every item"
    done = f", by {', '.join(column.operations)}" if column.operations else ""
    yield f"{column.title}: {origin}{done}"
    for value in column.values:
        same = value.before == value.after
        yield f"    {flat(value.before)}" + ("" if same else f"  ->  {flat(value.after)}")
    if not column.values:
        yield "    (no value)"
