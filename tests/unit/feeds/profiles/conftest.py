"""Feeds of the sample products, made once for all tests of partners."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from feedscript.feeds import load_profile
from feedscript.testing.profile.products import SHOP, canonical_rows
from tests.unit.feeds.products import generate_all, write_csv

#: A feed by its profile and ending.
MakeFeed = Callable[[str, str], Path]
#: What the first of the products has besides: several values, of which partners take one, or all.
SEVERAL = {
    "shipping": "US:CA:Ground:4.99 USD,US:NY:Ground:5.99 USD",
    "gtin": "4006381333931,4006381333948",
}


@pytest.fixture(scope="session")
def feed_of(tmp_path_factory: pytest.TempPathFactory) -> MakeFeed:
    """Makes the sample products a partner's feed, once."""

    @cache
    def made(profile: str, ending: str) -> Path:
        folder = tmp_path_factory.mktemp(profile)
        first, *others = canonical_rows(load_profile(profile))
        export = write_csv(folder / "export.csv", [first | SEVERAL, *others])
        feed = folder / f"feed{ending}"
        generate_all(export, feed, profile=profile, names=SHOP)
        return feed

    return made
