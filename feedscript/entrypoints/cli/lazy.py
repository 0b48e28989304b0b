"""Commands that are imported when they are asked for: what serves takes most of a second to import."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

EX_IOERR = 74  # sysexits.h


class Lazy(NamedTuple):
    """Where a command is found, and what the list of commands says of it."""

    module: str
    name: str
    summary: str


class LazyGroup(click.Group):
    """A group whose commands lie in modules of `package`; neither its help nor the completion imports one."""

    def __init__(self, *args: Any, package: str, lazy: Mapping[str, Lazy], **options: Any) -> None:
        super().__init__(*args, **options)
        self._package = package
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names, in their order."""
        return sorted(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """The command of this name, imported; None where there is none."""
        if cmd_name not in self._lazy:
            return None
        found = self._lazy[cmd_name]
        command: click.Command = getattr(import_module(f"{self._package}.{found.module}"), found.name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Have storage that cannot be used told in one line."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from feedscript.ports.errors import StorageBroken, StorageUnavailable  # noqa: PLC0415 - only where needed

            if not isinstance(error, StorageBroken | StorageUnavailable):
                raise
            click.echo(f"feedscript: {error}", err=True)
            ctx.exit(EX_IOERR)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands by their summaries."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._lazy[name].summary) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands that begin so, and the group's own options."""
        begun = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        return [
            *(CompletionItem(name, help=self._lazy[name].summary) for name in begun),
            *click.Command.shell_complete(self, ctx, incomplete),
        ]
