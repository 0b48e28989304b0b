"""Merchants and partners say how feeds are validated; what they say wrong is told with file, line and key."""

from pathlib import Path

import pytest

from feedscript.feeds import ConfigError, Policy
from feedscript.feeds.config import load_config


def write(folder: Path, kind: str, name: str, text: str) -> Path:
    path = folder / kind / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_without_files_everything_is_as_usual(tmp_path: Path) -> None:
    config, policy = load_config(tmp_path, partner_id="1", merchant_id="../secrets")
    assert (config.profile, config.country, policy) == ("google", None, Policy())


def test_the_merchant_has_the_last_word_and_rules_add_up(tmp_path: Path) -> None:
    write(
        tmp_path,
        "partners",
        "7",
        "validation:\n  profile: google\n  country: DE\n  fail_on: warning\n  max_error_ratio: 0.1\n"
        "  disabled: [google.brand.missing_required]\n  severities: {google.title.all_caps: error}\n",
    )
    write(
        tmp_path,
        "merchants",
        "acme",
        "mapping: {}\nvalidation:\n  country: AT\n  max_error_ratio: 0.02\n"
        "  disabled: [google.mpn.missing_required]\n  severities: {google.color.too_long: info}\n",
    )
    config, policy = load_config(tmp_path, partner_id="7", merchant_id="acme")
    assert (config.profile, config.country) == ("google", "AT")
    assert (policy.fail_on, policy.max_error_ratio) == ("warning", 0.02)
    assert policy.disabled == {"google.brand.missing_required", "google.mpn.missing_required"}
    assert policy.severities == {"google.title.all_caps": "error", "google.color.too_long": "info"}


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("validation:\n  fail_on: never\n", 2, "validation.fail_on"),
        ("validation:\n  max_error_ratio: 2\n", 2, "validation.max_error_ratio"),
        ("validation:\n  profile: gogle\n", 2, "validation.profile"),
        ("validation:\n  severities:\n    google.x.too_long: info\n", 3, "validation.severities.google.x.too_long"),
        ("validation:\n  disabled:\n    - google.title.too_long\n    - nothing\n", 4, "validation.disabled.1"),
        ("validation:\n  fail-on: error\n", 2, "validation.fail-on"),
    ],
)  # fmt: skip
def test_a_mistake_names_file_line_and_key(tmp_path: Path, text: str, line: int, key: str) -> None:
    path = write(tmp_path, "merchants", "acme", text)
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path, partner_id=None, merchant_id="acme")
    assert (raised.value.path, raised.value.line, raised.value.key) == (path, line, key)
