"""Every form of file that a partner takes: the sample products are valid in it, and are read back from it."""

from pathlib import Path

import pytest

from feedscript.feeds import load_profile, profile_ids, validate
from feedscript.feeds.generation import generate
from feedscript.feeds.profiles.as_written import as_written
from feedscript.feeds.readers.options import SourceOptions
from tests.unit.feeds.profiles.canonical_products import AS_OF, PRODUCTS, SHOP, write_export

FORMS = [
    pytest.param(profile, file.endings[0], id=f"{profile}{file.endings[0]}")
    for profile in profile_ids()
    for file in load_profile(profile).files
]


@pytest.mark.parametrize(("profile", "ending"), FORMS)
def test_the_sample_products_are_valid_in_every_form(profile: str, ending: str, tmp_path: Path) -> None:
    target = load_profile(profile)
    feed = tmp_path / f"feed{ending}"
    generate(write_export(tmp_path / "export.csv", target), feed, profile=profile, names=SHOP)
    report = validate(feed, profile=profile, as_of=AS_OF)
    assert {each.rule.id for each in report.issues if each.severity == "error"} == set()
    assert {each.rule.code for each in report.issues}.isdisjoint({"unknown_column", "swallowed_row"})
    assert report.items_total == len(PRODUCTS)


def test_a_file_without_an_ending_is_read_as_the_partners_usual_one() -> None:
    profile = load_profile("rakuten-merchandiser")
    read = as_written(profile, "1234_nmerchandis20261128", SourceOptions())
    assert (read.preamble, read.trailer) == ("HDR|", "TRL|")
    assert read == as_written(profile, "1234_nmerchandis20261128.txt", SourceOptions())
    assert as_written(load_profile("awin-google"), "feed", SourceOptions()) == SourceOptions()
