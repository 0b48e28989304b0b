"""What a partner calls its files, and what is said of one that is called otherwise."""

import pytest

from feedscript.feeds.profiles import load_profile, profile_ids
from feedscript.feeds.writers.file_form import file_form, naming_advice

RAKUTEN = load_profile("rakuten-merchandiser")
MID = {"mid": "40123", "company": "Fernhollow", "time": "2026-11-28"}


@pytest.mark.parametrize(
    "name",
    ["40123_nmerchandis20261128.txt", "40123_nmerchandis20261128.txt.gz", "40123_NMERCHANDIS20261128.TXT"],
)
def test_a_file_that_is_called_as_the_partner_calls_it_is_passed_over(name: str) -> None:
    assert naming_advice(file_form(RAKUTEN, name), name, MID) is None
    assert naming_advice(file_form(RAKUTEN, name), name) is None


@pytest.mark.parametrize(
    "name",
    [
        "feed.txt",
        "40124_nmerchandis20261128.txt",
        "40123_nmerchandis2026-11-28.txt",
        "40123_nmerchandis20261128-2.txt",
        "40123_nattributes20261128.txt",
        "40123_nmerchandis20261128",
    ],
)
def test_of_another_name_it_is_said_what_it_should_be_and_how_sure_that_is(name: str) -> None:
    advice = naming_advice(file_form(RAKUTEN, name), name, MID)
    assert advice
    assert advice.startswith(f"{name} is not called")
    assert advice.endswith("40123_nmerchandis{YYYYMMDD}.txt (so a third party)")


def test_no_shipped_profile_but_rakutens_says_how_files_are_called() -> None:
    named = {each for each in profile_ids() if any(file.naming for file in load_profile(each).files)}
    assert named == {"rakuten-merchandiser"}
