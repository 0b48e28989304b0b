"""Loss is accounted for in every format, told where it happens and afterwards, and bounded; ids name the kind."""

import gzip
import json
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedscript.feeds import Limits, load_profile, validate
from feedscript.feeds.generation import EmptyFeed, TooMuchLost, WrongEnding, generate
from feedscript.feeds.generation.manifest import manifest_of
from tests.unit.feeds.products import generate_all, product, write_csv

COLUMNS = (
    "id",
    "title",
    "description",
    "link",
    "image_link",
    "availability",
    "price",
    "brand",
    "gtin",
    "condition",
)


def lines(count: int) -> list[str]:
    return [",".join(product(number)[name] for name in COLUMNS) for number in range(count)]


def csv_source(folder: Path, good: int, bad: int) -> Path:
    path = folder / "export.csv"
    broken = [f"B{number},Mug, red{',x' * len(COLUMNS)}" for number in range(bad)]
    path.write_text("\n".join([",".join(COLUMNS), *lines(good), *broken]) + "\n", "utf-8")
    return path


def jsonl_source(folder: Path, good: int, bad: int) -> Path:
    path = folder / "export.jsonl"
    records = [json.dumps(product(number)) for number in range(good)]
    path.write_text("\n".join([*records, *['{"id": '] * bad]) + "\n", "utf-8")
    return path


SOURCES = [
    pytest.param(csv_source, "ragged_row", id="2.1-csv"),
    pytest.param(jsonl_source, "malformed_json", id="2.1-json-lines"),
]


@pytest.mark.parametrize(("source", "code"), SOURCES)
def test_more_than_the_share_that_may_be_lost_fails_the_generation(source, code, tmp_path: Path) -> None:
    with pytest.raises(TooMuchLost, match=rf"90 of 100 records .* \({code} x90\), more than 0.01") as caught:
        generate_all(source(tmp_path, 10, 90), tmp_path / "feed.csv")
    assert caught.value.account.lost == {code: 90}
    assert not (tmp_path / "feed.csv").exists()


@pytest.mark.parametrize(("source", "code"), SOURCES)
def test_what_may_be_lost_is_listed_and_left_out(source, code, tmp_path: Path) -> None:
    account = generate_all(source(tmp_path, 7, 3), tmp_path / "feed.csv", max_lost_ratio=0.3).account
    assert (account.seen, account.read, account.lost, account.share_lost) == (10, 7, {code: 3}, 0.3)
    first = 8 if source is jsonl_source else 9
    assert [lost.line for lost in account.first] == [first, first + 1, first + 2]
    assert all(lost.code == code and lost.cause for lost in account.first)


@pytest.mark.parametrize(("source", "code"), SOURCES)
def test_a_validation_counts_lost_records_among_its_items(source, code, tmp_path: Path) -> None:
    report = validate(source(tmp_path, 7, 3))
    assert (report.items_total, report.items_with_errors) == (10, 3)
    assert report.document()["account"]["records_lost"] == {code: 3}


def test_all_lost_is_an_empty_feed(tmp_path: Path) -> None:
    with pytest.raises(EmptyFeed, match="all its 3 records were lost"):
        generate_all(csv_source(tmp_path, 0, 3), tmp_path / "feed.csv", max_lost_ratio=1.0)


def test_the_validation_of_a_generated_feed_tells_what_its_generation_lost(tmp_path: Path) -> None:
    feed, manifest = tmp_path / "feed.csv", tmp_path / "feed.csv.manifest.json"
    generated = generate_all(csv_source(tmp_path, 7, 3), feed, max_lost_ratio=0.5)
    manifest.write_text(json.dumps(manifest_of(generated, feed, uri="s3://feeds/feed.csv")), "utf-8")
    report = validate(feed, manifest=manifest)
    (issue,) = [each for each in report.issues if each.rule.code == "lost_in_generation"]
    assert (issue.total, issue.severity, [sample.line for sample in issue.samples]) == (
        3,
        "warning",
        [9, 10, 11],
    )
    assert report.document()["origin"]["records_seen"] == 10
    assert report.status == "passed_with_warnings"


def test_a_manifest_of_another_feed_tells_nothing(tmp_path: Path) -> None:
    feed, manifest = tmp_path / "feed.csv", tmp_path / "feed.csv.manifest.json"
    generated = generate_all(csv_source(tmp_path, 7, 3), feed, max_lost_ratio=0.5)
    manifest.write_text(json.dumps(manifest_of(generated, feed, uri="feed.csv")), "utf-8")
    write_csv(feed, [product(1)])
    report = validate(feed, manifest=manifest)
    assert (report.origin, report.issues) == (None, ())


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"account": 3}'])
def test_what_is_no_manifest_is_passed_over(text: str, tmp_path: Path) -> None:
    manifest = tmp_path / "feed.csv.manifest.json"
    manifest.write_text(text, "utf-8")
    assert validate(write_csv(tmp_path / "feed.csv", [product(1)]), manifest=manifest).origin is None


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, id=f"2.5-{name}")
        for name in (
            "feed.rss",
            "feed.xml.zst",
            "feed.jsonl",
            "feed.parquet",
            "feed.json.zip",
            "feed.json.gz",
            "FEED.JSON",
            "feed.yml",
            "feed.yaml",
            "feed.html",
            "feed.HTM",
            "feed.tar",
            "feed.tgz",
            "feed.tar.gz",
            "feed.csv.xz",
            "feed.pdf",
            "feed.xls",
            "feed.ods",
            "feed.v2",
        )
    ],
)
def test_a_name_that_promises_another_format_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(WrongEnding, match=r"a feed of google is named .csv, .txt"):
        generate_all(csv_source(tmp_path, 1, 0), tmp_path / name)


