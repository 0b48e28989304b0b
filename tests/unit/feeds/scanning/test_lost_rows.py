"""Rows that are no items: lost in an open quote, ragged, or blank; each told, none twice (ids: part.number)."""

import csv
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds import Report, validate
from feedscript.feeds.scanning.swallowed import find_swallowed
from tests.feeds_scanning import staged_text
from tests.sweeps import sweep
from tests.unit.feeds.products import generate_all, product, write_csv

AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
NAMES = list(product())


def plain(number: int, **changes: str) -> str:
    return ",".join(product(number, **changes).values())


def feed(folder: Path, rows: list[str], end: str = "\n") -> Path:
    path = folder / "feed.csv"
    path.write_text(end.join([",".join(NAMES), *rows, ""]), "utf-8", newline="")
    return path


def checked(source: Path) -> tuple[Report, list[dict[str, Any]]]:
    listing = source.with_name("findings.gz")
    report = validate(source, as_of=AS_OF, findings=listing)
    with gzip.open(listing, "rt", encoding="utf-8") as lines:
        return report, [json.loads(line) for line in lines]


def totals(report: Report) -> dict[str, int]:
    return {issue.rule.code: issue.total for issue in report.issues if issue.rule.scope == "file"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("closing", "told"),
    [
        pytest.param('5" shoe', {"bad_quote": 1, "swallowed_row": 69}, id="2.2-closed-by-inches"),
        pytest.param('Shoe 5"', {"swallowed_row": 69}, id="2.2-quotes-that-pair-by-luck"),
        pytest.param("Shoe", {"bad_quote": 1, "swallowed_row": 79}, id="2.2-never-closed"),
    ],
)
def test_rows_in_an_open_quote_are_counted_and_listed(
    tmp_path: Path, closing: str, told: dict[str, int], end: str
) -> None:
    rows = [plain(n) for n in range(1, 101)]
    rows[20] = plain(21, title='"Shoe')
    rows[89] = plain(90, title=closing)
    report, found = checked(feed(tmp_path, rows, end))
    assert totals(report) == told
    assert report.items_total == 100
    assert not report.valid
    lost = [each for each in found if each["rule_id"] == "google.file.swallowed_row"]
    count = told["swallowed_row"]
    assert [(each["line"], each["item_id"]) for each in lost] == [
        (22 + n, f"SKU-{21 + n}") for n in range(1, count + 1)
    ]
    assert lost[0]["value"].startswith(f"in one field of lines 22 to {22 + count}: SKU-22,")


@pytest.mark.parametrize(
    ("opened", "closed", "closing"),
    [
        pytest.param(5, 9, 'Shoe 5"', id="2.2-ordinals-behind-a-quote-that-pairs"),
        pytest.param(5, 9, '5" shoe', id="2.2-ordinals-behind-a-bad-quote"),
        pytest.param(1, 2, 'Shoe 5"', id="2.2-ordinals-behind-the-first-row"),
        pytest.param(2, 40, '5" shoe', id="2.2-ordinals-behind-many"),
    ],
)
def test_ordinals_count_the_rows_in_an_open_quote(
    tmp_path: Path, opened: int, closed: int, closing: str
) -> None:
    rows = [plain(n) for n in range(1, 51)]
    rows[opened - 1] = plain(opened, title='"Shoe')
    rows[closed - 1] = plain(closed, title=closing)
    rows[closed] = plain(closed + 1, price="x")
    rows[46:48] = ["short,row", plain(48, price="y")]
    rows[48:48] = [plain(48), plain(48)]
    report, found = checked(feed(tmp_path, rows))
    assert report.items_total == 52
    expected = {(closed + 1, closed + 2, f"SKU-{closed + 1}"), (48, 49, "SKU-48")}
    priced = {
        (each["item"], each["line"], each["item_id"])
        for each in found
        if each["attribute"] == "price" and each["line"] > closed + 1
    }
    assert priced == expected
    samples = {
        (sample.item, sample.line, sample.item_id)
        for issue in report.issues
        if issue.rule.attribute == "price"
        for sample in issue.samples
    }
    assert expected <= samples
    repeated = [each for each in found if "duplicate" in each["rule_id"]]
    assert {(each["item"], each["line"]) for each in repeated} >= {(49, 50), (50, 51)}
    assert [(each["item"], each["line"]) for each in found if "ragged" in each["rule_id"]] == [(47, 48)]


