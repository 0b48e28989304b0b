import os
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from feedscript.feeds import Policy, Report, SourceUnavailable, UnknownProfile, load_profile, validate
from feedscript.feeds.reports import render_html, render_text
from feedscript.feeds.rules.catalogue import catalogue
from tests.unit.feeds.products import product, write_csv

AS_OF = datetime(2026, 8, 1, tzinfo=UTC)


def found(report: Report) -> dict[str, int]:
    return {issue.rule.id: issue.total for issue in report.issues}


def check(folder: Path, *products: Mapping[str, str], policy: Policy | None = None) -> Report:
    return validate(write_csv(folder / "feed.csv", products), as_of=AS_OF, policy=policy)


def test_a_valid_feed_passes_without_a_finding(tmp_path: Path) -> None:
    report = check(tmp_path, product(1), product(2))
    assert (report.status, report.valid, found(report)) == ("passed", True, {})
    assert report.headline() == "2 items, no errors"


def test_tabs_part_columns_as_well_as_commas(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "feed.txt", [product(1, price="cheap")], delimiter="\t")
    report = validate(path, as_of=AS_OF)
    assert report.source.format == "tsv"
    assert found(report) == {"google.price.invalid_format": 1}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"title": ""}, "google.title.missing_required"),
        ({"title": "   "}, "google.title.missing_required"),
        ({"title": "ä" * 151}, "google.title.too_long"),
        ({"availability": "soon"}, "google.availability.invalid_enum"),
        ({"price": "79,90 USD"}, "google.price.invalid_format"),
        ({"price": "79.90"}, "google.price.invalid_format"),
        ({"price": "0 USD"}, "google.price.out_of_range"),
        ({"link": "shop.example.com/shoe"}, "google.link.invalid_format"),
        ({"link": "https://shop.example.com/a shoe"}, "google.link.invalid_format"),
        ({"link": "https:///shop.example.com/shoe"}, "google.link.invalid_format"),
        ({"link": "httpsx://shop.example.com/shoe"}, "google.link.invalid_format"),
        ({"link": "https://localhost/shoe.html"}, "google.link.invalid_format"),
        ({"gtin": "4006381333932"}, "google.gtin.bad_check_digit"),
        ({"gtin": "0000000000000"}, "google.gtin.bad_check_digit"),
        ({"gtin": "40063813339"}, "google.gtin.invalid_format"),
        ({"gtin": "2012345678903"}, "google.gtin.restricted_prefix"),
        ({"gtin": "9900000000004"}, "google.gtin.coupon_prefix"),
        ({"sale_price": "79.90 USD"}, "google.sale_price.sale_not_below_price"),
        ({"sale_price": "69.90 EUR"}, "google.sale_price.currency_mismatch"),
    ],
)
def test_a_planted_defect_is_the_one_finding(tmp_path: Path, changes: dict[str, str], rule: str) -> None:
    report = check(tmp_path, product(1), product(2, **changes), product(3))
    assert found(report) == {rule: 1}
    assert [(sample.item, sample.line, sample.item_id) for sample in report.issues[0].samples] == [
        (2, 3, "SKU-2")
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "ä" * 150},
        {"availability": "In Stock"},
        {"price": "1500 USD", "sale_price": "1000.00 USD"},
        {"gtin": "400638 133393-1"},
        {"gtin": "96385074"},
        {"gtin": "0-306-40615-2"},
        {"title": " Trail running shoe "},
    ],
)
def test_what_the_partner_takes_is_no_finding(tmp_path: Path, changes: dict[str, str]) -> None:
    assert found(check(tmp_path, product(1, **changes))) == {}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        pytest.param({"gtin": "7.8E+11"}, "gtin.destroyed_digits", id="4.11-point"),
        pytest.param({"gtin": "3,23457E+12"}, "gtin.destroyed_digits", id="4.11-comma"),
        pytest.param({"gtin": "4E+12"}, "gtin.destroyed_digits", id="4.11-one-digit"),
        pytest.param({"gtin": "4.00638e12"}, "gtin.destroyed_digits", id="4.11-small-letter"),
        pytest.param({"gtin": "75427203"}, "gtin.bad_check_digit", id="6.17-ean-8"),
        pytest.param(
            {"link": "https://a.example/1,https://a.example/2"}, "link.too_many_values", id="4.4-comma"
        ),
        pytest.param(
            {"link": "https://a.example/1 https://a.example/2"}, "link.too_many_values", id="4.4-space"
        ),
        pytest.param(
            {"link": "https://a.example/1|https://a.example/2"}, "link.too_many_values", id="4.4-pipe"
        ),
        pytest.param(
            {"image_link": "https://a.example/1.jpg , HTTPS://a.example/2.jpg"},
            "image_link.too_many_values",
            id="4.4-comma-between-spaces",
        ),
        pytest.param({"gtin": "", "mpn": ""}, "mpn.missing_required", id="4.9-neither"),
    ],
)
def test_a_fault_is_told_for_what_it_is(tmp_path: Path, changes: dict[str, str], rule: str) -> None:
    assert found(check(tmp_path, product(1), product(2, mpn="X-1"), product(3, **changes))) == {
        f"google.{rule}": 1
    }


