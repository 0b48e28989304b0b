"""What the feed engine offers by name, without being imported for it."""

import subprocess
import sys

import pytest

from feedscript import feeds


@pytest.mark.parametrize("name", feeds.__all__)
def test_every_name_that_is_offered_is_there(name: str) -> None:
    assert getattr(feeds, name).__name__ == name


def test_what_is_not_offered_is_refused_as_by_any_module() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'valid'"):
        _ = feeds.valid


def test_the_engine_is_not_imported_before_it_is_used() -> None:
    script = "import sys; from feedscript.feeds import validate; print(sys.modules.keys() & {'duckdb', 'marshmallow'})"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
