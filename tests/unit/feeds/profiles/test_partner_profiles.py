"""Every profile: the sample products become its feed, which is valid under it and reads back; defects are found."""

import gzip
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from feedscript.feeds import Limits, load_profile, profile_ids, validate
from feedscript.feeds.engine.connection import connect
from feedscript.feeds.profiles.as_written import as_written
from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.profiles.model import Profile, Type
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staging import stage
from feedscript.feeds.rules.catalogue import catalogue
from feedscript.feeds.scanning.source_table import source_table
from tests.unit.feeds.products import generate_all, write_csv
from tests.unit.feeds.profiles.canonical_products import AS_OF, PRODUCTS, SHOP, write_export
from tests.unit.feeds.profiles.planting import Defect, planted

PROFILES = profile_ids()
Item = dict[str, str | None]
MakeFeed = Callable[[str], Path]


@pytest.fixture(scope="module")
def feed_of(tmp_path_factory: pytest.TempPathFactory) -> MakeFeed:
    """Makes the sample products a partner's feed, once."""

    @cache
    def made(profile: str) -> Path:
        folder = tmp_path_factory.mktemp(profile)
        target = load_profile(profile)
        feed = folder / f"feed{target.files[0].endings[0]}"
        generate_all(write_export(folder / "export.csv", target), feed, profile=profile, names=SHOP)
        return feed

    return made


def items_of(feed: Path, profile: Profile) -> list[Item]:
    """The items as the validator reads them, by attribute."""
    with tempfile.TemporaryDirectory() as folder:
        limits, workdir = Limits(), Path(folder)
        staged = stage(
            feed,
            uri=str(feed),
            workdir=workdir,
            limits=limits,
            shapes=profile.shapes,
            options=as_written(profile, feed.name, SourceOptions()),
        )
        header = read_header(profile, staged.columns)
        columns = ", ".join(f"c{places[0]}" for places in header.columns.values())
        with connect(limits, workdir) as connection:
            rows = connection.execute(f"SELECT {columns} FROM {source_table(staged, limits)}").fetchall()
    return [dict(zip(header.columns, row, strict=True)) for row in rows]


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
    items = items_of(feed_of(profile), target)
    for attribute in target.attributes:
        if attribute.required:
            gone = {attribute.name, *attribute.alternatives}
            rows = [
                {
                    target.attribute(name).title: value or ""
                    for name, value in item.items()
                    if name not in gone
                }
                for item in items
            ]
            report = validate(write_csv(tmp_path / "feed.csv", rows), profile=profile, as_of=AS_OF)
            assert f"{profile}.{attribute.name}.missing_required_column" in {
                each.rule.id for each in report.issues
            }
