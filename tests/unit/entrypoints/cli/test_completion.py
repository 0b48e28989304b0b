"""What a shell is told when somebody presses the tabulator: by click, and without importing a command."""

import os
import subprocess
import sys

import pytest


def completed(*words: str) -> list[str]:
    """What is offered for the last of the words."""
    environment = {
        **os.environ,
        "_FEEDSCRIPT_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    told = subprocess.run(
        [sys.executable, "-c", "import feedscript.__main__ as m; m.main(prog_name='feedscript')"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [line.partition(",")[2] for line in told.stdout.splitlines()]


def test_commands_and_options_are_completed() -> None:
    assert completed("feedscript", "jo") == ["jobs"]
    assert completed("feedscript", "jobs", "l") == ["list", "logs"]
    assert completed("feedscript", "jobs", "list", "--sta") == ["--status", "--stage"]
    assert completed("feedscript", "jobs", "list", "--status", "generation") == ["generation_failed"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_given_its_script(shell: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import feedscript.__main__ as m; m.main(prog_name='feedscript')"],
        env={**os.environ, "_FEEDSCRIPT_COMPLETE": f"{shell}_source"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "_FEEDSCRIPT_COMPLETE" in told.stdout


def test_completing_a_command_imports_none() -> None:
    script = (
        "import atexit, sys; from feedscript.entrypoints.cli import main;"
        " unwanted = {'duckdb', 'flask', 'environs', 'rich', 'feedscript.entrypoints.cli.jobs'};"
        " atexit.register(lambda: print(sys.modules.keys() & unwanted)); main(prog_name='feedscript')"
    )
    environment = {
        **os.environ,
        "_FEEDSCRIPT_COMPLETE": "bash_complete",
        "COMP_WORDS": "feedscript ",
        "COMP_CWORD": "1",
    }
    told = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    *offered, imported = told.stdout.splitlines()
    assert "plain,jobs" in offered
    assert imported == "set()"
