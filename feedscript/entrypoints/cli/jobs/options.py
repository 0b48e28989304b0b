"""The options that say which jobs are meant: those of a service, or those of the folders."""

import os
import sys
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from feedscript.entrypoints.cli.jobs.desk import Desk, Exit, NotDone

KEY_VARIABLE, URL_VARIABLE = "FEEDSCRIPT_KEY", "FEEDSCRIPT_URL"
LONGEST_KEY = 4096
Command = TypeVar("Command", bound=Callable[..., Any])


def at_desk(command: Command) -> Command:
    """Give a command the options, and the desk that they lead to as its parameter `desk`; end as `NotDone` says."""

    @wraps(command)
    def called(*args: Any, url: str | None, key_file: Path | None, **values: Any) -> Any:
        try:
            with closing(opened(url, key_file)) as desk:
                return command(*args, desk=desk, **values)
        except NotDone as error:
            click.echo(f"feedscript: {error}", err=True)
            sys.exit(error.code)
        except KeyboardInterrupt:
            sys.exit(130)  # as a shell counts a program that SIGINT has ended

    wrapped: Any = called
    for option in reversed(
        (
            click.option(
                "--url",
                envvar=URL_VARIABLE,
                metavar="URL",
                help=f"The service to ask, such as http://127.0.0.1:3000, or {URL_VARIABLE}; by default the folders.",
            ),
            click.option(
                "--key-file",
                type=click.Path(dir_okay=False, path_type=Path),
                metavar="FILE",
                help=f"Where the key for it is read from ('-': stdin); else {KEY_VARIABLE}.",
            ),
        )
    ):
        wrapped = option(wrapped)
    return wrapped  # type: ignore[no-any-return]  # click's decorators answer what they are given


def opened(url: str | None, key_file: Path | None) -> Desk:
    """The desk of the service at `url`, or that of the folders; each is imported where it is wanted."""
    if url:
        from feedscript.entrypoints.cli.jobs.served import ServedDesk  # noqa: PLC0415 - as said

        return ServedDesk(url, _key(key_file))
    if key_file is not None:
        raise NotDone("a key is for a service: give its --url too", Exit.WRONG)
    from feedscript.entrypoints.cli.jobs.folders import FolderDesk  # noqa: PLC0415 - as said

    return FolderDesk()


def _key(key_file: Path | None) -> str | None:
    if key_file is None:
        return os.environ.get(KEY_VARIABLE) or None
    try:
        with click.open_file(str(key_file), "r", encoding="ascii") as file:
            return str(file.read(LONGEST_KEY)).strip()
    except OSError as error:
        raise NotDone(f"--key-file {key_file}: {error.strerror}", Exit.WRONG) from error
    except UnicodeDecodeError as error:
        raise NotDone(f"--key-file {key_file}: no key is in it", Exit.WRONG) from error
