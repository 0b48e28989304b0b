"""The command line."""

from importlib import import_module

import click

from feedscript import __version__

#: The module and the name of each command, which is imported when it is asked for, and what the list of commands says
#: of it: what serves takes most of a second to import, and the feed engine a good part of one.
_COMMANDS = {
    "audit": ("audit", "audit", "Read the audit trail, and verify it."),
    "demo": ("demo", "demo", "Make two partners' feeds of an export, and validate them."),
    "diff": ("diff", "diff_command", "Tell which items differ between two feeds."),
    "generate": ("generate", "generate_command", "Turn an export into a partner's feed."),
    "jobs": ("jobs", "jobs", "Look after the files of jobs and activities."),
    "keys": ("keys", "keys", "Make, list and end the callers' keys."),
    "mapping": ("mapping", "mapping", "Make a merchant's file, or check one."),
    "profiles": ("profiles", "profiles_command", "Print what the partners take."),
    "rules": ("rules", "rules_command", "Print the catalogue of rules."),
    "serve": ("serve", "serve", "Serve the API."),
    "validate": ("validate", "validate_command", "Check a feed against a partner's rules."),
    "webhooks": ("webhooks", "webhooks", "Look after outcomes that could not be told."),
}


class _WhenAsked(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _COMMANDS:
            return None
        module, name, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][2]) for name in self.list_commands(ctx)])


@click.group(cls=_WhenAsked)
@click.version_option(__version__, prog_name="feedscript")
def main() -> None:
    """Turn merchants' exports into partners' feeds, check them, and keep the trail."""
