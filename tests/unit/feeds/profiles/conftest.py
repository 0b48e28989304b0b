"""Feeds of the sample products, made once for all tests of partners."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from feedscript.feeds import load_profile
from feedscript.testing.profile.products import SHOP, write_export
from tests.unit.feeds.products import generate_all

#: A feed by its profile and ending; None: of the partner's first form of file.
MakeFeed = Callable[..., Path]


@pytest.fixture(scope="session")
def feed_of(tmp_path_factory: pytest.TempPathFactory) -> MakeFeed:
    """Makes the sample products a partner's feed, once."""

    @cache
    def made(profile: str, ending: str | None = None) -> Path:
        folder = tmp_path_factory.mktemp(profile)
        target = load_profile(profile)
        feed = folder / f"feed{ending or target.files[0].endings[0]}"
        generate_all(write_export(folder / "export.csv", target), feed, profile=profile, names=SHOP)
        return feed

    return made
