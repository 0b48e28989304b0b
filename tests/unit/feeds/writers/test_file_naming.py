"""What a partner calls its files, and what is said of one that is called otherwise."""

import pytest

from feedscript.feeds.profiles import load_profile, profile_ids
from feedscript.feeds.writers.file_form import WrongEnding, file_form, naming_advice

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


def test_other_partners_set_bounds_to_every_form_of_file() -> None:
    bounded = {
        each: [file.name_pattern is not None for file in load_profile(each).files] for each in profile_ids()
    }
    asked = {each for each, forms in bounded.items() if any(forms)}
    assert asked == {"klarna", "microsoft", "openai", "openai-2026a", "openai-google"}
    assert all(all(bounded[each]) for each in asked)


@pytest.mark.parametrize(
    ("profile", "name", "wrong"),
    [
        ("klarna", "products.csv", False),
        ("klarna", "products-4011.csv.gz", False),
        ("klarna", "products-20261128.csv", True),
        ("klarna", "products-2026-11-28.csv.gz", True),
        ("klarna", "28.11.2026.csv", True),
        ("klarna", "products-1795863600.json", True),
        ("klarna", "ean-4006381333931.csv", False),
        ("openai", "feed-1of3.jsonl.gz", False),
        ("openai", "feed_20261128.jsonl.gz", True),
        ("microsoft", f"{'x' * 46}.txt", False),
        ("microsoft", f"{'x' * 47}.txt", True),
        ("microsoft", "our products.txt", True),
        ("microsoft", "feed-20261128.txt.gzip", False),
    ],
)
def test_a_name_beyond_the_partners_bounds_is_told_of(profile: str, name: str, wrong: bool) -> None:
    form = file_form(load_profile(profile), name)
    advice = naming_advice(form, name)
    assert (advice is not None) is wrong
    assert advice is None or (form.file.name_form and form.file.name_form in advice)


def test_a_compressed_file_may_have_another_ending_where_the_partner_says_so() -> None:
    target = load_profile("openai-google")
    assert {file_form(target, f"feed.txt.{each}").compression for each in ("gz", "gzip")} == {"gz"}
    with pytest.raises(WrongEnding):
        file_form(load_profile("openai"), "feed.csv.gzip")
