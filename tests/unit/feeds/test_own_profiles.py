"""A file of the configuration names a profile of one's own; what is wrong with either is told where it stands."""

from pathlib import Path

import pytest

from feedscript.feeds import ConfigError, FeedConfig, Policy
from feedscript.feeds.config import load_config
from feedscript.feeds.engine.errors import Mistake
from tests.integration.live_server import ROOT
from tests.unit.feeds.test_config import write

OWN = (ROOT / "examples/own_partner.yaml").read_text()
NAMED = "profile: ../profiles/shop.yaml"


def own(folder: Path, text: str = OWN, name: str = "shop") -> Path:
    return write(folder, "profiles", name, text)


def partners(folder: Path, text: str = NAMED, merchant: str = "{}") -> tuple[FeedConfig, Policy]:
    write(folder, "partners", "p", text)
    write(folder, "merchants", "m", merchant)
    return load_config(folder, partner_id="p", merchant_id="m")


def mistakes(folder: Path, text: str = NAMED, merchant: str = "{}") -> tuple[Mistake, ...]:
    with pytest.raises(ConfigError) as raised:
        partners(folder, text, merchant)
    return raised.value.mistakes


@pytest.mark.parametrize("text", [NAMED, f"{NAMED}@2026-11", "validation: {profile: ../profiles/shop.yaml}"])
def test_it_is_named_relative_to_the_file_and_may_be_pinned(tmp_path: Path, text: str) -> None:
    path = own(tmp_path)
    assert partners(tmp_path, text)[0].profile == str(path)


def test_a_merchants_file_names_one_for_partners_that_say_nothing(tmp_path: Path) -> None:
    path = own(tmp_path)
    assert partners(tmp_path, "{}", NAMED)[0].profile == str(path)
    assert partners(tmp_path, "profile: meta", NAMED)[0].profile == "meta"


def test_a_merchants_file_that_lies_elsewhere_has_it_beside_itself(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("profile: shop.yaml")
    (tmp_path / "shop.yaml").write_text(OWN)
    config, _ = load_config(tmp_path / "config", merchant_file=tmp_path / "m.yaml")
    assert config.profile == str(tmp_path / "shop.yaml")


@pytest.mark.parametrize(
    ("named", "cause"),
    [
        ("../profiles/shpo.yaml", "did you mean ../profiles/shop.yaml"),
        ("../profiles/shop.yaml@1999-01", "has no version '1999-01' here; known are 2026-11"),
        ("../profiles/shop.yaml@", "has no version '' here"),
        ("../../outside.yaml", "lies outside the folder config"),
        ("../profiles/link.yaml", "lies outside the folder config"),
        ("/profiles/shop.yaml", "relative to this file"),
        ("../profiles/folder.yaml", "there is no profile"),
        ("../profiles/shop", "there is no profile"),
    ],
)
def test_what_cannot_be_taken_is_told_where_it_is_named(tmp_path: Path, named: str, cause: str) -> None:
    folder = tmp_path / "config"
    (folder / "profiles/folder.yaml").mkdir(parents=True)
    own(folder)
    (tmp_path / "outside.yaml").write_text(OWN)
    (folder / "profiles/link.yaml").symlink_to(tmp_path / "outside.yaml")
    (mistake,) = mistakes(folder, f"validation: {{country: DE}}\nprofile: {named}\n")
    assert (mistake.path, mistake.line, mistake.key) == (folder / "partners/p.yaml", 2, "profile")
    assert cause in mistake.cause


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles/shop.yaml").symlink_to(own(tmp_path, name="real"))
    assert partners(tmp_path)[0].profile == str(tmp_path / "profiles/shop.yaml")


def test_mistakes_of_the_profile_are_told_with_those_of_the_files_that_name_it(tmp_path: Path) -> None:
    path = own(tmp_path, OWN.replace("unique:", "uniqe:").replace("type: gtin", "type: gtim"))
    found = mistakes(tmp_path, f"{NAMED}\nvalidation: {{fail_on: never}}\n", f"{NAMED}\nsorce: {{}}\n")
    assert [(each.path.parent.name, each.line, each.key) for each in found] == [
        ("partners", 2, "validation.fail_on"),
        ("profiles", 11, "attributes.0.uniqe"),
        ("profiles", 18, "attributes.6.type"),
        ("merchants", 2, "sorce"),
    ]
    assert found[1].path == path
    assert found[2].near == ("gtin",)


def test_it_extends_shipped_profiles_alone(tmp_path: Path) -> None:
    own(tmp_path, OWN.replace("extends: google", "extends: shop.yaml"))
    (mistake,) = mistakes(tmp_path)
    assert (mistake.path.name, mistake.line, mistake.key) == ("shop.yaml", 4, "extends")


def test_its_rules_may_be_named_whoever_it_is_for(tmp_path: Path) -> None:
    own(tmp_path)
    said = "validation: {severities: {my-network.sku.too_long: info}, disabled: [my-network.ean.bad_check_digit]}"
    _, policy = partners(tmp_path, f"{NAMED}\n{said}", said)
    assert policy.severities == {"my-network.sku.too_long": "info"}
    assert load_config(tmp_path, partner_id="meta", merchant_id="m")[1] == policy
    (mistake,) = mistakes(tmp_path, f"{NAMED}\n{said.replace('too_long', 'to_long')}")
    assert (mistake.line, mistake.key) == (2, "validation.severities.my-network.sku.to_long")
    assert "my-network.sku.too_long" in mistake.near


ALONE = OWN.replace("history:", "  - {name: shelf, max_length: 9}\nhistory:")


def test_an_attribute_that_it_alone_knows_is_left_out_of_other_partners_feeds(tmp_path: Path) -> None:
    own(tmp_path, ALONE)
    said = "mapping: {attributes: {shelf: {column: Shelf}, title: {column: Title}}}"
    config, _ = partners(tmp_path, NAMED, said)
    assert config.mapping is not None
    assert set(config.mapping.attributes) == {"shelf", "title"}
    config, _ = load_config(tmp_path, partner_id="meta", merchant_id="m")
    assert config.mapping is not None
    assert set(config.mapping.attributes) == {"title"}
    (mistake,) = mistakes(tmp_path, NAMED, said.replace("shelf:", "shlef:"))
    assert "profile my-network has no attribute 'shlef' (did you mean shelf?)" in mistake.cause


def test_a_profile_that_cannot_be_read_is_no_mistake_of_other_partners(tmp_path: Path) -> None:
    path = own(tmp_path, ALONE)
    partners(tmp_path, NAMED, "mapping: {attributes: {shelf: {column: Shelf}}}")
    path.unlink()
    config, _ = load_config(tmp_path, partner_id="meta", merchant_id="m")
    assert config.profile == "meta"