@pytest.mark.parametrize(
    "link",
    [
        "https://a.example/go?to=https://b.example/",
        "https://a.example/1,2,3",
        "https://web.archive.org/web/2026/https://a.example/",
    ],
)
def test_case_4_4_an_address_within_an_address_is_one(tmp_path: Path, link: str) -> None:
    assert found(check(tmp_path, product(1, link=link))) == {}


def test_case_4_9_and_4_10_remedies_are_of_the_attribute(tmp_path: Path) -> None:
    products = [
        product(1, gtin=""),
        product(2, image_link="https://a.example/b.avif"),
        product(3, gtin="7.8E+11"),
    ]
    said = {issue.rule.id: issue.rule for issue in check(tmp_path, *products).issues}
    neither = said["google.mpn.missing_required"]
    assert "neither gtin nor mpn" in neither.message
    assert "identifier_exists = no" in neither.remedy
    assert "product?id" not in said["google.image_link.invalid_format"].remedy
    assert "as text" in said["google.gtin.destroyed_digits"].remedy


def test_case_4_13_a_long_text_is_shown_around_the_place_at_fault(tmp_path: Path) -> None:
    text = "light " * 200 + "see <b>here</b>" + " dry" * 200
    (issue,) = check(tmp_path, product(1, description=text)).document()["issues"]
    (sample,) = issue["samples"]
    start, end = sample["mark"]
    assert sample["value"][start:end] == "<b>"
    assert (sample["value"][0], sample["value"][-1], len(sample["value"])) == ("…", "…", 202)
    assert sample["note"] == "holds `<b>`"
    document = check(tmp_path, product(1, description=text)).document()
    assert "see <b>here</b>" in render_text(document)
    assert "see <mark>&lt;b&gt;</mark>here" in render_html(document)


def test_the_second_of_two_items_with_one_id_is_found(tmp_path: Path) -> None:
    report = check(tmp_path, product(1), product(2), product(1), product(1))
    assert found(report) == {"google.id.duplicate_id": 2}
    assert [sample.item for sample in report.issues[0].samples] == [3, 4]
    assert report.items_with_errors == 2


def test_white_space_around_an_id_makes_no_other_id(tmp_path: Path) -> None:
    ids = ("a b", "a b ", "\ta b\n", "x", " x\u00a0", "X")
    report = check(tmp_path, *(product(number, id=text) for number, text in enumerate(ids)))
    (repeated,) = (issue for issue in report.issues if issue.rule.id == "google.id.duplicate_id")
    assert [sample.item for sample in repeated.samples] == [2, 3, 5]


def test_columns_are_known_by_any_spelling(tmp_path: Path) -> None:
    spelt = {name.replace("_", " ").title(): value for name, value in product(1).items()}
    assert found(check(tmp_path, spelt)) == {}


def test_a_required_column_that_is_not_there_is_one_finding_and_spoils_every_item(tmp_path: Path) -> None:
    products = [product(number) for number in (1, 2)]
    for each in products:
        del each["price"]
    report = check(tmp_path, *products)
    assert found(report) == {"google.price.missing_required_column": 1}
    assert report.items_with_errors == 2
    assert not report.valid


