"""Which column of a feed is which attribute, where a partner takes several names."""

import pytest

from feedscript.feeds import load_profile
from feedscript.feeds.profiles.header import read_header

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
