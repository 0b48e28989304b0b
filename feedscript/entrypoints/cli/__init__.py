"""The command line."""

import click

from feedscript import __version__
from feedscript.entrypoints.cli.audit import audit
from feedscript.entrypoints.cli.demo import demo
from feedscript.entrypoints.cli.jobs import jobs
from feedscript.entrypoints.cli.rules import rules_command
from feedscript.entrypoints.cli.serve import serve
from feedscript.entrypoints.cli.validate import validate_command


@click.group()
@click.version_option(__version__, prog_name="feedscript")
def main() -> None:
    """Turn merchants' exports into partners' feeds, check them, and keep the trail."""


main.add_command(audit)
main.add_command(demo)
main.add_command(jobs)
main.add_command(serve)
main.add_command(validate_command)
main.add_command(rules_command)
