"""A feed is put whole with its manifest, guarded by the last one, and the same source makes the same bytes."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from feedscript.feeds.generation import EmptyFeed, FeedDropped, Guard, Standard, generate
from feedscript.feeds.generation.fingerprint import fingerprint
from feedscript.feeds.mapping import Mapping, Rule
from tests.unit.feeds.products import product, write_csv

ENDINGS = ("", ".manifest.json", ".rejects.csv.gz", ".rejects.jsonl.gz")


def source_of(folder: Path, count: int, name: str = "export.csv") -> Path:
    return write_csv(folder / name, [product(number) for number in range(count)])


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_manifest_tells_what_the_feed_is(tmp_path: Path) -> None:
    source = write_csv(
        tmp_path / "e.csv", [*(product(number) for number in range(20)), product(21, price="x")]
    )
    feed = tmp_path / "out" / "feed.csv"
    generate(source, feed, feed_uri="s3://b/feed.csv")
    document = json.loads((tmp_path / "out/feed.csv.manifest.json").read_bytes())
    assert (document["feed"], document["items"], document["bytes"]) == (
        "s3://b/feed.csv",
        20,
        feed.stat().st_size,
    )
    assert document["sha256"] == hashlib.sha256(feed.read_bytes()).hexdigest()
    assert document["source"]["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
    assert document["rejects"] == {"total": 1, "by_rule": {"google.price.invalid_format": 1}}
    assert len(document["mapping_sha256"]) == 64


def test_the_same_source_makes_the_same_bytes(tmp_path: Path) -> None:
    source = write_csv(
        tmp_path / "e.csv", [*(product(number) for number in range(20)), product(21, price="x")]
    )
    for name in ("one", "two"):
        generate(source, tmp_path / name / "feed.csv")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert sorted(files(tmp_path / "one")) == sorted(f"feed.csv{ending}" for ending in ENDINGS)


def test_another_mapping_has_another_digest(tmp_path: Path) -> None:
    source = source_of(tmp_path, 2)
    digests = [
        generate(source, tmp_path / "f.csv", mapping=Mapping({"brand": Rule(constant=brand)})).mapping_sha256
        for brand in ("Acme", "Acme", "Other")
    ]
    assert digests[0] == digests[1] != digests[2]


def test_the_order_of_what_has_none_is_no_difference() -> None:
    assert fingerprint({"a": 1, "b": {2, 3}}) == fingerprint({"b": {3, 2}, "a": 1})
    assert fingerprint(("a", "b")) != fingerprint(("b", "a"))


def test_a_fall_past_max_drop_keeps_the_old_feed(tmp_path: Path) -> None:
    feed = tmp_path / "out" / "feed.csv"
    generate(source_of(tmp_path, 10), feed)
    before = files(feed.parent)
    with pytest.raises(FeedDropped, match=r"6 items, .* has 10: a fall of 40%, more than 0\.3") as told:
        generate(source_of(tmp_path, 6), feed)
    assert files(feed.parent) == before
    assert f"allow_drop_from: '{told.value.sha256[:12]}'" in str(told.value)


@pytest.mark.parametrize("items", [7, 10, 30])
def test_up_to_max_drop_a_feed_may_fall(items: int, tmp_path: Path) -> None:
    generate(source_of(tmp_path, 10), tmp_path / "feed.csv")
    assert generate(source_of(tmp_path, items), tmp_path / "feed.csv").items_written == items


def test_a_fall_is_allowed_once(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    generate(source_of(tmp_path, 20), feed)
    with pytest.raises(FeedDropped) as told:
        generate(source_of(tmp_path, 10), feed)
    guard = Guard(allow_drop_from=told.value.sha256[:12])
    assert generate(source_of(tmp_path, 10), feed, guard=guard).items_written == 10
    with pytest.raises(FeedDropped):
        generate(source_of(tmp_path, 1), feed, guard=guard)


@pytest.mark.parametrize("manifest", ["", "[]", '{"items": 9}', '{"items": "many", "sha256": "x"}', "\x00"])
def test_a_manifest_that_is_none_guards_nothing(manifest: str, tmp_path: Path) -> None:
    (tmp_path / "feed.csv.manifest.json").write_text(manifest, "utf-8")
    assert generate(source_of(tmp_path, 1), tmp_path / "feed.csv").items_written == 1


def test_an_empty_feed_leaves_the_old_one_and_all_beside_it(tmp_path: Path) -> None:
    feed = tmp_path / "out" / "feed.csv"
    generate(source_of(tmp_path, 2), feed)
    before = files(feed.parent)
    header = (tmp_path / "export.csv").read_text("utf-8").splitlines()[0]
    (tmp_path / "export.csv").write_text(header + "\n", "utf-8")
    with pytest.raises(EmptyFeed):
        generate(tmp_path / "export.csv", feed)
    assert files(feed.parent) == before


def deltas(feed: Path) -> list[dict[str, object]]:
    with gzip.open(feed.with_name(feed.name + ".deltas.jsonl.gz"), "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def test_deltas_tell_what_changed_since_the_feed_before(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    first = generate(write_csv(tmp_path / "e.csv", [product(1), product(2), product(3)]), feed, deltas=True)
    assert first.changes is None
    assert not (tmp_path / "feed.csv.deltas.jsonl.gz").exists()
    old = hashlib.sha256(feed.read_bytes()).hexdigest()
    again = [product(4), product(3), product(2, price="5.00 USD")]
    generate(write_csv(tmp_path / "e.csv", again), feed, deltas=True)
    head, *changes = deltas(feed)
    new = hashlib.sha256(feed.read_bytes()).hexdigest()
    assert head == {"from": old, "to": new, "added": 1, "removed": 1, "changed": 1}
    assert changes == [
        {"change": "added", "item_id": "SKU-4"},
        {"change": "changed", "item_id": "SKU-2", "attributes": ["price"]},
        {"change": "removed", "item_id": "SKU-1"},
    ]


def test_deltas_of_a_run_that_was_cut_off_before_its_manifest_stay(tmp_path: Path) -> None:
    feed, manifest = tmp_path / "feed.csv", tmp_path / "feed.csv.manifest.json"
    generate(source_of(tmp_path, 10), feed, deltas=True)
    old = manifest.read_bytes()
    generate(source_of(tmp_path, 11), feed, deltas=True)
    told = deltas(feed)
    manifest.write_bytes(old)
    generate(source_of(tmp_path, 11), feed, deltas=True)
    assert deltas(feed) == told
    generate(source_of(tmp_path, 11), feed, deltas=True)
    assert deltas(feed)[0] | {"from": 0, "to": 0} == {
        "from": 0,
        "to": 0,
        "added": 0,
        "removed": 0,
        "changed": 0,
    }


def test_items_at_fault_do_not_count_for_the_guard(tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    generate(source_of(tmp_path, 10), feed)
    items = [product(number, **({"price": "x"} if number < 4 else {})) for number in range(10)]
    with pytest.raises(FeedDropped, match="6 items"):
        generate(write_csv(tmp_path / "e.csv", items), feed, standard=Standard(max_rejected_ratio=0.5))
