"""Feeds whose names differ by the day alone: each is held against the last, and numbers go on."""

import gzip
import json
from pathlib import Path

import pytest

from feedscript.feeds import generate
from feedscript.feeds.engine.series import series_name
from feedscript.feeds.generation import FeedDropped, Generated, Guard
from feedscript.testing.profile.products import SHOP
from tests.unit.feeds.products import product, write_csv

MONDAY, TUESDAY = "40123_nmerchandis20261130.txt", "40123_nmerchandis20261201.txt"
SERIES = "40123_nmerchandisYYYYMMDD.txt"


@pytest.mark.parametrize(
    ("name", "series"),
    [
        (MONDAY, SERIES),
        (SERIES, SERIES),
        ("google-2026-11-30.csv.gz", "google-YYYY-MM-DD.csv.gz"),
        ("20251231_20261130.csv", "20251231_YYYYMMDD.csv"),
        ("google.csv", "google.csv"),
        ("20261301.csv", "20261301.csv"),
        ("20261132.csv", "20261132.csv"),
        ("2026113.csv", "2026113.csv"),
        ("120261130.csv", "120261130.csv"),
        ("202611301.csv", "202611301.csv"),
        ("2026-1130.csv", "2026-1130.csv"),
        ("\u0662\u0660\u0662\u06661130.csv", "\u0662\u0660\u0662\u06661130.csv"),
    ],
)
def test_a_series_is_named_without_its_last_day(name: str, series: str) -> None:
    assert series_name(name) == series


def generated(folder: Path, name: str, *ids: str, deltas: bool = False, fall: float = 1.0) -> Generated:
    rows = [product(place, id=each, product_type="Shoes > Trail") for place, each in enumerate(ids)]
    export = write_csv(folder / "export.csv", rows)
    guard, profile = Guard(max_drop=fall), "rakuten-merchandiser"
    names = SHOP | {"mid": "40123"}
    return generate(export, folder / name, profile=profile, names=names, guard=guard, deltas=deltas)


def numbers(feed: Path) -> list[str]:
    lines = [line.split("|") for line in feed.read_text("utf-8").splitlines()]
    return [line[0] for line in lines if line[0] not in {"HDR", "TRL"}]


def test_no_number_stands_for_another_product_the_next_day(tmp_path: Path) -> None:
    first = generated(tmp_path, MONDAY, "A", "B")
    second = generated(tmp_path, TUESDAY, "C", "B")
    before, after = numbers(tmp_path / MONDAY), numbers(tmp_path / TUESDAY)
    assert after[1] == before[1]
    assert after[0] not in before
    assert [each.partition(" ")[0] for each in first.warnings] == [f"{SERIES}.numbers.json"]
    assert second.warnings == ()


def test_a_fall_from_the_day_before_is_held_up(tmp_path: Path) -> None:
    generated(tmp_path, MONDAY, *"ABCDEFGHIJ")
    with pytest.raises(FeedDropped):
        generated(tmp_path, TUESDAY, "A", fall=0.3)
    assert not (tmp_path / TUESDAY).exists()
    assert json.loads((tmp_path / f"{SERIES}.manifest.json").read_text())["feed"] == MONDAY


def test_the_last_feed_of_a_series_is_told_once_it_is_there(tmp_path: Path) -> None:
    generated(tmp_path, MONDAY, "A")
    after = generated(tmp_path, TUESDAY, "A", "B")
    own, last = (tmp_path / f"{name}.manifest.json" for name in (TUESDAY, SERIES))
    assert own.read_bytes() == last.read_bytes()
    assert after.files[-3:] == (TUESDAY, own.name, last.name)


def test_what_changed_is_told_against_the_day_before(tmp_path: Path) -> None:
    generated(tmp_path, MONDAY, "1001", "1002")
    after = generated(tmp_path, TUESDAY, "1002", "1003", deltas=True)
    assert after.changes is not None
    assert (after.changes.added, after.changes.removed) == (1, 1)
    with gzip.open(tmp_path / f"{TUESDAY}.deltas.jsonl.gz", "rt") as file:
        assert len(file.readlines()) == 1 + 2 + after.changes.changed


def test_a_manifest_that_names_a_feed_elsewhere_leads_nowhere(tmp_path: Path) -> None:
    generated(tmp_path, MONDAY, "1001")
    last = tmp_path / f"{SERIES}.manifest.json"
    last.write_text(json.dumps(json.loads(last.read_text()) | {"feed": "s3://other/secret.txt"}))
    assert generated(tmp_path, TUESDAY, "1001", deltas=True).changes is None
