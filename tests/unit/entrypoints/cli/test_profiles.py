"""`feedscript profiles`: which partners there are, and what each takes."""

import json

import pytest

from feedscript.feeds import load_profile, profile_ids
from feedscript.feeds.rules.catalogue import catalogue
from tests.unit.entrypoints.cli.shell import run


def test_every_profile_is_listed_with_its_version() -> None:
    told = run("profiles").output.splitlines()
    assert [line.split()[:2] for line in told] == [
        [name, load_profile(name).version] for name in profile_ids()
    ]
    listed = json.loads(run("profiles", "--format", "json").output)
    assert [each["id"] for each in listed] == list(profile_ids())


@pytest.mark.parametrize("name", profile_ids())
def test_a_profile_tells_its_columns_in_order_and_how_sure_each_rule_is(name: str) -> None:
    profile = load_profile(name)
    lines = run("profiles", name).output.splitlines()
    assert lines[0].startswith(f"{profile.id} {profile.version}: ")
    at = lines.index(f"Columns, in this order ({len(profile.attributes)}):")
    shown = lines[at + 1 : at + 1 + len(profile.attributes)]
    for line, attribute in zip(shown, profile.attributes, strict=True):
        assert line.startswith(f"  {attribute.title} ")
    rules = {line.split()[0]: line for line in lines if line.startswith(f"  {name}.")}
    for rule in catalogue(profile):
        if rule.attribute:
            assert rule.severity in rules[rule.id]
            assert rule.doc_url in rules[rule.id]
            assert ("unconfirmed" in rules[rule.id].replace(rule.id, "")) is (rule.mark == "unconfirmed")


def test_a_program_reads_the_same() -> None:
    profile = load_profile("tiktok")
    document = json.loads(run("profiles", "tiktok", "--format", "json").output)
    assert [each["title"] for each in document["columns"]] == [each.title for each in profile.attributes]
    marks = {rule["rule_id"]: rule["mark"] for rule in document["rules"]}
    assert marks == {rule.id: rule.mark if rule.attribute else None for rule in catalogue(profile)}


def test_a_profile_that_is_not_there_exits_with_two() -> None:
    assert run("profiles", "mtea").exit_code == 2
