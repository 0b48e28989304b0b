"""What of the canonical product a partner has no way to write: written as near as may be, or left out, and told."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from feedscript.feeds import generate, load_profile, validate
from feedscript.feeds.engine.connection import connect
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.sql import literal
from feedscript.feeds.profiles.model import Attribute, Type
from feedscript.feeds.profiles.written import Cell
from feedscript.feeds.writers.cells import partner_columns
from feedscript.feeds.writers.values import taken
from feedscript.testing.profile.items_read import items_of
from feedscript.testing.profile.products import AS_OF, SHOP, canonical_rows, write_csv

COMMA = "https://cdn.example.com/a,b.jpg"
ENCODED = "https://cdn.example.com/a%2Cb.jpg"
#: What the usual mapping mends of any partner's values, before they are written.
OF_MAPPING = {"list", "measure", "plain_text"}
SIDES = {"product_length": "12cm", "product_width": "8.5 cm", "product_height": "3 in"}


#: Partner, canonical values of an item, what is written of them, and what is told.
CASES: list[tuple[str, Mapping[str, str], Mapping[str, str | None], set[tuple[str, str]]]] = [
    ("microsoft", {"size_system": "JP"}, {"size_system": None}, {("size_system", "left_out")}),
    ("microsoft", {"size_system": "UK"}, {"size_system": "UK"}, set()),
    ("microsoft", {"item_group_id": "G"}, {"item_group_id": None}, {("item_group_id", "left_out")}),
    ("microsoft", {"item_group_id": "G", "color": "Red"}, {"item_group_id": "G"}, set()),
    (
        "microsoft",
        {"included_destination": "Free_listings,Shopping_ads"},
        {"included_destination": "Shopping_ads"},
        {("included_destination", "left_out")},
    ),
    ("microsoft", {"excluded_destination": "Shopping_ads"}, {"excluded_destination": "Shopping_ads"}, set()),
    *(
        (profile, {"additional_image_link": COMMA}, {name: ENCODED}, set())
        for profile, name in (
            ("microsoft", "additional_image_link"),
            ("tiktok", "additional_image_link"),
            ("openai", "additional_image_urls"),
        )
    ),
    ("tiktok", {"additional_image_link": ENCODED}, {"additional_image_link": ENCODED}, set()),
    ("pinterest", {"product_type": "Sport>Shoes >  Trail"}, {"product_type": "Sport > Shoes > Trail"}, set()),
    ("pinterest", {"shipping_weight": "1.2kg"}, {"shipping_weight": "1.2 kg"}, set()),
    ("pinterest", {"shipping_weight": "1.2 kg"}, {"shipping_weight": "1.2 kg"}, set()),
    ("google", {"product_length": "12.345678 cm"}, {"product_length": "12.3457 cm"}, {("product_length", "rounded")}),
    ("google", {"product_weight": "0.33333333333kg"}, {"product_weight": "0.3333 kg"}, {("product_weight", "rounded")}),
    ("google", {"product_width": "12.3400 in"}, {"product_width": "12.3400 in"}, set()),
    (
        "openai",
        {"color": "N/A", "size": "Unknown"},
        {"color": None, "size": None},
        {("color", "left_out"), ("size", "left_out")},
    ),
    ("openai", {"color": "Red"}, {"color": "Red"}, set()),
    ("openai", {"product_type": "n/a"}, {"product_category": None}, {("product_category", "left_out")}),
    (
        "openai",
        SIDES,
        {"length": "12", "width": "8.5", "height": None, "dimensions_unit": "cm"},
        {("height", "left_out")},
    ),
    ("openai", {"product_height": "3 in"}, {"height": "3", "dimensions_unit": "in"}, set()),
    ("openai", {"product_weight": "1.2kg"}, {"weight": "1.2", "item_weight_unit": "kg"}, set()),
]  # fmt: skip


@pytest.mark.parametrize("profile", sorted({profile for profile, *_ in CASES}))
def test_what_a_partner_cannot_have_is_mended_and_told(tmp_path: Path, profile: str) -> None:
    target = load_profile(profile)
    cases = [case for own, *case in CASES if own == profile]
    first = next(canonical_rows(target))
    rows = [{**first, "id": f"SKU-{place}", **given_} for place, (given_, _, _) in enumerate(cases)]
    feed = tmp_path / f"feed{target.files[0].endings[0]}"
    generated = generate(write_csv(tmp_path / "export.csv", rows), feed, profile=profile, names=SHOP)
    items = items_of(feed, target)
    assert [{name: item.get(name) for name in case[1]} for item, case in zip(items, cases, strict=True)] == [
        {**written} for _, written, _ in cases
    ]
    told = {
        (each.attribute, each.operation): each.total
        for each in generated.repairs
        if each.operation not in OF_MAPPING
    }
    assert told == Counter(repair for *_, repairs in cases for repair in repairs)
    report = validate(feed, profile=profile, as_of=AS_OF)
    assert [issue.rule.id for issue in report.issues if issue.severity == "error"] == []


@pytest.mark.parametrize("profile", ["microsoft", "openai", "tiktok"])
def test_whatever_the_mapping_made_no_comma_within_an_address_parts_two(profile: str) -> None:
    columns = partner_columns(
        load_profile(profile),
        {"additional_image_link": load_profile("google").attribute("additional_image_link")},
        {"additional_image_link": "cell"},
    )
    (column,) = columns
    for cell, wanted in ((COMMA, ENCODED), (f"{COMMA},{ENCODED}", f"{ENCODED},{ENCODED}"), (None, None)):
        given_cell = f"(SELECT {'NULL::VARCHAR' if cell is None else literal(cell)} AS cell)"
        (told,) = column.mended
        query = f"SELECT {column.text}, {told.changed} FROM {given_cell}"
        with connect(Limits(), Path()) as connection:
            assert connection.execute(query).fetchone() == (wanted, cell is not None)


def test_what_is_no_measure_is_left_for_the_rules_to_find(tmp_path: Path) -> None:
    export = write_csv(
        tmp_path / "export.csv",
        [
            {**next(canonical_rows(load_profile("openai"))), "id": f"{place}", "product_length": length}
            for place, length in enumerate(["12 cm"] * 10 + ["large"])
        ],
    )
    generated = generate(export, tmp_path / "feed.csv", profile="openai", names=SHOP)
    assert generated.rejects.total == generated.rejects.by_rule["openai.length.invalid_format"] == 1


NUMBERS = st.from_regex(r"[+-]?[0-9]{1,8}(\.[0-9]{1,12})?", fullmatch=True)


MEASURES = st.tuples(NUMBERS, st.sampled_from(["", " "]), st.sampled_from(["cm", "in"]))


@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(measures=st.lists(MEASURES, min_size=10, max_size=40))
def test_a_rounded_measure_stays_and_is_within_half_of_the_last_decimal(
    measures: list[tuple[str, str, str]],
) -> None:
    attribute = Attribute(
        name="side", type=Type.MEASURE, units=("cm", "in"), decimals=4, cell=Cell(rounded=True, spaced=True)
    )
    texts = ["".join(each) for each in measures]
    once = written_by(attribute, texts)
    assert written_by(attribute, once) == once
    for (number, _, unit), now in zip(measures, once, strict=True):
        told, _, same = now.rpartition(" ")
        assert same == unit
        assert abs(float(told) - float(number)) <= 0.00005 + 1e-9
        assert len(told.partition(".")[2]) <= 4
        if len(number.partition(".")[2]) <= 4:
            assert told == number


def written_by(attribute: Attribute, texts: list[str]) -> list[str]:
    rows = ", ".join(f"({place}, {literal(text)})" for place, text in enumerate(texts))
    with connect(Limits(), Path()) as connection:
        query = f"SELECT {taken(attribute, 'w')} FROM (VALUES {rows}) AS t(n, w) ORDER BY n"
        return [row[0] for row in connection.execute(query).fetchall()]
