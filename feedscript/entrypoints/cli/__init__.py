"""The command line."""

from importlib import import_module

import click

from feedscript import __version__

#: The module and the name of each command, which is imported when it is asked for: what serves takes most of a
#: second to import.
_COMMANDS = {
    "audit": ("audit", "audit"),
    "demo": ("demo", "demo"),
    "diff": ("diff", "diff_command"),
    "jobs": ("jobs", "jobs"),
    "rules": ("rules", "rules_command"),
    "serve": ("serve", "serve"),
    "validate": ("validate", "validate_command"),
}


class _WhenAsked(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return command


@click.group(cls=_WhenAsked)
@click.version_option(__version__, prog_name="feedscript")
def main() -> None:
    """Turn merchants' exports into partners' feeds, check them, and keep the trail."""
