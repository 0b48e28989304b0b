"""Findings stand where they are: item, physical line and id, whatever the rows before them look like."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from feedscript.feeds import Limits, Policy, Report, validate
from feedscript.feeds.engine.connection import connect
from feedscript.feeds.scanning.lines import rows
from tests.feeds_scanning import staged_text
from tests.unit.feeds.products import product, write_csv

AS_OF = datetime(2026, 8, 1, tzinfo=UTC)


def write(folder: Path, text: str) -> Path:
    path = folder / "feed.csv"
    path.write_text(text, "utf-8", newline="")
    return path


def row(number: int, **changes: str) -> str:
    return ",".join(f'"{value}"' if "\n" in value else value for value in product(number, **changes).values())


def header() -> str:
    return ",".join(product())


def places(report: Report) -> dict[str, list[tuple[int | None, int | None]]]:
    return {issue.rule.id: [(each.item, each.line) for each in issue.samples] for issue in report.issues}


def test_lines_and_items_part_where_a_field_breaks_over_lines(tmp_path: Path) -> None:
    text = "\n".join([header(), row(1, description="a\nb\nc"), row(2, price="x"), "", row(3, price="y"), ""])
    report = validate(write(tmp_path, text), as_of=AS_OF)
    assert places(report) == {"google.price.invalid_format": [(2, 5), (3, 7)]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_that_cannot_be_read_are_findings_and_the_others_are_checked(tmp_path: Path, end: str) -> None:
    text = end.join(
        [header(), row(1), "2,too,short", row(3, price="x"), row(4) + ",too long", row(5, brand=""), ""]
    )
    report = validate(write(tmp_path, text), as_of=AS_OF)
    assert places(report) == {
        "google.file.ragged_row": [(2, 3), (4, 5)],
        "google.price.invalid_format": [(3, 4)],
        "google.brand.missing_required": [(5, 6)],
    }
    assert (report.items_total, report.items_with_errors) == (5, 4)
    first = report.issues[0].samples[0]
    assert (first.item_id, first.value) == ("2", "3 fields, not 10: 2,too,short")


def test_a_quote_in_the_middle_of_a_field_opens_nothing(tmp_path: Path) -> None:
    text = "\n".join([header(), row(1, title='A 5" shoe'), row(2, price="x"), ""])
    assert places(validate(write(tmp_path, text), as_of=AS_OF)) == {"google.price.invalid_format": [(2, 3)]}


def test_a_bad_quote_is_told_with_its_line(tmp_path: Path) -> None:
    text = "\n".join([header(), row(1), row(2, title='"A" shoe'), row(3, price="x"), ""])
    report = validate(write(tmp_path, text), as_of=AS_OF)
    assert places(report) == {"google.file.bad_quote": [(2, 3)], "google.price.invalid_format": [(3, 4)]}


def test_every_finding_is_listed_though_samples_are_few(tmp_path: Path) -> None:
    products = [row(n, price="x" if n % 2 else "1 USD", title="a\nb") for n in range(2_000)]
    products[7] = "7,short"
    products.append(row(2_000, id="SKU-4"))
    source = write(tmp_path, "\n".join([header(), *products, ""]))
    report = validate(source, as_of=AS_OF, findings=tmp_path / "all.jsonl.gz")
    with gzip.open(tmp_path / "all.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    assert {issue.rule.id: issue.total for issue in report.issues} == {
        "google.price.invalid_format": 999,
        "google.file.ragged_row": 1,
        "google.id.duplicate_id": 1,
    }
    assert len(found) == 1001
    assert found[0] == {
        "rule_id": "google.file.ragged_row",
        "severity": "error",
        "attribute": None,
        "item": 8,
        "line": 16,
        "item_id": "7",
        "value": "2 fields, not 10: 7,short",
    }
    # Every item but the short one takes two lines.
    priced = found[1:-1]
    assert [(each["item"], each["item_id"]) for each in priced[:4]] == [
        (2, "SKU-1"), (4, "SKU-3"), (6, "SKU-5"), (10, "SKU-9"),
    ]  # fmt: skip
    assert priced[-1] | {"severity": ""} == {
        "rule_id": "google.price.invalid_format",
        "severity": "",
        "attribute": "price",
        "item": 2_000,
        "line": 3_999,
        "item_id": "SKU-1999",
        "value": "x",
    }
    assert (found[-1]["item"], found[-1]["line"], found[-1]["value"]) == (2_001, 4_001, "SKU-4")


def test_repeated_ids_far_apart_are_found_by_the_ids_themselves(tmp_path: Path) -> None:
    products = [product(n) for n in range(70_000)]
    products[65_000]["id"] = " SKU-3 "
    products[69_999]["id"] = "SKU-60000"
    report = validate(write_csv(tmp_path / "feed.csv", products), as_of=AS_OF)
    assert places(report) == {"google.id.duplicate_id": [(65_001, 65_002), (70_000, 70_001)]}


def test_where_many_ids_are_repeated_all_are_found(tmp_path: Path) -> None:
    products = [row(n, id=f"SKU-{n % 6_000}") for n in range(12_000)]
    report = validate(
        write(tmp_path, "\n".join([header(), *products, row(1, id=""), row(2, id=""), ""])), as_of=AS_OF
    )
    assert {issue.rule.id: issue.total for issue in report.issues} == {
        "google.id.duplicate_id": 6_000,
        "google.id.missing_required": 2,
    }
    assert places(report)["google.id.duplicate_id"][:2] == [(6_001, 6_002), (6_002, 6_003)]


@pytest.mark.parametrize(("title", "more_lines"), [("Shoe", 0), ('"A\nB"', 1)])
def test_repeated_ids_are_found_among_so_many_items_that_they_are_taken_in_parts(
    tmp_path: Path, title: str, more_lines: int
) -> None:
    ids = [f"SKU-{n}" for n in range(600_000)]
    for n in range(0, 600_000, 1_000):
        ids[n] = f"SKU-{n + 1}"
    written = [f"{each},Shoe\n" for each in ids]
    written[7] = f"{ids[7]},{title}\n"
    text = "id,title\n" + "".join(written)
    report = validate(write(tmp_path, text), as_of=AS_OF)
    totals = {issue.rule.id: issue.total for issue in report.issues}
    assert totals["google.id.duplicate_id"] == 600
    assert places(report)["google.id.duplicate_id"][:2] == [(2, 3), (1_002, 1_003 + more_lines)]


def test_items_of_a_group_are_held_against_its_first(tmp_path: Path) -> None:
    titles = [
        ("A", "Shoes"),
        ("B", "Boots"),
        ("A", "Shoes "),
        ("A", "Clogs"),
        ("B", "Boots"),
        ("", "x"),
        ("B", ""),
    ]
    products = [
        product(n, item_group_id=group, item_group_title=title) for n, (group, title) in enumerate(titles)
    ]
    report = validate(write_csv(tmp_path / "feed.csv", products), as_of=AS_OF)
    assert places(report) == {"google.item_group_title.group_conflict": [(4, 5)]}


def test_so_many_findings_that_their_lines_are_not_picked_out_are_all_listed(tmp_path: Path) -> None:
    ids = [f"SKU-{n}" for n in range(21_000)]
    source = write(tmp_path, "id,mpn\n" + "".join(f"{each},M\n" for each in ids * 2))
    listed = tmp_path / "findings.jsonl.gz"
    validate(
        source,
        as_of=AS_OF,
        findings=listed,
        policy=Policy(disabled=frozenset({"google.gtin.missing_required"})),
    )
    found = [json.loads(line) for line in gzip.decompress(listed.read_bytes()).splitlines()]
    repeated = [
        (each["item"], each["item_id"]) for each in found if each["rule_id"] == "google.id.duplicate_id"
    ]
    assert repeated == [(21_001 + n, each) for n, each in enumerate(ids)]


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(max_bytes=1_000), "max_bytes"),
        (Limits(max_columns=3), "max_columns"),
        (Limits(max_bytes=10), "max_bytes"),
    ],
    ids=["bytes", "columns", "bytes before the first item"],
)
def test_a_feed_of_which_a_limit_cut_off_a_part_does_not_pass(
    tmp_path: Path, limits: Limits, told: str, suffix: str
) -> None:
    plain = write_csv(tmp_path / "feed.csv", [product(n) for n in range(50)])
    source = tmp_path / f"given{suffix}"
    source.write_bytes(gzip.compress(plain.read_bytes()) if suffix else plain.read_bytes())
    report = validate(source, as_of=AS_OF, limits=limits)
    assert (report.complete, report.valid, report.status) == (False, False, "failed")
    [too_large] = [issue for issue in report.issues if issue.rule.id == "google.file.too_large"]
    assert too_large.total == 1
    assert told in (too_large.samples[0].value or "")
    assert told in (report.stopped_reason or "")


def test_rows_that_cannot_be_read_are_counted_though_no_sample_is_wanted(tmp_path: Path) -> None:
    report = validate(write(tmp_path, "id,title\n1,x\n2\n"), as_of=AS_OF, policy=Policy(samples_per_rule=0))
    assert {issue.rule.code: (issue.total, issue.samples) for issue in report.issues}["ragged_row"] == (1, ())


def test_past_a_limit_the_report_says_that_it_is_not_complete(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "feed.csv", [product(n) for n in range(10)])
    report = validate(source, as_of=AS_OF, limits=Limits(max_items=5))
    assert (report.complete, report.status) == (False, "failed")
    assert report.stopped_reason == "the feed has more than 5 items (max_items)"


def test_past_the_time_limit_the_feed_counts_as_not_checked(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "feed.csv", (product(n) for n in range(50_000)))
    report = validate(source, as_of=AS_OF, limits=Limits(max_seconds=0.001))
    assert (report.complete, report.valid) == (False, False)
    assert "max_seconds" in (report.stopped_reason or "")


def test_an_interrupt_that_fell_between_two_queries_is_not_forgotten(tmp_path: Path) -> None:
    with pytest.raises(duckdb.InterruptException), connect(Limits(max_seconds=0), tmp_path):
        pass


def test_rows_are_counted_as_the_scan_counts_them(tmp_path: Path) -> None:
    path = write(tmp_path, 'id,x\n1,"a\n\nb"\n\n2,c\nbad\n3,d"e\n4,f\n')
    staged = staged_text(path, ("id", "x"))
    assert list(rows(staged, [5])) == [
        (0, 2, 1, 2),
        (1, 4, 2, 6),
        (None, 5, 3, 7),
        (2, 6, 4, 8),
        (3, 7, 5, 9),
    ]


@pytest.mark.parametrize("around", ["\t", "\u00a0", " "])
def test_far_items_are_found_again_by_ids_with_white_space_around_them(tmp_path: Path, around: str) -> None:
    products = [row(n) for n in range(60_000)]
    products[7] = row(7, title="a\nb")
    products[55_000] = row(55_000, id=f"{around}SKU-55000{around}", price="x")
    products[56_000] = row(56_000, price="y")
    report = validate(write(tmp_path, "\n".join([header(), *products, ""])), as_of=AS_OF)
    (issue,) = report.issues
    assert [(each.item, each.item_id, each.value) for each in issue.samples] == [
        (55_001, "SKU-55000", "x"),
        (56_001, "SKU-56000", "y"),
    ]
