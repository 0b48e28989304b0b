"""`feedscript mapping`: a merchant's file made from its export, or looked at beside it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feedscript.entrypoints.cli.endings import REFUSED, fail, told_in_one_line
from feedscript.entrypoints.cli.following import following
from feedscript.entrypoints.cli.wishes import Wishes, wishes
from feedscript.feeds.reports.presentation import counted, flat

if TYPE_CHECKING:
    from feedscript.feeds.generation.preview import Preview

_SAMPLES = 3


@click.group()
def mapping() -> None:
    """Make a merchant's file from its export, or look at one beside it."""


@mapping.command()
def schema() -> None:
    """Print the JSON Schema of merchants' and partners' files, by which an editor completes and checks them.

    The first line of such a file names where it lies: # yaml-language-server: $schema=mapping.schema.json
    """
    from feedscript.feeds.config import config_json_schema  # noqa: PLC0415 - brings the whole engine

    click.echo(json.dumps(config_json_schema(), indent=1, ensure_ascii=False))


@mapping.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the file here, if none is there."
)
@wishes(merchants=False)
def suggest(source: Path, output: Path | None, wanted: Wishes) -> None:
    """Print a first file for the merchant whose export is SOURCE.

    It loads as it is. Comments show values of each column, and what has to be filled in before a feed can be made.
    """
    with told_in_one_line():
        config, _ = wanted.configured()
        from feedscript.feeds.generation.preview import preview  # noqa: PLC0415 - brings the whole engine
        from feedscript.feeds.generation.suggestion import suggested  # noqa: PLC0415

        with following("reading") as show:
            looked = preview(
                source, values=_SAMPLES, profile=config.profile, options=config.source, progress=show
            )
        text = suggested(looked, source.name)
        if output is None:
            click.echo(text, nl=False)
            return
        try:
            with output.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            fail(f"{output} is there already, and stays as it is", REFUSED)
        click.echo(f"{output}: written; look at it with feedscript mapping check {output} {source}", err=True)


@mapping.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@wishes(merchants=False)
def check(file: Path, source: Path, wanted: Wishes) -> None:
    """Tell every mistake in the merchant's FILE at once, and what it matches in the export SOURCE.

    Exits with 0 where a feed can be made, 1 where the file has mistakes or leaves out what every item must have, 2 for
    a wrong call, 3 if the source could not be read.
    """
    with told_in_one_line():
        mistakes, looked = _looked_at(file, source, wanted)
    for mistake in mistakes:
        click.echo(mistake)
    if mistakes or looked is None:
        fail(f"{file} has {counted(len(mistakes), 'mistake')}", REFUSED)
        return
    for line in _matched(looked):
        click.echo(line)
    if looked.plan.not_said:
        fail(str(looked.plan.not_said), REFUSED)
    elif looked.plan.missing:
        fail(f"nothing gives what every item must have: {', '.join(looked.plan.missing)}", REFUSED)


def _looked_at(file: Path, source: Path, wanted: Wishes) -> "tuple[list[str], Preview | None]":
    """Every mistake of the file, and what it makes of the source where it has none."""
    from feedscript.feeds import ConfigError, FeedConfig, SourceOptions  # noqa: PLC0415 - brings the whole engine
    from feedscript.feeds.config import unknown_columns  # noqa: PLC0415
    from feedscript.feeds.generation.preview import preview  # noqa: PLC0415
    from feedscript.feeds.mapping import UnknownColumn  # noqa: PLC0415

    mistakes: list[str] = []
    try:
        config, _ = wanted.with_mapping(file).configured()
    except ConfigError as error:
        mistakes += map(str, error.mistakes)
        config = FeedConfig(source=SourceOptions(encoding=wanted.encoding, item=wanted.item))
    try:
        with following("reading") as show:
            looked = preview(
                source,
                values=1,
                profile=config.profile,
                mapping=config.mapping,
                options=config.source,
                progress=show,
            )
    except UnknownColumn as error:
        return [*map(str, unknown_columns(file, error.columns))] or [str(error)], None
    if mistakes:
        mistakes += map(str, unknown_columns(file, looked.plan.matches.columns))
    return mistakes, looked


def _matched(looked: "Preview") -> Iterator[str]:
    matches = looked.plan.matches
    for name, taken in matches.used.items():
        yield f"{name}: {', '.join(map(flat, taken)) or 'the same for every item'}"
    for name in matches.inputs:
        yield f"{name} (not written): {', '.join(map(flat, matches.taken(name))) or 'the same for every item'}"
    if looked.unused:
        yield f"Nothing is taken from: {', '.join(map(flat, looked.unused))}"
