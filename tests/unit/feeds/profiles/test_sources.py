"""How sure the source of a rule is: what nobody confirms only warns, and every rule tells its source."""

from pathlib import Path

import pytest

from feedscript.feeds import load_profile, profile_ids, read_profile, validate
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.rules.catalogue import catalogue
from feedscript.feeds.rules.rule import Rule
from tests.unit.feeds.products import product, write_csv

HEAD = """\
id: shop
version: "1"
title: A shop
doc: https://shop.example.com/feeds
item: id
extends: google
"""


def profile_of(folder: Path, text: str) -> Profile:
    path = folder / "shop.yaml"
    path.write_text(HEAD + text, "utf-8")
    return read_profile(path)


def rules_of(profile: Profile, attribute: str) -> dict[str, Rule]:
    return {rule.code: rule for rule in catalogue(profile) if rule.attribute == attribute}


def grades(profile: Profile, attribute: str) -> dict[str, tuple[str, str]]:
    """Severity and mark by code."""
    return {code: (rule.severity, rule.mark) for code, rule in rules_of(profile, attribute).items()}


@pytest.mark.parametrize("profile", profile_ids())
def test_no_error_comes_of_an_unconfirmed_source(profile: str) -> None:
    errors = [
        rule.id
        for rule in catalogue(load_profile(profile))
        if rule.severity == "error" and rule.mark == "unconfirmed"
    ]
    assert errors == []


def test_marks_grade_single_codes(tmp_path: Path) -> None:
    attribute = (
        "{name: brand, max_length: 9, required: true, mark: third_party, marks: {too_long: unconfirmed}}"
    )
    found = grades(profile_of(tmp_path, f"attributes: [id, {attribute}]\n"), "brand")
    assert found["too_long"] == ("warning", "unconfirmed")
    assert found["missing_required"] == ("error", "third_party")
    assert found["missing_required_column"] == ("error", "third_party")


def test_what_google_alone_says_is_not_confirmed_for_another(tmp_path: Path) -> None:
    found = grades(profile_of(tmp_path, "attributes: [id, link, {name: title, max_length: 60}]\n"), "title")
    assert found["too_long"] == ("error", "vendor")
    assert found["missing_required"] == ("warning", "unconfirmed")
    link = grades(profile_of(tmp_path, "attributes: [id, link]\n"), "link")
    # That an address is one is no rule of Google's.
    assert link["invalid_format"] == ("error", "vendor")
    assert link["too_long"] == ("warning", "unconfirmed")


def test_a_profile_says_how_sure_what_it_inherits_is(tmp_path: Path) -> None:
    found = grades(profile_of(tmp_path, "inherited: copy\nattributes: [id, price]\n"), "price")
    assert found["missing_required"] == ("error", "copy")
    assert found["invalid_format"] == ("error", "vendor")


def test_a_warning_of_an_unconfirmed_rule_lets_the_feed_pass(tmp_path: Path) -> None:
    feed = write_csv(
        tmp_path / "feed.csv", [product(availability="sold", condition="", product_type="Shoes")]
    )
    report = validate(feed, profile="criteo-growth")
    assert {each.rule.id: each.severity for each in report.issues}[
        "criteo-growth.availability.invalid_enum"
    ] == "warning"
    assert report.items_with_errors == 0
