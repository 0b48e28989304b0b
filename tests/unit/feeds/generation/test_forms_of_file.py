"""A generation writes the form of file that its destination's name asks for, and validation reads it back."""

import csv
import gzip
from dataclasses import replace
from pathlib import Path

import pytest

from feedscript.feeds import load_profile, validate
from feedscript.feeds.config import load_config
from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.generation import WrongEnding
from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.writers.file_form import file_form
from tests.unit.feeds.products import generate_all, product, write_csv

ITEMS = [
    product(1, title='Cup, "big" & blue', shipping="US:CA:Ground:5.99 USD,DE:::4 EUR"),
    product(2, additional_image_link="https://cdn.example.com/a.jpg,https://cdn.example.com/b.jpg"),
]


@pytest.mark.parametrize(
    "name", ["feed.csv", "feed.csv.zip", "feed.tsv", "feed.tsv.gz", "feed.xml", "feed.XML.zip"]
)
def test_each_of_googles_files_is_valid(name: str, tmp_path: Path) -> None:
    result = generate_all(write_csv(tmp_path / "export.csv", ITEMS), tmp_path / name)
    assert (result.items_written, result.repairs) == (2, ())
    report = validate(tmp_path / name)
    assert (report.items_total, report.issues) == (2, validate(tmp_path / "export.csv").issues)


@pytest.mark.parametrize(
    ("profile", "name"), [("cj", "feed.csv"), ("google", "feed.csv"), ("google", "feed.xml")]
)
def test_parts_in_a_columns_name_are_written_as_the_partner_spells_them(
    profile: str, name: str, tmp_path: Path
) -> None:
    row = {
        ("SHIPPING (Country:PRICE)" if key == "shipping" else key.upper()): cell
        for key, cell in ITEMS[0].items()
    }
    row["SHIPPING (Country:PRICE)"] = "US:5.99 USD"
    generate_all(write_csv(tmp_path / "export.csv", [row]), tmp_path / name, profile=profile)
    text = (tmp_path / name).read_text()
    written = "<g:shipping><g:country>US</g:country>" if name == "feed.xml" else "shipping(country:price)"
    assert written in text
    report = validate(tmp_path / name, profile=profile)
    assert report.valid, report.headline()


def test_what_google_does_not_take_is_refused(tmp_path: Path) -> None:
    for name in ("feed.jsonl", "feed.parquet", "feed.tsv.zst"):
        with pytest.raises(WrongEnding):
            generate_all(write_csv(tmp_path / "export.csv", ITEMS), tmp_path / name)


def test_what_the_form_cannot_hold_is_told_as_a_repair(tmp_path: Path) -> None:
    items = [*ITEMS, product(3, custom_label_0="a\x0bb\x01c"), product(4, custom_label_0="\x02")]
    result = generate_all(write_csv(tmp_path / "export.csv", items), tmp_path / "feed.xml")
    told = [each for each in result.repairs if each.operation == "without_control_characters"]
    assert [(each.attribute, each.total) for each in told] == [("custom_label_0", 2)]
    assert [(each.item_id, each.before, each.after) for each in told[0].samples] == [
        ("SKU-3", "a\x0bb\x01c", "abc"),
        ("SKU-4", "\x02", ""),
    ]


def test_nothing_but_the_feed_and_its_manifest_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    generate_all(write_csv(tmp_path / "export.csv", ITEMS), folder / "feed.csv.gz")
    assert [each.name for each in sorted(folder.iterdir())] == ["feed.csv.gz", "feed.csv.gz.manifest.json"]
    with gzip.open(folder / "feed.csv.gz", "rt", encoding="utf-8", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["SKU-1", "SKU-2"]


def test_the_form_is_that_of_the_names_ending() -> None:
    profile = replace(
        load_profile("google"),
        files=(
            FeedFile(format="jsonl", endings=(".jsonl",), compressions=("gz",)),
            FeedFile(format="parquet", endings=(".parquet",), compressions=()),
        ),
    )
    assert file_form(profile, "feed.parquet").file.format == "parquet"
    assert (file_form(profile, "feed").file.format, file_form(profile, "x.jsonl.gz").compression) == (
        "jsonl",
        "gz",
    )
    with pytest.raises(WrongEnding):
        file_form(profile, "feed.parquet.gz")


def test_names_come_from_both_files_and_the_merchants_count_more(tmp_path: Path) -> None:
    for kind, text in (("partners", "{mid: '1', company: Partner}"), ("merchants", "{company: Shop}")):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / "7.yaml").write_text(f"generation:\n  names: {text}\n", "utf-8")
    config, _ = load_config(tmp_path, partner_id="7", merchant_id="7")
    assert config.names == {"mid": "1", "company": "Shop"}


def test_a_name_that_no_placeholder_can_have_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "merchants").mkdir()
    (tmp_path / "merchants" / "7.yaml").write_text("generation:\n  names:\n    MID: '1'\n", "utf-8")
    with pytest.raises(ConfigError, match=r"7\.yaml:3: generation\.names\.MID"):
        load_config(tmp_path, partner_id=None, merchant_id="7")
