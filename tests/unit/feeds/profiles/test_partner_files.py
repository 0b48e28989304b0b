"""Every form of file that a partner takes: the sample products are valid in it, and are read back from it."""

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest

from feedscript.feeds import load_profile, profile_ids
from feedscript.feeds.comparison.comparing import compare
from feedscript.feeds.profiles.as_written import as_written
from feedscript.feeds.profiles.model import Attribute, Profile
from feedscript.feeds.readers.options import SourceOptions
from feedscript.testing.profile.items_read import items_of
from feedscript.testing.profile.products import PRODUCTS
from tests.sweeps import LONG
from tests.unit.feeds.profiles.conftest import MakeFeed


def others(profile: str) -> Sequence[str]:
    """Endings of the forms beside the first that are generated: one in turn, in a long sweep each.

    That each holds what is written into it is `tests/unit/feeds/writers/test_partners_files.py`'s.
    """
    endings = [file.endings[0] for file in load_profile(profile).files[1:]]
    place = profile_ids().index(profile)
    return endings if LONG or not endings else [endings[place % len(endings)]]


FORMS = [
    pytest.param(profile, ending, id=f"{profile}{ending}")
    for profile in profile_ids()
    for ending in others(profile)
]


@pytest.mark.parametrize(("profile", "ending"), FORMS)
def test_every_form_holds_the_same_items(profile: str, ending: str, feed_of: MakeFeed) -> None:
    """What is valid in the partner's first form (`test_partner_profiles`) is so in each: its cells are the same."""
    target = load_profile(profile)
    first, items = (listed(feed_of(profile, each), target) for each in (target.files[0].endings[0], ending))
    assert len(items) == len(PRODUCTS)
    assert items == first


@pytest.mark.parametrize("profile", profile_ids())
def test_a_partners_feed_is_the_same_in_each_of_its_forms(profile: str, feed_of: MakeFeed) -> None:
    """For whoever compares two feeds as well."""
    first = feed_of(profile, load_profile(profile).files[0].endings[0])
    for feed in (first, *(feed_of(profile, ending) for ending in others(profile))):
        changes = compare(first, feed, profile=profile)
        assert changes.same, (feed.name, changes.first_changed[:2])
        assert changes.old.items > 0


def listed(feed: Path, profile: Profile) -> list[dict[str, str]]:
    """The items, with what parts the values of a list alike in every form of file."""
    return [
        {name: parted(profile.attribute(name), text) for name, text in item.items() if text}
        for item in items_of(feed, profile)
    ]


def parted(attribute: Attribute, text: str) -> str:
    """A cell, whose values are parted alike whether the form of file holds a list or a text of it."""
    separator = attribute.cell.separator
    if not attribute.repeatable or "\x1f" in text:
        return text
    if len(separator) > 1:
        return text.replace(separator, "\x1f")
    (values,) = csv.reader([text], delimiter=separator)
    return "\x1f".join(values)


def test_a_file_without_an_ending_is_read_as_the_partners_usual_one() -> None:
    profile = load_profile("rakuten-merchandiser")
    read = as_written(profile, "1234_nmerchandis20261128", SourceOptions())
    assert (read.preamble, read.trailer) == ("HDR|", "TRL|")
    assert read == as_written(profile, "1234_nmerchandis20261128.txt", SourceOptions())
    assert as_written(load_profile("awin-google"), "feed", SourceOptions()) == SourceOptions()
