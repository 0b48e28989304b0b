"""The command line."""

import click

from feedscript import __version__
from feedscript.entrypoints.cli.lazy import Lazy, LazyGroup

_COMMANDS = {
    "audit": Lazy("audit", "audit", "Read the audit trail, and verify it."),
    "check": Lazy("check", "check", "Tell what is wrong with a deployment."),
    "db": Lazy("db", "db", "Bring the database's schema up to date, and check it."),
    "demo": Lazy("demo", "demo", "Make two partners' feeds of an export, and validate them."),
    "diff": Lazy("diff", "diff_command", "Tell which items differ between two feeds."),
    "generate": Lazy("generate", "generate_command", "Turn an export into a partner's feed."),
    "init": Lazy("init", "init", "Write the files that a deployment begins with."),
    "jobs": Lazy("jobs", "jobs", "See and steer jobs, and archive them."),
    "keys": Lazy("keys", "keys", "Make, list and end the callers' keys."),
    "mapping": Lazy("mapping", "mapping", "Make a merchant's file, or check one."),
    "migrate": Lazy(
        "migrate", "migrate", "Move everything that is kept into a database, or back into folders."
    ),
    "profiles": Lazy("profiles", "profiles_command", "Print what the partners take."),
    "rules": Lazy("rules", "rules_command", "Print the catalogue of rules."),
    "serve": Lazy("serve", "serve", "Serve the API."),
    "validate": Lazy("validate", "validate_command", "Check a feed against a partner's rules."),
    "webhooks": Lazy("webhooks", "webhooks", "Look after outcomes that could not be told."),
    "worker": Lazy("worker", "worker", "Run scripts on this host, one of several."),
}


@click.group(cls=LazyGroup, package=__name__, lazy=_COMMANDS)
@click.version_option(__version__, prog_name="feedscript")
def main() -> None:
    """Turn merchants' exports into partners' feeds, check them, and keep the trail."""
