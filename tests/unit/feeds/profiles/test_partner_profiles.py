"""Every profile: the sample products become its feed, which is valid under it and reads back; defects are found."""

import gzip
import json
from collections import defaultdict
from pathlib import Path

import pytest

from feedscript.feeds import generate, load_profile, profile_ids, validate
from feedscript.feeds.generation import Standard
from feedscript.feeds.profiles.model import Profile, Type
from feedscript.feeds.rules.catalogue import catalogue
from tests.unit.feeds.products import write_csv
from tests.unit.feeds.profiles.canonical_products import AS_OF, PRODUCTS, SHOP, canonical_rows
from tests.unit.feeds.profiles.conftest import MakeFeed
from tests.unit.feeds.profiles.items_read import Item, items_of
from tests.unit.feeds.profiles.planting import Defect, planted

PROFILES = profile_ids()


@pytest.mark.parametrize("profile", PROFILES)
def test_the_sample_products_become_a_feed_that_is_valid(profile: str, feed_of: MakeFeed) -> None:
    report = validate(feed_of(profile), profile=profile, as_of=AS_OF)
    told = {
        issue.rule.id: [each.value for each in issue.samples]
        for issue in report.issues
        if issue.severity == "error"
    }
    assert told == {}
    assert [issue.samples for issue in report.issues if issue.rule.code == "unknown_column"] == []
    assert report.items_total == len(PRODUCTS)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_feed_reads_back_as_the_same_products(profile: str, feed_of: MakeFeed) -> None:
    target = load_profile(profile)
    items = items_of(feed_of(profile), target)
    assert len(items) == len(PRODUCTS)
    item = target.attribute(target.item)
    if item.origin == "id" and item.cell.take is None:
        assert [item[target.item] for item in items] == [
            f"SKU-{number}" for number in range(1, len(PRODUCTS) + 1)
        ]


#: Words of canonical attributes beside Google's own.
WIDER = {"availability": ("discontinued",)}


@pytest.mark.parametrize("profile", PROFILES)
def test_every_word_that_is_written_is_the_partners(profile: str, feed_of: MakeFeed) -> None:
    target, base = load_profile(profile), load_profile("google")
    canonical = {each.name: each for each in base.attributes}
    foreign = {
        attribute.name: strange
        for attribute in target.attributes
        if attribute.type is Type.ENUM
        and (origin := canonical.get(attribute.origin)) is not None
        and (
            strange := {
                {**attribute.cell.words, **attribute.cell.nearest}.get(word, word)
                for word in (*origin.values, *WIDER.get(origin.name, ()))
            }
            - {*attribute.values}
        )
    }
    assert foreign == {}
    for item in items_of(feed_of(profile), target):
        for name, value in item.items():
            attribute = target.attribute(name)
            if attribute.type is Type.ENUM and value is not None:
                assert {*value.split(attribute.cell.separator)} <= {*attribute.values}, name


@pytest.mark.parametrize("profile", PROFILES)
def test_every_error_of_an_item_is_found_where_it_is_planted(
    profile: str, feed_of: MakeFeed, tmp_path: Path
) -> None:
    target = load_profile(profile)
    rules = [
        (rule.attribute, rule.code)
        for rule in catalogue(target)
        if rule.severity == "error" and rule.attribute and rule.code != "missing_required_column"
    ]
    defects = [*planted(target, rules, AS_OF)]
    assert {f"{profile}.{name}.{code}" for name, code in rules} - {each.rule for each in defects} == set()
    by_country: dict[str, list[Defect]] = defaultdict(list)
    for defect in defects:
        by_country[defect.country].append(defect)
    unfound = []
    plain = items_of(feed_of(profile), target)[0]
    for country, some in by_country.items():
        found = found_rules(tmp_path / f"{country}.jsonl", target, country, plain, some)
        unfound += [each for each, told in zip(some, found, strict=True) if each.rule not in told]
    assert [(each.rule, each.way, each.items) for each in unfound] == []


def found_rules(
    path: Path, profile: Profile, country: str, plain: Item, defects: list[Defect]
) -> list[set[str]]:
    """The rules that each defect is found by, of items that are right but for it."""
    owners: list[int] = []
    with path.open("w", encoding="utf-8") as file:
        for place, defect in enumerate(defects):
            for index, changes in enumerate(defect.items):
                item = {**plain, profile.item: f"{plain[profile.item]}{place:04}{index}", **changes}
                written = {
                    profile.attribute(name).title: value for name, value in item.items() if value is not None
                }
                file.write(json.dumps(written) + "\n")
                owners.append(place)
    listing = path.with_suffix(".findings.gz")
    validate(path, profile=profile.id, country=country, as_of=AS_OF, findings=listing)
    found: list[set[str]] = [set() for _ in defects]
    with gzip.open(listing, "rt", encoding="utf-8") as lines:
        for finding in map(json.loads, lines):
            if finding["item"] is not None:
                found[owners[finding["item"] - 1]].add(finding["rule_id"])
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_every_required_column_is_missed(profile: str, feed_of: MakeFeed, tmp_path: Path) -> None:
    target = load_profile(profile)
    required = [attribute for attribute in target.attributes if attribute.required]
    gone = {name for each in required for name in (each.name, *each.alternatives)}
    rows = [
        {target.attribute(name).title: value or "" for name, value in item.items() if name not in gone}
        for item in items_of(feed_of(profile), target)
    ]
    # A feed of required columns alone would have none left to know it by.
    rows = [{**each, "note": "x"} for each in rows]
    report = validate(write_csv(tmp_path / "feed.csv", rows), profile=profile, as_of=AS_OF)
    told = {each.rule.id for each in report.issues if each.rule.code == "missing_required_column"}
    assert told == {f"{profile}.{each.name}.missing_required_column" for each in required}


#: Partners of whose prices nothing is confirmed: what is below nothing is a warning there.
UNSURE = {"cj", "criteo-growth"}


@pytest.mark.parametrize("profile", PROFILES)
def test_no_price_is_below_nothing(profile: str, tmp_path: Path) -> None:
    target = load_profile(profile)
    first = next(canonical_rows(target))
    rows = [
        first | {"id": f"S-{place}", "price": price} for place, price in enumerate(("5.00 USD", "-1.00 USD"))
    ]
    feed = tmp_path / f"feed{target.files[0].endings[0]}"
    standard = Standard(max_rejected_ratio=1.0, as_of=AS_OF)
    generated = generate(
        write_csv(tmp_path / "export.csv", rows), feed, profile=profile, names=SHOP, standard=standard
    )
    assert generated.items_written == (2 if profile in UNSURE else 1)
    report = validate(feed, profile=profile, as_of=AS_OF)
    found = {issue.rule.code for issue in report.issues if issue.rule.attribute == "price"}
    assert ("out_of_range" in found) == (profile in UNSURE)
