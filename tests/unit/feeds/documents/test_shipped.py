"""Documents that come with the package are read once, and give the same whenever they are taken from the cache."""

import os
import shutil
import subprocess
import sys
from importlib.util import cache_from_source
from pathlib import Path

import pytest

import feedscript.feeds
from feedscript.feeds import ProfileError, load_profile, profile_ids, read_profile
from feedscript.feeds.documents.shipped import load_shipped
from feedscript.feeds.rules.codes import codes
from feedscript.feeds.rules.codes_schema import read_codes

HERE = Path(feedscript.feeds.__file__).parent
READER = "feedscript.feeds.profiles.reading:read_profile"
#: Loads a profile, and tells its title and whether the schema was needed for that.
LOADING = f"""
import sys
from pathlib import Path
from feedscript.feeds.documents.shipped import load_shipped
profile = load_shipped(Path(sys.argv[1]), {READER!r})
print(profile.title, "marshmallow" in sys.modules, sep=";")
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "google.yaml"
    shutil.copyfile(HERE / "profiles/google.yaml", path)
    return path


def loaded(path: Path, **environment: str) -> tuple[str, bool]:
    """The profile's title, and whether a process of its own had to read the document for it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [sys.executable, "-c", LOADING, str(path)]
    done = subprocess.run(
        command, env={**inherited, **environment}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    title, read = done.stdout.strip().split(";")
    return title, read == "True"


def test_what_is_shipped_is_what_its_documents_say() -> None:
    for profile in profile_ids():
        read = read_profile(HERE / f"profiles/{profile}.yaml")
        assert load_profile(profile) == read
        # Types and the order of keys too, which == does not tell.
        assert repr(load_profile(profile)) == repr(read)
    assert repr(codes()) == repr(read_codes(HERE / "rules/shared_codes.yaml"))


def test_a_document_is_read_once_and_again_when_it_has_changed(document: Path) -> None:
    title = "Google product data specification"
    assert loaded(document) == (title, True)
    assert loaded(document) == (title, False)
    document.write_text(document.read_text("utf-8").replace(title, "Another title"), "utf-8")
    assert loaded(document) == ("Another title", True)
    assert loaded(document) == ("Another title", False)


def test_a_document_is_read_again_when_what_reads_it_has_changed(document: Path) -> None:
    assert [loaded(document)[1] for _ in range(2)] == [True, False]
    reader = document.with_name("schema.py")
    reader.touch()
    os.utime(reader, (2_000_000_000, 2_000_000_000))
    assert [loaded(document)[1] for _ in range(2)] == [True, False]


def test_an_older_document_in_the_place_of_a_newer_one_is_read_too(document: Path) -> None:
    document.with_name("schema.py").touch()
    assert [loaded(document)[1] for _ in range(2)] == [True, False]
    # As an earlier release unpacked with its own times: of one size, and older than its neighbours.
    title = "Google product data specification"
    document.write_text(document.read_text("utf-8").replace(title, title.upper()), "utf-8")
    os.utime(document, (1_000_000_000, 1_000_000_000))
    assert loaded(document) == (title.upper(), True)


def test_without_a_cache_a_document_is_read_each_time(document: Path) -> None:
    assert [loaded(document, PYTHONDONTWRITEBYTECODE="1")[1] for _ in range(2)] == [True, True]
    # A file where the folder of the cache would be: nothing can be written there, whoever runs this.
    Path(cache_from_source(str(document))).parent.write_text("")
    assert [loaded(document)[1] for _ in range(2)] == [True, True]


def test_a_damaged_cache_is_made_anew(document: Path) -> None:
    assert loaded(document)[1]
    cached = Path(cache_from_source(str(document)))
    cached.write_bytes(b"nonsense")
    assert [loaded(document)[1] for _ in range(2)] == [True, False]


def test_a_wrong_document_is_refused_with_its_line_each_time(document: Path) -> None:
    document.write_text(document.read_text("utf-8").replace("item: id", "item: sku"), "utf-8")
    for _ in range(2):
        with pytest.raises(ProfileError, match=r"google\.yaml:6: item: there is no attribute sku"):
            load_shipped(document, READER)


def test_no_document_shares_its_place_in_the_cache_with_a_module() -> None:
    for document in HERE.rglob("*.yaml"):
        assert not document.with_suffix(".py").exists(), f"{document.name} and a module have one cache"
