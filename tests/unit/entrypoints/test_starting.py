"""What `feedscript init` writes can be used as it is, and replaces nothing."""

import re
import stat
from contextlib import chdir
from dataclasses import fields
from pathlib import Path

import pytest
from dotenv import dotenv_values

from feedscript.entrypoints.settings import Settings
from feedscript.entrypoints.starting import STARTER, begin, unit
from feedscript.feeds import generate, load_config
from tests.integration.live_server import ROOT
from tests.unit.entrypoints.cli.shell import run
from tests.unit.entrypoints.test_checking import check

FILES = [".env", "config/merchants/example.yaml", "config/partners/example.yaml", "feedscript.service"]


def test_what_is_written_is_whole_and_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    with chdir(tmp_path):
        ended = run("init")
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.splitlines() == [f"{name}: written" for name in FILES]
    assert dotenv_values(tmp_path / ".env") == {}
    named = set(re.findall(r"^#([A-Z][A-Z0-9_]*)=", (tmp_path / ".env").read_text(), re.MULTILINE))
    assert named == {field.name.upper() for field in fields(Settings)}
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert "0 errors, 0 warnings" in check(tmp_path).stdout


def test_the_examples_make_a_feed(tmp_path: Path) -> None:
    list(begin(tmp_path))
    config, _ = load_config(tmp_path / "config", partner_id="example", merchant_id="example")
    assert (config.profile, config.country, config.warnings) == ("google", "DE", ())
    made = generate(
        ROOT / "samples/merchant-export.csv",
        tmp_path / "feed.csv",
        profile=config.profile,
        mapping=config.mapping,
        options=config.source,
    )
    assert made.items_written > 200


@pytest.mark.parametrize("kept", FILES)
def test_nothing_is_written_over(tmp_path: Path, kept: str) -> None:
    (tmp_path / kept).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / kept).write_bytes(b"mine")
    assert {str(path.relative_to(tmp_path)): written for path, written in begin(tmp_path)} == {
        name: name != kept for name in FILES
    }
    assert (tmp_path / kept).read_bytes() == b"mine"
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert not any(written for _, written in begin(tmp_path))
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_a_link_to_nowhere_is_a_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to(tmp_path / "elsewhere")
    list(begin(tmp_path))
    assert not (tmp_path / "elsewhere").exists()


def test_where_nothing_can_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").touch()
    ended = run("init", tmp_path)
    assert ended.exit_code == 3
    assert "config" in ended.stderr
    (tmp_path / "file").touch()
    assert run("init", tmp_path / "file").exit_code == 2


def test_the_unit_is_the_one_that_the_page_shows() -> None:
    (shown,) = re.findall(r"```ini\n(.*?)```", (ROOT / "docs/how-to/deploy.md").read_text(), re.DOTALL)
    assert unit(Path("/srv/feedscript"), "feedscript", "/srv/feedscript/.venv/bin/feedscript") == shown


def test_what_comes_along_is_what_the_repository_has() -> None:
    for name in ("merchant-export.csv", "broken-feed.csv", "trailhead-outfitters.yaml"):
        assert (STARTER / name).samefile(ROOT / "samples" / name)
    assert (STARTER / "env.example").samefile(ROOT / ".env.example")
