"""The commands of docs/cli.md do what the page says, one after the other."""

import shlex
import shutil
from contextlib import chdir
from pathlib import Path

from click.testing import CliRunner

from feedscript.entrypoints.cli import main

ROOT = Path(__file__).parents[4]


def test_every_command_of_the_page_ends_well(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    commands = [line for line in page.splitlines() if line.startswith("feedscript ")]
    assert len(commands) > 5
    runner = CliRunner()
    shutil.copytree(ROOT / "samples", tmp_path / "samples")
    with chdir(tmp_path):
        for command in commands:
            result = runner.invoke(main, shlex.split(command)[1:])
            assert result.exit_code == 0, (command, result.output)
