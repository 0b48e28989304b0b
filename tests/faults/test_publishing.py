"""A feed is put with all that tells of it, in an order that a crash may cut off anywhere."""

import json
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from feedscript.adapters.objects import S3ObjectStore
from feedscript.entrypoints.scripts.generate import put_all
from feedscript.feeds import validate
from feedscript.feeds.generation import generate
from feedscript.ports import ObjectStore
from feedscript.ports.errors import ObjectNotFound, ObjectStoreFailed
from tests.integration.objects.stores import s3_endpoint, s3_endpoints, store
from tests.s3_server import REGION
from tests.unit.feeds.products import product, write_csv

__all__ = ["s3_endpoint", "s3_endpoints", "store"]

ENDINGS = (".rejects.jsonl.gz", ".rejects.csv.gz", "", ".manifest.json")
URI = "s3://bucket/feeds/feed.csv"
#: Generates a feed, and is killed before it renames the file of this number, from 0, to its place.
KILLED = """
import os, signal, sys
from pathlib import Path
from feedscript.feeds.generation import generate

left = int(sys.argv[3])

def watch(event, args):
    global left
    if event == "os.rename" and ".partial/" in str(args[0]):
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

sys.addaudithook(watch)
generate(Path(sys.argv[1]), Path(sys.argv[2]))
"""

#: Generates a feed, and prints what lies at its place at each step of the program that touches files, once for each
#: difference: what a crash between two steps would leave.
WATCHED = """
import hashlib, json, sys
from pathlib import Path
from feedscript.feeds.generation import generate

source, feed, options = Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3])
looking, last = False, None

def watch(event, args):
    global looking, last
    if looking or event not in {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}:
        return
    looking = True
    whole = (path for path in sorted(feed.parent.iterdir()) if not path.name.endswith(".partial"))
    now = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in whole}
    if now != last:
        last = now
        print(json.dumps(now))
    looking = False

sys.addaudithook(watch)
generate(source, feed, **options)
watch("open", ())
"""

#: Publishes files to S3, and is killed before the call of the object store of this number, from 0.
KILLED_PUTTING = """
import os, signal, sys
from pathlib import Path
from feedscript.adapters.objects import S3ObjectStore
from feedscript.entrypoints.scripts.generate import put_all

class Killed(S3ObjectStore):
    left = int(sys.argv[1])

    def publish(self, path, uri):
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        super().publish(path, uri)

_, _, region, endpoint, folder, uri, *names = sys.argv
put_all(Killed(region=region, endpoint=endpoint), Path(folder), names, uri)
"""


class CutOff(ObjectStore):
    """A store whose caller comes no further than to its publication of this number, from 0."""

    def __init__(self, store: ObjectStore, left: int) -> None:
        self._store, self._left = store, left

    def fetch(self, uri: str, path: Path, *, limit: int | None = None) -> int:
        return self._store.fetch(uri, path, limit=limit)

    def read(self, uri: str, *, limit: int) -> bytes:
        return self._store.read(uri, limit=limit)

    def publish(self, path: Path, uri: str) -> None:
        if not self._left:
            raise ObjectStoreFailed(uri, "cut off")
        self._left -= 1
        self._store.publish(path, uri)


def export(folder: Path, title: str, count: int = 20) -> Path:
    items = [product(number, title=title, product_type="Shoes") for number in range(count)]
    return write_csv(folder / f"{title}.csv", [*items, product(99, price="x")])


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(".partial")}


def is_whole(now: dict[str, bytes], old: dict[str, bytes], new: dict[str, bytes]) -> bool:
    """Whether each file is the old or the new one, and the manifest tells of a feed that has been there."""
    feed, manifest = now["feed.csv"], now["feed.csv.manifest.json"]
    each = all(now[name] in (old[name], new[name]) for name in old)
    return each and (manifest == old["feed.csv.manifest.json"] or feed == new["feed.csv"])


@pytest.mark.parametrize("renamed", range(4))
def test_killed_while_it_is_put_a_feed_is_the_old_or_the_new_one(renamed: int, tmp_path: Path) -> None:
    feed = tmp_path / "out" / "feed.csv"
    generate(export(tmp_path, "New"), tmp_path / "new" / "feed.csv")
    generate(export(tmp_path, "Old"), feed)
    old, new = files(feed.parent), files(tmp_path / "new")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "New.csv"), str(feed), str(renamed)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    now = files(feed.parent)
    assert is_whole(now, old, new)
    assert sum(now[name] != old[name] for name in old) <= renamed
    manifest = feed.with_name("feed.csv.manifest.json")
    assert validate(feed, manifest=manifest).status == "passed"
    generate(tmp_path / "New.csv", feed)
    assert files(feed.parent) == new


