"""A command that looks into the service's folders makes none where there are none."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from feedscript.entrypoints.cli import main

#: Of the settings.
COMMANDS = (
    "jobs list",
    "jobs show x",
    "jobs logs x",
    "jobs retry x",
    "jobs cancel x",
    "jobs archive --before 2020-01-01",
    "audit list",
    "audit verify",
    "webhooks list",
    "webhooks replay --all",
    "keys list",
    "keys revoke x",
    "keys rotate x",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_folder_is_named_and_nothing_is_made(command: str, tmp_path: Path) -> None:
    places = {
        name: str(tmp_path / "not-here" / name)
        for name in ("JOBS_DIR", "ACTIVITIES_DIR", "RUNS_DIR", "LOGS_DIR")
    }
    ended = CliRunner(env=places).invoke(main, command.split())
    assert ended.exit_code == 2
    (line,) = ended.stderr.splitlines()
    asked = "ACTIVITIES_DIR" if command.startswith("audit") else "JOBS_DIR"
    assert places[asked] in line
    assert f"set {asked}" in line
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command", ["generate in.csv out.csv", "mapping check here/a.yaml in.csv", "mapping suggest in.csv"]
)
def test_a_wrong_folder_of_configuration_is_named(command: str, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here/a.yaml").touch()
    words = command.replace("here", str(tmp_path / "here")).split()
    for named in (
        {"args": [*words, "--config", "not-here"]},
        {"args": words, "env": {"CONFIG_DIR": "not-here"}},
    ):
        ended = CliRunner().invoke(main, **named)
        assert ended.exit_code == 2
        assert "there is no folder not-here" in ended.stderr