@pytest.mark.parametrize(
    ("title", "code"),
    [
        pytest.param('"a "b" c, "d" e, "f" g"', "bad_quote", id="quoted-words-in-quotes"),
        pytest.param('{"a": "b", "c": "d", "e": "f"}', "ragged_row", id="an-object"),
    ],
)
def test_a_row_with_several_quotes_out_of_place_is_lost_with_its_own_text_and_no_other_is(
    tmp_path: Path, title: str, code: str
) -> None:
    rows = [plain(n) for n in range(1, 6)]
    rows[1] = plain(2).replace(product(2)["title"], title, 1)
    rows[3] = plain(4, price="x").replace(product(4)["title"], f' "{product(4)["title"]}" ', 1)
    source = feed(tmp_path, rows)
    report, found = checked(source)
    assert totals(report) == {code: 1}
    assert report.account is not None
    assert (report.items_total, report.account.read, report.account.blank) == (5, 4, 0)
    (lost,) = [each for each in found if each["rule_id"] == f"google.file.{code}"]
    assert (lost["item"], lost["line"], lost["item_id"]) == (2, 3, "SKU-2")
    (priced,) = [each for each in found if each["attribute"] == "price"]
    assert (priced["item"], priced["line"], priced["item_id"]) == (4, 5, "SKU-4")
    generated = generate_all(source, tmp_path / "out.csv", max_lost_ratio=1)
    assert (generated.items_written, generated.account.lost_total, generated.account.blank) == (4, 1, 0)


@pytest.mark.parametrize(
    ("closing", "written", "lost"), [('5" shoe', 30, 70), ('Shoe 5"', 31, 69), ("Shoe", 20, 80)]
)
def test_case_2_2_generation_counts_the_rows_in_an_open_quote(
    tmp_path: Path, closing: str, written: int, lost: int
) -> None:
    rows = [plain(n) for n in range(1, 101)]
    rows[20] = plain(21, title='"Shoe')
    rows[89] = plain(90, title=closing)
    rows += ["," * 9] * 5
    generated = generate_all(feed(tmp_path, rows), tmp_path / "out.csv", max_lost_ratio=1)
    assert (generated.items_written, generated.account.lost_total) == (written, lost)
    # Rows behind the end of the quote are blank, those within it are lost like any other.
    assert generated.account.blank == (5 if closing != "Shoe" else 0)
    assert [row.line for row in generated.account.first if row.code == "swallowed_row"][:2] == [23, 24]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Red, blue\nGreen, white, black\nand more", id="2.2-prose"),
        pytest.param(
            "\n".join(",".join("abcdefghij") for _ in range(5)), id="2.2-a-list-as-wide-as-the-feed"
        ),
        pytest.param(
            "see https://a.example, or\nhttps://b.example, https://c.example,,,,,,,", id="2.2-addresses"
        ),
        pytest.param("\n\n,,,,,,,,,\n", id="2.2-delimiters"),
    ],
)
def test_line_breaks_in_a_text_swallow_nothing(tmp_path: Path, text: str) -> None:
    products = [product(n, description=text if n % 3 else "Plain") for n in range(30)]
    report, _ = checked(write_csv(tmp_path / "feed.csv", products))
    assert (totals(report), report.items_total) == ({}, 30)


