"""`help()` of each package tells what it is for, and describes each name of its face."""

import pkgutil
import pydoc
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

import feedscript


def packages() -> Iterator[str]:
    yield "feedscript"
    yield from (each.name for each in pkgutil.walk_packages(feedscript.__path__, "feedscript.") if each.ispkg)


@pytest.mark.parametrize("name", [*packages()])
def test_help_tells_of_every_name(name: str) -> None:
    package = import_module(name)
    assert package.__doc__
    # What is behind DATA lists `__all__` itself.
    told = pydoc.plain(pydoc.render_doc(package)).split("DATA\n    __all__")[0]
    face = getattr(package, "__all__", ())
    assert [each for each in face if not re.search(rf"\b{each}\b", told)] == []