@pytest.mark.parametrize(
    "name", ["feed", "feed.txt", "feed.csv.gz", "feed.CSV.ZST", "FEED.XML", "feed.tsv", "feed.zip"]
)
def test_other_names_are_fine(name: str, tmp_path: Path) -> None:
    assert generate_all(csv_source(tmp_path, 1, 0), tmp_path / name).items_written == 1


def test_the_manifest_tells_the_profile(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    document = manifest_of(generate_all(csv_source(tmp_path, 2, 0), feed), feed, uri="s3://b/feed.csv")
    assert document["profile"] == {"id": "google", "version": load_profile("google").version}
    assert (document["items"], document["bytes"]) == (2, feed.stat().st_size)


def xml_source(folder: Path, records: list[dict[str, str] | None]) -> Path:
    path = folder / "export.xml"
    items = (
        "<item><id>broken</item>\n"
        if record is None
        else "<item>"
        + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in record.items())
        + "</item>\n"
        for record in records
    )
    path.write_text(f"<rss><channel>\n{''.join(items)}</channel></rss>", "utf-8")
    return path


def json_lines(folder: Path, records: list[dict[str, str] | None]) -> Path:
    path = folder / "export.jsonl"
    path.write_text(
        "".join(('{"id": "9' if each is None else json.dumps(each)) + "\n" for each in records), "utf-8"
    )
    return path


def json_array(folder: Path, records: list[dict[str, str] | None]) -> Path:
    path = folder / "export.json"
    texts = ('{"id": }' if each is None else json.dumps(each) for each in records)
    path.write_text("[" + ", ".join(texts) + "]", "utf-8")
    return path


@pytest.mark.parametrize("write", [xml_source, json_lines, json_array])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kinds=st.lists(st.sampled_from(["good", "bad", "lost"]), min_size=1, max_size=40))
def test_ordinals_count_the_lost_records_too(write, kinds: list[str], tmp_path: Path) -> None:
    # Behind the last of its elements nothing says where a broken array goes on.
    kinds = [*kinds, "good"]
    records = [
        None if kind == "lost" else product(number, availability="soon" if kind == "bad" else "in_stock")
        for number, kind in enumerate(kinds)
    ]
    listing = tmp_path / "findings.gz"
    report = validate(write(tmp_path, records), findings=listing)
    bad = [place for place, kind in enumerate(kinds, start=1) if kind == "bad"]
    lost = [place for place, kind in enumerate(kinds, start=1) if kind == "lost"]
    samples = {issue.rule.code: [each.item for each in issue.samples] for issue in report.issues}
    assert samples.get("invalid_enum", []) == bad
    assert [each.item for each in report.account.first] == lost
    with gzip.open(listing, "rt", encoding="utf-8") as lines:
        found = [json.loads(line)["item"] for line in lines]
    assert [item for item in found if item is not None] == bad


def test_the_account_lists_what_was_lost_and_not_what_was_mended(tmp_path: Path) -> None:
    path = tmp_path / "export.xml"
    mended = "<item><id>1</id><title>Lamp & Co</title></item>\n"
    path.write_text(
        "<rss><channel>\n" + mended * 30 + "<item><id>x</item>\n" + mended + "</channel></rss>", "utf-8"
    )
    report = validate(path)
    assert report.account is not None
    assert report.account.lost == {"malformed_xml": 1}
    assert [(lost.item, lost.line) for lost in report.account.first] == [(31, 32)]
    (issue,) = [each for each in report.issues if each.rule.code == "malformed_xml"]
    assert issue.total == 32
    assert "was read as text" in issue.document(200)["samples"][0]["note"]


@pytest.mark.parametrize("write", [xml_source, json_array])
def test_all_lost_is_counted_in_every_format(write, tmp_path: Path) -> None:
    source = write(tmp_path, [None, None, None])
    report = validate(source)
    assert (report.items_total, report.items_with_errors, report.status) == (3, 3, "failed")
    with pytest.raises(EmptyFeed, match="all its 3 records were lost"):
        generate_all(source, tmp_path / "feed.csv")


@pytest.mark.parametrize("text", ["[]", "{}", '{"items": []}', "[{}]"])
def test_of_json_without_items_it_is_said_that_there_is_none(text: str, tmp_path: Path) -> None:
    source = tmp_path / "export.json"
    source.write_text(text, "utf-8")
    with pytest.raises(EmptyFeed, match="holds no item"):
        generate_all(source, tmp_path / "feed.csv")


def test_a_wrong_ending_is_told_which_compressions_each_form_has(tmp_path: Path) -> None:
    source = tmp_path / "export.csv"
    source.write_text("id\n1\n", "utf-8")
    with pytest.raises(WrongEnding) as caught:
        generate_all(source, tmp_path / "feed.xml.zst")
    assert ".csv, .txt (csv, compressed with .gz or .zip or .zst behind it)" in str(caught.value)
    assert ".xml (rss, compressed with .gz or .zip behind it)" in str(caught.value)


def test_items_behind_a_quote_that_never_closes_are_no_crash(tmp_path: Path) -> None:
    """The engine, which reads a large file in parts, finds its way again within the quote: they are items to it."""
    rows = lines(5)
    source = tmp_path / "export.csv"
    source.write_text("\n".join([",".join(COLUMNS), *rows, 'B,"' + rows[0], *rows * 3_000]), "utf-8")
    with pytest.raises(TooMuchLost, match="the first at line 7"):
        generate(source, tmp_path / "feed.csv", limits=Limits(max_field_bytes=100_000))