def test_case_2_2_a_feed_without_addresses_is_known_by_its_codes(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text('id,title\nA-1,x\nA-2,"y\nsoft, warm\nA-3,z\nA-4,5" w\nA-5,v\n')
    report, found = checked(path)
    assert (totals(report)["bad_quote"], totals(report)["swallowed_row"]) == (1, 2)
    assert [each["line"] for each in found if "swallowed" in each["rule_id"]] == [5, 6]


def test_case_2_2_rows_that_the_engine_reads_in_a_later_part_are_not_lost(tmp_path: Path) -> None:
    # A part of a file is 16 MiB; the second begins within the quote, and is read as if there were none.
    rows = [plain(n, description="d" * 400) for n in range(50_000)]
    rows[20] = plain(20, title='"Shoe', description="d" * 400)
    report, found = checked(feed(tmp_path, rows))
    lost = totals(report)["swallowed_row"]
    assert 0 < lost < 49_000
    assert report.items_total == 50_000
    assert sum("swallowed" in each["rule_id"] for each in found) == lost


@pytest.mark.parametrize(
    ("row", "value", "item_id"),
    [
        pytest.param("A9,too,short", "3 fields, not 10: A9,too,short", "A9", id="3.10-too-few"),
        pytest.param(plain(9, title="Lamp,small"), "11 fields, not 10: SKU-9,Lamp,", "SKU-9", id="3.10-too-many"),
        pytest.param("A9", "1 fields, not 10: A9", "A9", id="3.10-id-alone"),
        pytest.param(",x", "2 fields, not 10: ,x", None, id="3.10-without-id"),
        pytest.param(plain(9) + ",", "11 fields, not 10: SKU-9,", "SKU-9", id="6.9-an-empty-field-too-many"),
        pytest.param(plain(9) + ',""', "11 fields, not 10: SKU-9,", "SKU-9", id="6.9-in-quotes"),
        pytest.param(plain(9) + ",,,", "13 fields, not 10: SKU-9,", "SKU-9", id="6.9-three-too-many"),
        pytest.param(plain(9, title="Lamp, small", condition=""), "11 fields, not 10: SKU-9,Lamp", "SKU-9",
                     id="6.9-shifted-over-the-empty-last"),
    ],
)  # fmt: skip
def test_a_row_of_another_width_tells_its_own_and_its_id(
    tmp_path: Path, row: str, value: str, item_id: str | None
) -> None:
    source = feed(tmp_path, [plain(1), plain(2), row, plain(3)])
    report, (finding,) = checked(source)
    assert totals(report) == {"ragged_row": 1}
    assert (finding["line"], finding["item"], finding["item_id"]) == (4, 3, item_id)
    assert finding["value"].startswith(value)
    (issue,) = report.issues
    assert (issue.samples[0].item_id, issue.samples[0].value) == (item_id, finding["value"])
    generated = generate_all(source, tmp_path / "out.csv", max_lost_ratio=1)
    assert (generated.items_written, generated.account.lost_total) == (3, 1)


def test_case_3_10_rows_that_were_not_read_do_not_count_as_unfilled(tmp_path: Path) -> None:
    report, _ = checked(feed(tmp_path, [plain(1), plain(2), "short", "short", plain(3, brand="")]))
    rates = dict(report.fill_rates)
    assert (rates["title"], rates["brand"]) == (1.0, 0.6667)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "blank",
    [
        pytest.param("," * 9, id="6.12-commas"),
        pytest.param(",".join(['""'] * 10), id="6.12-quoted"),
        pytest.param(" , ,\t,,,,,,,", id="6.12-white-space"),
        pytest.param("," * 5, id="6.12-fewer-commas"),
        pytest.param("," * 12, id="6.12-more-commas"),
        pytest.param("   ", id="6.12-spaces-alone"),
    ],
)
def test_blank_rows_are_no_items_and_are_told(tmp_path: Path, blank: str, end: str) -> None:
    source = feed(
        tmp_path,
        [blank, plain(1), blank, blank, plain(2, price="x"), "bad,row", blank, plain(3, price="y")],
        end,
    )
    report, found = checked(source)
    assert totals(report) == {"blank_row": 4, "ragged_row": 1}
    assert report.items_total == 4
    (issue,) = [issue for issue in report.issues if issue.rule.code == "blank_row"]
    assert issue.severity == "info"
    assert [(each["item"], each["line"], each["value"]) for each in found] == [
        (3, 7, "2 fields, not 10: bad,row"),
        (2, 6, "x"),
        (4, 9, "y"),
    ]
    generated = generate_all(source, tmp_path / "out.csv", max_lost_ratio=1)
    assert (generated.items_written, generated.account.lost_total, generated.account.blank) == (3, 1, 4)
    with (tmp_path / "out.csv").open(newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["SKU-1", "SKU-2", "SKU-3"]


def test_case_6_12_a_value_in_an_unknown_column_makes_an_item(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text("id,title,warehouse\n1,x,\n,,Leeds\n,,\n")
    report, _ = checked(path)
    assert (totals(report)["blank_row"], report.items_total) == (1, 2)


def test_case_6_12_an_empty_object_is_still_a_record(tmp_path: Path) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text('{"id": "1"}\n{}\n')
    report, _ = checked(path)
    assert (report.items_total, "blank_row" in totals(report)) == (2, False)


CELLS = st.sampled_from(["", " ", '""', '" "', "x", '"a\nb"', "7", '"a,b"', '"\n"'])
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=4).map(",".join), max_size=12)


