"""Whose rules a partner's feeds have: by its file, its name, the merchant's file, and Google's for want of them."""

from pathlib import Path

import pytest

from feedscript.feeds import ConfigError, UnknownPartner, load_config, load_profile
from feedscript.feeds.profiles.partner import find_partner


def test_the_partners_own_word_comes_before_its_name_and_the_merchants(tmp_path: Path) -> None:
    assert find_partner(tmp_path, "meta", own="google", otherwise="meta").profile == "google"
    assert find_partner(tmp_path, "meta", otherwise="google").profile == "meta"
    assert find_partner(tmp_path, "acme", otherwise="meta").profile == "meta"
    assert find_partner(tmp_path, None, otherwise="meta").profile == "meta"
    assert find_partner(tmp_path, None).profile == "google"


def test_who_is_known_is_told_nothing_and_who_is_not_is_told(tmp_path: Path) -> None:
    for known in (
        find_partner(tmp_path, "meta"),
        find_partner(tmp_path, None),
        find_partner(tmp_path, "google"),
    ):
        assert known.warnings == ()
    unknown = find_partner(tmp_path, "Meta")
    assert unknown.profile == "google"
    assert "did you mean meta?" in unknown.warnings[0]


def test_a_folder_without_a_partners_file_is_as_none(tmp_path: Path) -> None:
    (tmp_path / ".gitkeep").touch()
    assert find_partner(tmp_path, "acme").warnings
    (tmp_path / "other.yaml").touch()
    with pytest.raises(UnknownPartner) as told:
        find_partner(tmp_path, "othre")
    assert told.value.near == ("other",)


@pytest.mark.parametrize(
    ("partner", "merchant", "told"),
    [
        (
            "profile: meta@1999-01",
            "{}",
            "partners/p1.yaml:1: profile: the profile meta has no version '1999-01' here",
        ),
        (
            "profile: mtea",
            "{}",
            "partners/p1.yaml:1: profile: there is no profile 'mtea' (did you mean meta?)",
        ),
        ("profile: [meta]", "{}", "partners/p1.yaml:1: profile: Not a valid string."),
        ("validation: {profile: meta@}", "{}", "has no version '' here"),
        ("{profile: meta, validation: {profile: google}}", "{}", "name one profile"),
        ("profile: meta", "profile: gogle", "merchants/m1.yaml:1: profile: there is no profile 'gogle'"),
    ],
)
def test_a_mistaken_profile_is_told_by_file_and_line(
    tmp_path: Path, partner: str, merchant: str, told: str
) -> None:
    for kind, name, text in (("partners", "p1", partner), ("merchants", "m1", merchant)):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / f"{name}.yaml").write_text(text + "\n", "utf-8")
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path, partner_id="p1", merchant_id="m1")
    assert told in str(raised.value)


def test_a_pinned_version_that_is_here_is_taken_wherever_it_is_said(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    version = load_profile("meta").version
    for text in (f"profile: meta@{version}", f"validation: {{profile: meta@{version}}}"):
        own.write_text(text + "\n", "utf-8")
        assert load_config(tmp_path, merchant_file=own)[0].profile == "meta"
