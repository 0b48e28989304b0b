"""`feedscript init`: what a deployment begins with."""

from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--user", metavar="NAME", help="Whom the service runs as; by default whose FOLDER is.")
def init(folder: Path, user: str | None) -> None:
    """Write .env, examples of a merchant's and a partner's file, and a unit of systemd into FOLDER.

    A file that is there stays as it is. FOLDER is by default the one that this is called in.
    """
    from feedscript.entrypoints.cli.endings import UNREADABLE, fail  # noqa: PLC0415 - not for --help
    from feedscript.entrypoints.starting import begin  # noqa: PLC0415

    try:
        for path, written in begin(folder, user=user):
            click.echo(f"{path}: {'written' if written else 'is there already, and stays as it is'}")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}", UNREADABLE)
    click.echo("\nNext: look at .env, then", err=True)
    click.echo(
        "  feedscript check    # what is wrong, all of it\n  feedscript serve    # or as a service:", err=True
    )
    click.echo(f"  sudo systemctl enable --now {folder.absolute() / 'feedscript.service'}", err=True)
