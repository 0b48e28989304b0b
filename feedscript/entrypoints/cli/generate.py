"""`feedscript generate`: a merchant's export becomes a partner's feed, from the terminal or a pipeline."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedscript.entrypoints.cli.endings import WRONG, fail, told_in_one_line
from feedscript.entrypoints.cli.following import following
from feedscript.entrypoints.cli.wishes import Wishes, wishes

if TYPE_CHECKING:
    from feedscript.feeds import FeedConfig, Policy

_MOST_VALUES = 100


@click.command("generate")
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("destination", type=click.Path(dir_okay=False, path_type=Path))
@wishes()
@click.option(
    "--preview",
    "values",
    type=click.IntRange(1, _MOST_VALUES),
    metavar="N",
    help="Write nothing: show where each column comes from, what is done, and N values before and after.",
)
def generate_command(source: Path, destination: Path, wanted: Wishes, values: int | None) -> None:
    """Turn the export SOURCE into a partner's feed, DESTINATION, in the form of file that its name asks for.

    Items that the partner would reject are left out, and listed beside the feed: DESTINATION.rejects.csv.gz, and with
    all that was found DESTINATION.rejects.jsonl.gz. Its manifest, DESTINATION.manifest.json, tells what was read, lost,
    repaired and left out.

    Exits with 0 for a feed that was written, 1 where none may be made of the source, 2 for a wrong call or a mistake in
    a file of the configuration, 3 if something could not be read or written. An older feed stays but in the first case;
    where too many items are left out for a feed, they are listed all the same.
    """
    with told_in_one_line():
        config, policy = wanted.configured()
        for warning in config.warnings:
            click.echo(f"feedscript: {warning}", err=True)
        if values is not None:
            _preview(source, destination, config, values)
        else:
            _generate(source, destination, config, policy)


def _preview(source: Path, destination: Path, config: "FeedConfig", values: int) -> None:
    # The engine is imported by the run that needs it: `--help` is to be there at once.
    from feedscript.entrypoints.cli.generated_text import preview_text  # noqa: PLC0415
    from feedscript.feeds import load_profile  # noqa: PLC0415
    from feedscript.feeds.generation.preview import preview  # noqa: PLC0415
    from feedscript.feeds.writers.file_form import file_form  # noqa: PLC0415

    file_form(load_profile(config.profile), destination.name)
    with following("reading") as show:
        looked = preview(
            source,
            values=values,
            profile=config.profile,
            mapping=config.mapping,
            options=config.source,
            progress=show,
        )
    click.echo(preview_text(looked), nl=False)


def _generate(source: Path, destination: Path, config: "FeedConfig", policy: "Policy") -> None:
    from feedscript.entrypoints.cli.generated_text import summary_text  # noqa: PLC0415 - as above
    from feedscript.feeds.generation import MAX_LOST_RATIO, generate  # noqa: PLC0415

    if destination.exists() and source.exists() and destination.samefile(source):
        fail(f"{destination} is the source itself, which the feed would replace", WRONG)
    said = config.generation
    with following("reading") as show:
        generated = generate(
            source,
            destination,
            profile=config.profile,
            mapping=config.mapping,
            names=config.names,
            options=config.source,
            max_lost_ratio=MAX_LOST_RATIO if said.max_lost_ratio is None else said.max_lost_ratio,
            standard=said.standard(config.country, policy),
            guard=said.guard(),
            deltas=bool(said.deltas),
            progress=show,
        )
    click.echo(summary_text(generated, destination), nl=False)
