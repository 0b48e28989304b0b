"""The command line in this process."""

from click.testing import CliRunner, Result

from feedscript.entrypoints.cli import main


def run(*arguments: object) -> Result:
    """What a command printed, and how it ended."""
    return CliRunner().invoke(main, [str(each) for each in arguments])
