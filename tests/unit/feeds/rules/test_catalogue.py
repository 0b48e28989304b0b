"""Every rule has a fixture that fails it and nothing else, one that passes, and an entry in the documentation."""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from feedscript.feeds import Limits, load_profile, profile_ids, validate
from feedscript.feeds.rules.catalogue import as_markdown, catalogue
from feedscript.feeds.rules.codes import codes
from feedscript.feeds.rules.profile_page import as_page
from tests.unit.feeds.products import VALID, write_csv

HERE = Path(__file__).parent
DOCS = HERE.parents[3] / "docs"
AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
GOOGLE = load_profile("google")
#: What the valid product costs elsewhere than in the US.
LOCAL = {"CH": {"price": "79.90 CHF"}, "IN": {"price": "79.90 INR"}, "JP": {"price": "7990 JPY"}}
ITEMS: dict[str, Any] = yaml.safe_load((HERE / "google_items.yaml").read_text("utf-8"))
FILES: dict[str, Any] = yaml.safe_load((HERE / "google_files.yaml").read_text("utf-8"))


def expanded(value: Any) -> Any:
    """A value of a fixture as it stands in a feed."""
    if isinstance(value, list):
        return [expanded(each) for each in value]
    if isinstance(value, dict) and "each" in value:
        return [value["each"]] * value["times"]
    if isinstance(value, dict):
        return value.get("before", "") + value["repeat"] * value["times"] + value.get("after", "")
    return value


def items(changes: Any, number: int, country: str) -> Iterable[dict[str, Any]]:
    for index, each in enumerate(changes if isinstance(changes, list) else [changes]):
        own = {"id": f"{number}-{index}", "link": f"https://shop.example.com/{number}"}
        product = (
            VALID | own | LOCAL.get(country, {}) | {name: expanded(value) for name, value in each.items()}
        )
        yield {name: value for name, value in product.items() if value is not None}


def findings(folder: Path, products: list[Mapping[str, Any]], country: str) -> dict[int, list[str]]:
    """The rules that each product fails, by its ordinal."""
    source = folder / f"{country}.jsonl"
    source.write_text("".join(json.dumps(each) + "\n" for each in products), "utf-8")
    return findings_of(source, folder / f"{country}.findings.gz", country)


def findings_of(source: Path, listing: Path, country: str) -> dict[int, list[str]]:
    """The rules that each item of a feed fails, by its ordinal."""
    validate(source, country=country, as_of=AS_OF, findings=listing)
    found: dict[int, list[str]] = defaultdict(list)
    with gzip.open(listing, "rt", encoding="utf-8") as lines:
        for line in lines:
            finding = json.loads(line)
            found[finding["item"]].append(finding["rule_id"])
    return found


def test_every_rule_has_a_fixture() -> None:
    rules = {rule.id: rule for rule in catalogue(GOOGLE)}
    assert set(ITEMS) | set(FILES) == set(rules)
    assert {rule for rule in rules if rules[rule].scope == "file"} == set(FILES)


def test_every_code_is_one_of_some_rule() -> None:
    found = {rule.code for each in profile_ids() for rule in catalogue(load_profile(each))}
    assert found == set(codes())


def test_every_fixture_of_an_item_fails_its_rule_alone(tmp_path: Path) -> None:
    by_country: dict[str, list[str]] = defaultdict(list)
    for rule, fixture in ITEMS.items():
        by_country[fixture.get("country", "US")].append(rule)
    wrong = {}
    for country, rules in by_country.items():
        products: list[Mapping[str, Any]] = []
        expected: dict[int, tuple[str, list[str]]] = {}
        for number, rule in enumerate(rules):
            for kind in ("fails", "passes"):
                products += items(ITEMS[rule][kind], 2 * number + (kind == "fails"), country)
                failed = [rule, *ITEMS[rule].get("also", ())] if kind == "fails" else []
                expected[len(products)] = (f"{rule} {kind}", failed)
        found = findings(tmp_path, products, country)
        wrong |= {name: found[item] for item, (name, want) in expected.items() if found[item] != want}
        wrong |= {
            f"{country} {item}": rules for item, rules in found.items() if rules and item not in expected
        }
    assert wrong == {}


@pytest.mark.parametrize("rule", FILES)
def test_every_fixture_of_a_file_fails_its_rule(tmp_path: Path, rule: str) -> None:
    fixture = FILES[rule]
    limits = Limits(**fixture.get("limits", {}))
    failing = _file(tmp_path / "failing", fixture["fails"])
    assert rule in {
        issue.rule.id
        for issue in validate(
            failing, as_of=AS_OF, limits=limits, manifest=_manifest(failing, fixture)
        ).issues
    }
    passing = _file(tmp_path / "passing", fixture.get("passes", {"name": "feed.csv", "items": 2}))
    assert validate(passing, as_of=AS_OF, limits=limits).issues == ()


def _file(folder: Path, fixture: Mapping[str, Any]) -> Path:
    folder.mkdir()
    path = folder / fixture["name"]
    if "items" in fixture:
        products = [VALID | {"id": f"SKU-{number}"} for number in range(fixture["items"])]
        write_csv(
            path,
            [{n: v for n, v in each.items() if n not in fixture.get("without", ())} for each in products],
        )
        with path.open("ab") as file:
            file.write(expanded(fixture.get("then", "")).encode("latin-1"))
    elif "hex" in fixture:
        path.write_bytes(bytes.fromhex(fixture["hex"]))
    else:
        path.write_text(fixture["text"], "utf-8")
    return path


def _manifest(feed: Path, fixture: Mapping[str, Any]) -> Path | None:
    """The manifest of a feed that was generated with losses."""
    if "manifest" not in (wanted := fixture["fails"]):
        return None
    account = {
        "records_seen": 5,
        "records_lost": wanted["manifest"],
        "lost": [{"line": 3, "cause": "A1,Mug"}],
    }
    manifest = {
        "sha256": hashlib.sha256(feed.read_bytes()).hexdigest(),
        "source": {"uri": "export.csv"},
        "account": account,
    }
    path = feed.with_name("manifest.json")
    path.write_text(json.dumps(manifest), "utf-8")
    return path


def test_every_rule_says_what_to_do_and_where_it_is_written() -> None:
    for rule in catalogue(GOOGLE):
        assert rule.message.endswith("."), rule.id
        assert rule.remedy.endswith("."), rule.id
        assert "None" not in rule.message + rule.remedy, rule.id
        assert rule.doc_url.startswith("https://"), rule.id


def test_the_documentation_is_up_to_date() -> None:
    assert (DOCS / "rules.md").read_text("utf-8") == as_markdown(GOOGLE), (
        "run: feedscript rules --format markdown > docs/rules.md"
    )


@pytest.mark.parametrize("profile", profile_ids())
def test_the_page_of_each_profile_is_up_to_date(profile: str) -> None:
    assert (DOCS / "profiles" / f"{profile}.md").read_text("utf-8") == as_page(load_profile(profile)), (
        f"run: feedscript rules --profile {profile} --format profile > docs/profiles/{profile}.md"
    )
