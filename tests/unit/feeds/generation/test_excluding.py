"""Items that the partner would reject are left out, counted and listed, and then none has an error."""

import csv
import gzip
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedscript.feeds import Policy, profile_ids, validate
from feedscript.feeds.generation import Generated, Rejects, Standard, TooManyRejected, generate
from feedscript.feeds.profiles import load_profile
from feedscript.feeds.profiles.model import Severity
from feedscript.feeds.rules.catalogue import catalogue
from feedscript.testing.profile.products import AS_OF, PRODUCTS, SHOP, canonical_rows
from tests.feeds_writing import TEXT_WRITERS
from tests.sweeps import sweep
from tests.unit.feeds.products import product, write_csv

#: Rules that are warnings by themselves, one of them found only when all items have been read.
RAISED = ("all_caps", "unknown_category")
#: Values that are right, wrong, or wrong only beside others.
VALUES = {
    "id": ["A", "B", "C", " A ", "", "x" * 60],
    "title": ["Mug", "MUG RED LARGE", "", "Mug\nor cup", 'Mug, "large"', "Free shipping mug"],
    "price": ["9.90 USD", "9,90 USD", "abc", "", "0.00 USD", "1,299 USD"],
    "sale_price": ["", "8.00 USD", "12.00 USD", "8.00 EUR"],
    "availability": ["in_stock", "preorder", "sold", ""],
    "gtin": ["4006381333931", "4006381333930", "", "4006381333931,4006381333930"],
    "brand": ["Acme", "", "n/a"],
    "item_group_id": ["", "G", "H"],
    "google_product_category": ["", "Apparel & Accessories > Shoes", "No such thing", "1604"],
    "link": ["https://shop.example.com/1", "shop.example.com", "https://shop.example.com/a b"],
    "shipping": ["", "US:::5.00 USD", "US:::five", "US:::5.00 USD,DE:::4.00 EUR"],
    "product_highlight": ["", "Light", "Light,Warm", "x" * 200 + ",Warm"],
    "age_group": ["", "adult", "elderly"],
    "expiration_date": ["", "2026-12-01T00:00Z", "2020-01-01T00:00Z", "soon"],
}
ITEMS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(each) for name, each in VALUES.items()}), max_size=60
)
#: What is changed in items that are right: so few values that many of them stay right.
CHANGED = st.lists(
    st.lists(st.sampled_from([(name, each) for name in VALUES for each in VALUES[name]]), max_size=3).map(
        dict
    ),
    min_size=40,
    max_size=80,
    unique_by=lambda changes: tuple(sorted(changes.items())),
)
FEW = settings(
    max_examples=sweep(short=2, long=40), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def source_of(folder: Path, *items: dict[str, str]) -> Path:
    return write_csv(folder / "export.csv", items)


def standard(**wishes: Any) -> Standard:
    return Standard(**{"as_of": AS_OF, "max_rejected_ratio": 1.0, **wishes})


def listed(feed: Path) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    with gzip.open(feed.with_name(feed.name + ".rejects.jsonl.gz"), "rt", encoding="utf-8") as file:
        findings = [json.loads(line) for line in file]
    with gzip.open(feed.with_name(feed.name + ".rejects.csv.gz"), "rt", encoding="utf-8", newline="") as file:
        return findings, list(csv.DictReader(file))


def ids(feed: Path) -> list[str]:
    with feed.open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("profile", profile_ids())
@settings(FEW, max_examples=sweep(short=1, long=10))
@given(items=CHANGED, regraded=st.booleans())
def test_what_is_generated_has_no_error(profile: str, items: list[dict[str, str]], regraded: bool) -> None:
    """Whatever the products and the partner: generated, then validated, nothing is an error."""
    target = load_profile(profile)
    severities: dict[str, Severity] = {rule.id: "error" for rule in catalogue(target) if rule.code in RAISED}
    policy = Policy(severities=severities) if regraded else Policy()
    with TemporaryDirectory() as folder:
        feed = Path(folder) / f"feed{target.files[0].endings[0]}"
        good = [*canonical_rows(target)]
        source = source_of(Path(folder), *good, *({**good[0], **item} for item in items))
        generated = generate(source, feed, profile=profile, standard=standard(policy=policy), names=SHOP)
        report = validate(feed, profile=profile, as_of=AS_OF, policy=policy)
        assert not [(each.rule.id, each.samples) for each in report.issues if each.severity == "error"]
        assert report.items_total == generated.items_written > len(PRODUCTS)


VALID = {name: product()[name] for name in ("description", "image_link")}


@FEW
@given(items=ITEMS)
def test_only_items_with_errors_are_left_out(items: list[dict[str, str]]) -> None:
    """Where nothing is excluded validation finds errors in exactly those items, or in their doubles."""
    with TemporaryDirectory() as folder:
        feed, whole = Path(folder) / "feed.csv", Path(folder) / "whole.csv"
        source = source_of(Path(folder), product(1), *({**VALID, **item} for item in items))
        rejects = generate(source, feed, standard=standard()).rejects
        generate(source, whole, standard=standard(exclude=False))
        report = validate(whole, as_of=AS_OF)
        assert rejects is not None
        crossing = {"google.id.duplicate_id"}
        totals = {each.rule.id: each.total for each in report.issues if each.severity == "error"}
        alone = {rule: total for rule, total in rejects.by_rule.items() if rule not in crossing}
        assert alone == {rule: total for rule, total in totals.items() if rule not in crossing}
        assert rejects.total <= report.items_with_errors


def test_each_reject_is_listed_with_all_that_is_wrong(tmp_path: Path) -> None:
    bad = product(2, price="abc", title="MUG RED LARGE")
    feed = tmp_path / "feed.csv"
    generated = generate(source_of(tmp_path, product(1), bad, product(3)), feed, standard=standard())
    assert generated.rejects == Rejects(1, 3, {"google.price.invalid_format": 1})
    assert (generated.items_written, ids(feed)) == (2, ["SKU-1", "SKU-3"])
    assert "1 with errors left out (google.price.invalid_format x1)" in generated.headline()
    findings, rows = listed(feed)
    assert [(each["rule_id"], each["severity"]) for each in findings] == [
        ("google.title.all_caps", "warning"),
        ("google.price.invalid_format", "error"),
    ]
    assert findings[1] == {
        "item_id": "SKU-2",
        "item": 2,
        "line": 3,
        "rule_id": "google.price.invalid_format",
        "severity": "error",
        "attribute": "price",
        "value": "abc",
        "message": findings[1]["message"],
    }
    assert rows == [{"id": "SKU-2", "line": "3", "rule": "google.price.invalid_format", "value": "abc"}]


@pytest.mark.parametrize("form", ["jsonl", "xml", "csv"])
def test_the_line_is_that_of_the_source(form: str, tmp_path: Path) -> None:
    text = "For wet\nground."
    items = [product(1, description=text), product(2, price="abc", description=text), product(4, price="x")]
    source = tmp_path / f"export.{form}"
    source.write_text(TEXT_WRITERS[form](items), "utf-8")
    generate(source, tmp_path / "feed.csv", standard=standard())
    written = source.read_text("utf-8").split("\n")
    _, rows = listed(tmp_path / "feed.csv")
    assert [row["id"] for row in rows] == ["SKU-2", "SKU-4"]
    for row in rows:
        assert row["id"] in written[int(row["line"]) - 1]


@pytest.mark.parametrize(
    ("first", "kept"),
    [
        pytest.param({}, ["SKU-1"], id="the later goes"),
        pytest.param({"price": "abc"}, ["SKU-1"], id="but stays where the first has errors itself"),
    ],
)
def test_of_two_items_with_one_id(first: dict[str, str], kept: list[str], tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    source = source_of(tmp_path, product(1, title="First", **first), product(1, title="Second"))
    generate(source, feed, standard=standard())
    assert ids(feed) == kept
    assert ("Second" in feed.read_text("utf-8")) == bool(first)


def test_more_than_the_share_that_may_be_rejected_fails(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("yesterday's", "utf-8")
    items = [product(number, **({"price": "abc"} if number < 3 else {})) for number in range(10)]
    with pytest.raises(
        TooManyRejected,
        match=r"3 of 10 items .*google\.price\.invalid_format x3.*more than 0.1.*/feed\.csv\.rejects\.csv\.gz",
    ) as told:
        generate(source_of(tmp_path, *items), feed, standard=Standard(as_of=AS_OF))
    assert told.value.rejects.by_rule == {"google.price.invalid_format": 3}
    assert feed.read_text("utf-8") == "yesterday's"
    findings, rows = listed(feed)
    assert [(each["item_id"], each["line"]) for each in findings] == [
        ("SKU-0", 2),
        ("SKU-1", 3),
        ("SKU-2", 4),
    ]
    assert [row["value"] for row in rows] == ["abc"] * 3
    assert told.value.files == ("feed.csv.rejects.jsonl.gz", "feed.csv.rejects.csv.gz")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "export.csv",
        "feed.csv",
        *sorted(told.value.files),
    ]


def test_a_feed_of_which_nothing_is_left_fails_whatever_may_be_rejected(tmp_path: Path) -> None:
    source = source_of(tmp_path, product(1, price="x"), product(2, price="x"))
    with pytest.raises(TooManyRejected, match=r"2 of 2 items .* none is left"):
        generate(source, tmp_path / "feed.csv", standard=standard())


def excluded(folder: Path, policy: Policy) -> Generated:
    items = [product(1), product(2, price="abc"), product(3, title="MUG RED LARGE")]
    return generate(source_of(folder, *items), folder / "feed.csv", standard=standard(policy=policy))


def test_a_rule_that_is_switched_off_excludes_nothing(tmp_path: Path) -> None:
    assert excluded(tmp_path, Policy(disabled=frozenset({"google.price.invalid_format"}))).items_written == 3


def test_ids_used_twice_stay_where_their_rule_is_switched_off(tmp_path: Path) -> None:
    feed, policy = tmp_path / "feed.csv", Policy(disabled=frozenset({"google.id.duplicate_id"}))
    generate(source_of(tmp_path, product(1), product(1)), feed, standard=standard(policy=policy))
    assert ids(feed) == ["SKU-1", "SKU-1"]


def test_a_rule_that_is_graded_down_excludes_nothing(tmp_path: Path) -> None:
    assert (
        excluded(tmp_path, Policy(severities={"google.price.invalid_format": "warning"})).items_written == 3
    )


def test_a_rule_that_is_graded_up_excludes(tmp_path: Path) -> None:
    rejects = excluded(tmp_path, Policy(severities={"google.title.all_caps": "error"})).rejects
    assert rejects is not None
    assert rejects.by_rule == {"google.price.invalid_format": 1, "google.title.all_caps": 1}


def test_without_excluding_all_items_are_passed_on(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    generated = generate(
        source_of(tmp_path, product(1), product(2, price="abc")), feed, standard=Standard(exclude=False)
    )
    assert (generated.rejects, ids(feed)) == (None, ["SKU-1", "SKU-2"])
    assert not (tmp_path / "feed.csv.rejects.csv.gz").exists()


def test_many_rejects_keep_the_order_of_the_others(tmp_path: Path) -> None:
    items = [product(number, **({"price": "abc"} if number % 3 == 0 else {})) for number in range(9_000)]
    feed = tmp_path / "feed.csv"
    generate(source_of(tmp_path, *items), feed, standard=standard())
    assert ids(feed) == [f"SKU-{number}" for number in range(9_000) if number % 3]
    findings, _ = listed(feed)
    assert [each["line"] for each in findings] == [number + 2 for number in range(0, 9_000, 3)]