@settings(max_examples=sweep(short=25, long=500), deadline=None)
@given(rows=ROWS)
def test_whatever_the_rows_are_findings_stand_in_their_lines(
    rows: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An item that is wrong behind any mixture of rows is found in its line, by its id."""
    folder = tmp_path_factory.mktemp("mixed")
    text = "\n".join(["id,title,price", *rows, "", "END,z,x", ""])
    path = folder / "feed.csv"
    path.write_text(text)
    report, found = checked(path)
    ends = [each["line"] for each in found if each["item_id"] == "END" and each["attribute"] == "price"]
    assert ends == [text.count("\n")]
    with path.open(newline="") as file:
        written = list(csv.reader(file))[1:]
    # Only a line break makes a row of no value an item.
    items = [row for row in written if any(cell.strip(" \t") for cell in row)]
    assert report.items_total == len(items)


def test_lines_within_a_row_are_told_from_its_own(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text('id,x,y\nA1,"a,b",c\nA2,"b\nA3,c,d\n",e\nA4,f,g\n')
    staged = staged_text(path, ("id", "x", "y"))
    found = find_swallowed(staged, [])
    assert (list(found.lines), list(found.first), list(found.last)) == ([4], [3], [5])
    assert len(find_swallowed(staged, [], most=0)) == 0


@pytest.mark.parametrize(
    "name", ["nogz.csv.gz", "feed.zst", "a[1].csv.gz", "feed.csv.GZ", "feed.bz2", "x.zip"]
)
def test_a_plain_feed_is_read_whatever_its_name_ends_in(tmp_path: Path, name: str) -> None:
    source = write_csv(tmp_path / name, [product(n, price="x" if n == 2 else "1 USD") for n in (1, 2, 3)])
    report, found = checked(source)
    assert (report.items_total, report.complete) == (3, True)
    assert [each["item_id"] for each in found if each["attribute"] == "price"] == ["SKU-2"]
    generated = generate_all(source, tmp_path / "out.csv", max_lost_ratio=1)
    assert generated.items_written == 3


def test_a_row_in_an_open_quote_may_lack_an_address_that_others_have(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    address = "https://shop.example/"
    rows = [
        f"oak lamp,Lamp,{address}a,{address}a.jpg",
        f'ash lamp,"Lamp,{address}b,{address}b.jpg',
        f"elm lamp,Lamp,{address}c,",
        f'fir lamp,Lamp",{address}d,{address}d.jpg',
    ]
    path.write_text("\n".join(["id,title,link,picture", *rows, ""]), "utf-8")
    found = find_swallowed(staged_text(path, ("id", "title", "link", "picture")), ())
    assert list(found.lines) == [4, 5]
