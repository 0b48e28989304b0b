"""Which column of a feed is which attribute, where a partner takes several names."""

from pathlib import Path

import pytest

from feedscript.feeds import load_profile, validate
from feedscript.feeds.profiles.header import read_header
from tests.feeds_writing import write_rss
from tests.unit.feeds.products import product, write_csv

OPENAI = load_profile("openai")


@pytest.mark.parametrize(
    ("columns", "attribute", "taken"),
    [
        (("id", "sku"), "item_id", "id"),
        (("sku", "id"), "item_id", "id"),
        (("id", "sku", "item_id"), "item_id", "item_id"),
        (("is_eligible_search", "enable_search"), "is_eligible_search", "enable_search"),
        (("enable_search", "is_eligible_search"), "is_eligible_search", "enable_search"),
        (("is_ads_eligible", "is_eligible_ads"), "is_ads_eligible", "is_ads_eligible"),
        (("return_deadline_in_days", "return_window"), "return_deadline_in_days", "return_window"),
        (("item_group_id", "group_id"), "group_id", "group_id"),
        (("title", "Title"), "title", "title"),
    ],
)
def test_of_two_names_the_partners_winner_is_taken(
    columns: tuple[str, ...], attribute: str, taken: str
) -> None:
    header = read_header(OPENAI, columns)
    assert [columns[place] for place in header.columns[attribute]] == [taken]
    assert sorted(header.duplicates) == sorted({*columns} - {taken})
    assert header.unknown == []


@pytest.mark.parametrize(
    ("profile", "column", "attribute"),
    [
        ("klarna", "ProductId", "product_id"),
        ("idealo", "categoryPath", "category_path"),
        ("kelkoo", "landing-page-url", "landing_page_url"),
        ("awin", "Fashion:size", "fashion_size"),
    ],
)
def test_a_column_is_known_by_the_name_that_the_partner_writes(
    profile: str, column: str, attribute: str
) -> None:
    assert read_header(load_profile(profile), (column,)).columns == {attribute: [0]}


@pytest.mark.parametrize(
    ("profile", "title", "found"),
    [
        ("pinterest", "price", False),
        ("pinterest", "Price", True),
        ("pinterest", "g:price", True),
        ("cj", "PRICE", True),
        ("google", "Price", False),
        ("meta", "Price", False),
    ],
)
def test_some_partners_know_a_column_letter_for_letter_alone(
    tmp_path: Path, profile: str, title: str, found: bool
) -> None:
    row = {
        title if name == "price" else name: value for name, value in product(availability="in stock").items()
    }
    report = validate(write_csv(tmp_path / "feed.csv", [row]), profile=profile)
    told = {each.rule.code: [sample.value for sample in each.samples] for each in report.issues}
    assert ("inexact_column" in told) is found
    assert not found or told["inexact_column"] == [title]
    # The column is read all the same, so that nothing else is said of it.
    assert "missing_required_column" not in told


def test_elements_have_a_prefix_and_are_no_columns(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_text(write_rss([product(availability="in stock")]), "utf-8")
    assert "inexact_column" not in {each.rule.code for each in validate(feed, profile="pinterest").issues}