def test_totals_are_exact_and_samples_are_capped(tmp_path: Path) -> None:
    products = [product(number, price="x" * 500) for number in range(100)]
    report = check(tmp_path, *products, policy=Policy(samples_per_rule=3, value_length=10))
    (issue,) = report.document()["issues"]
    assert (issue["total"], issue["items_affected"], issue["samples_truncated"]) == (100, 100, True)
    assert [sample["item"] for sample in issue["samples"]] == [1, 2, 3]
    assert issue["samples"][0]["value"] == "x" * 10 + "…"


def test_samples_far_into_a_file_are_of_the_right_items(tmp_path: Path) -> None:
    bad = {60_000, 75_000, 119_999}
    products = (product(n, price="x" if n in bad else "1 USD") for n in range(120_000))
    report = check(tmp_path, *products)
    assert [(sample.item, sample.item_id) for sample in report.issues[0].samples] == [
        (number + 1, f"SKU-{number}") for number in sorted(bad)
    ]


def test_rules_can_be_switched_off_and_regraded(tmp_path: Path) -> None:
    products = [product(1, price="x", title="")]
    policy = Policy(
        disabled=frozenset({"google.title.missing_required"}),
        severities={"google.price.invalid_format": "warning"},
    )
    report = check(tmp_path, *products, policy=policy)
    assert found(report) == {"google.price.invalid_format": 1}
    assert report.status == "passed_with_warnings"
    assert report.items_with_errors == 0


def test_a_share_of_bad_items_may_be_let_through(tmp_path: Path) -> None:
    products = [product(number, price="x" if number == 1 else "1 USD") for number in range(10)]
    assert check(tmp_path, *products, policy=Policy(max_error_ratio=0.1)).valid
    assert not check(tmp_path, *products, policy=Policy(max_error_ratio=0.09)).valid


def test_the_document_has_the_report_shape(tmp_path: Path) -> None:
    document = check(tmp_path, product(1, price="x"), product(2)).document()
    assert document["status"] == "failed"
    assert document["as_of"] == "2026-08-01T00:00:00Z"
    assert document["profile"] == {"id": "google", "version": "2026-11", "country": "US"}
    assert document["summary"] == {
        "items_total": 2,
        "items_valid": 1,
        "items_with_errors": 1,
        "issues": {"error": 1, "warning": 0, "info": 0},
    }
    assert {"name": "gtin", "fill_rate": 1.0} in document["attributes"]
    assert len(document["source"]["sha256"]) == 64


@pytest.mark.parametrize("title", ["Shoe", "A\nShoe"])
def test_without_a_digest_the_report_is_the_same_but_for_it(tmp_path: Path, title: str) -> None:
    source = write_csv(tmp_path / "feed.csv", [product(1, title=title), product(2, price="x"), product(1)])
    told, untold = (validate(source, as_of=AS_OF, digest=digest).document() for digest in (True, False))
    assert told["source"].pop("sha256") == sha256(source.read_bytes()).hexdigest()
    assert untold["source"].pop("sha256") is None
    del told["performance"], untold["performance"]
    assert told == untold


def test_items_are_counted_though_nothing_is_checked_of_them(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("colour code,weather\n1,fair\n2,foul\n", "utf-8")
    every = frozenset(rule.id for rule in catalogue(load_profile("google")))
    report = validate(path, as_of=AS_OF, policy=Policy(disabled=every))
    assert (report.valid, report.items_total, found(report), report.fill_rates) == (True, 2, {}, ())


def test_an_unknown_profile_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(UnknownProfile, match="google"):
        validate(write_csv(tmp_path / "feed.csv", [product()]), profile="gogle")


def test_a_source_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="No such file"):
        validate(tmp_path / "none.csv")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "feed.csv"
    os.mkfifo(pipe)
    with pytest.raises(SourceUnavailable, match="write it to a file first"):
        validate(pipe)


def test_a_source_whose_name_cannot_be_looked_up_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match="too long"):
        validate(tmp_path / ("x" * 300))