@pytest.mark.parametrize("put", range(5))
def test_cut_off_between_two_puts_a_feed_is_the_old_or_the_new_one(
    put: int,
    store: ObjectStore,
    tmp_path: Path,
) -> None:
    for name in ("Old", "New"):
        names = generate(export(tmp_path, name), tmp_path / name / "feed.csv").files
    assert names == (*(f"feed.csv{ending}" for ending in ENDINGS[:2]), "feed.csv", "feed.csv.manifest.json")
    old, new = files(tmp_path / "Old"), files(tmp_path / "New")
    put_all(store, tmp_path / "Old", names, URI)
    if put < len(new):
        with pytest.raises(ObjectStoreFailed):
            put_all(CutOff(store, put), tmp_path / "New", names, URI)
        assert is_whole(published(store), old, new)
    put_all(store, tmp_path / "New", names, URI)
    assert published(store) == new
    assert json.loads(new["feed.csv.manifest.json"])["items"] == 20


SHARDS = tuple(f"feed-{number}of3.csv.gz" for number in (1, 2, 3))
PUT = ("feed.csv.gz.rejects.jsonl.gz", "feed.csv.gz.deltas.jsonl.gz", *SHARDS, "feed.csv.gz.manifest.json")


def in_shards(folder: Path, content: str) -> dict[str, bytes]:
    """Files of a feed in three shards, with a manifest that names their digests."""
    folder.mkdir()
    put = {name: f"{name}: {content}".encode() for name in PUT[:-1]}
    shards = [{"name": name, "sha256": sha256(put[name]).hexdigest()} for name in SHARDS]
    put[PUT[-1]] = json.dumps({"content": content, "shards": shards}).encode()
    for name, each in put.items():
        (folder / name).write_bytes(each)
    return put


@pytest.mark.parametrize("call", range(len(PUT) + 1))
def test_killed_at_any_call_of_s3_no_manifest_speaks_for_shards_that_it_does_not_know(
    call: int, s3_endpoint: str, tmp_path: Path
) -> None:
    place = f"s3://bucket/{tmp_path.name}/"
    store = S3ObjectStore(region=REGION, endpoint=s3_endpoint)
    old, new = (in_shards(tmp_path / content, content) for content in ("old", "new"))
    put_all(store, tmp_path / "old", PUT, place + "feed.csv.gz")
    told = [str(call), REGION, s3_endpoint, str(tmp_path / "new"), f"{place}feed.csv.gz", *PUT]
    ended = subprocess.run([sys.executable, "-c", KILLED_PUTTING, *told], check=False).returncode
    assert ended == (-signal.SIGKILL if call < len(PUT) else 0)
    now = {name: store.read(place + name, limit=10_000) for name in PUT}
    assert now == {name: (new if number < call else old)[name] for number, name in enumerate(PUT)}
    # Who follows the manifest reads the shards that it names, or sees that they are not those: never a mixture.
    manifest = json.loads(now[PUT[-1]])
    known = [sha256(now[shard["name"]]).hexdigest() == shard["sha256"] for shard in manifest["shards"]]
    assert all(known) == (call <= PUT.index(SHARDS[0]) or call == len(PUT))
    put_all(store, tmp_path / "new", PUT, place + "feed.csv.gz")
    assert {name: store.read(place + name, limit=10_000) for name in PUT} == new


def published(store: ObjectStore) -> dict[str, bytes]:
    found = {}
    for ending in ENDINGS:
        try:
            found[f"feed.csv{ending}"] = store.read(URI + ending, limit=10_000_000)
        except ObjectNotFound:
            continue
    return found


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("feed.csv", {"deltas": True}),
        ("feed.txt", {"profile": "rakuten-merchandiser", "names": {"mid": "1", "company": "A", "time": "x"}}),
    ],
)
def test_at_no_step_a_feed_is_anything_but_the_old_or_the_new_one(
    name: str, options: dict[str, Any], tmp_path: Path
) -> None:
    feed = tmp_path / "out" / name
    feed.parent.mkdir()
    generate(export(tmp_path, "Old"), feed, **options)
    command = [
        sys.executable,
        "-c",
        WATCHED,
        str(export(tmp_path, "New", 22)),
        str(feed),
        json.dumps(options),
    ]
    watched = subprocess.run(command, check=True, capture_output=True, text=True)
    old, *between, new = map(json.loads, watched.stdout.splitlines())
    changed = {each for each in new if old.get(each) != new[each]}
    assert {name, f"{name}.manifest.json"} < changed
    # One file is put after the other, and the manifest last.
    assert len(between) == len(changed) - 1
    for step in [*between, new]:
        assert all(step[each] in (old.get(each), new[each]) for each in step)
        assert step[f"{name}.manifest.json"] == old[f"{name}.manifest.json"] or step == new
        beside = changed - {name, f"{name}.manifest.json"}
        assert step[name] == old[name] or all(step.get(each) == new[each] for each in beside)
