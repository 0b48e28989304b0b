"""Settings: what counts as this service's own callback, and what scripts inherit."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from feedscript.domain import Phase
from feedscript.entrypoints.settings import Settings

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://localhost:3000/api/callback/feed", True),
        ("http://127.0.0.1:3000/api/callback/feed", True),
        ("http://[::1]:3000/api/callback/feed/", True),
        ("http://localhost:3001/api/callback/feed", False),
        ("http://localhost:3000/api/callback", False),
        ("https://localhost:3000/api/callback/feed", False),
        ("http://example.com:3000/api/callback/feed", False),
        ("http://[", False),
    ],
)
def test_the_own_callback_is_known_by_any_name_of_this_machine(url: str, own: bool) -> None:
    assert Settings().is_own_callback(url) is own


def test_a_public_callback_address_is_the_own_one_too() -> None:
    settings = Settings(callback_url="https://feeds.example.com/api/callback/feed")
    assert settings.is_own_callback("https://feeds.example.com:443/api/callback/feed")
    assert settings.is_own_callback("http://localhost:3000/api/callback/feed")


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://127.0.0.1:80"), ("::1", "http://[::1]:80")],
)
def test_scripts_report_to_an_address_that_can_be_reached(host: str, url: str) -> None:
    assert Settings(host=host, port=80).own_callback_url == f"{url}/api/callback/feed"


def test_only_commands_that_are_set_replace_the_built_in_ones() -> None:
    assert Settings(validate_command=("mine",)).commands == {Phase.VALIDATION: ("mine",)}


def test_the_secret_is_made_once_and_private(tmp_path: Path) -> None:
    settings = Settings(jobs_dir=tmp_path / "jobs")
    secret = settings.secret()
    assert len(secret) == 64
    assert Settings(jobs_dir=tmp_path / "jobs").secret() == secret
    assert (tmp_path / "jobs" / ".secret").stat().st_mode & 0o777 == 0o600


def test_every_setting_is_explained_with_its_default() -> None:
    explained = dict(re.findall(r"^#?([A-Z0-9_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(explained) == {field.name.upper() for field in fields(Settings)}
    for field in fields(Settings):
        given, default = explained[field.name.upper()], field.default
        if isinstance(default, bool):
            assert given == str(default).lower(), field.name
        elif isinstance(default, int | float) and field.name != "max_concurrent_scripts":
            assert (int(given, 8) if field.name == "umask" else float(given)) == default, field.name
        elif isinstance(default, str | Path):
            assert given == str(default), field.name
