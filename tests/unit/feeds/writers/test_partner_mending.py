"""What of the canonical product a partner has no way to write: it is written as near as may be, or left out, and told."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds import generate, load_profile, validate
from feedscript.feeds.engine.connection import connect
from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.engine.sql import literal
from feedscript.feeds.profiles.model import Attribute, Type
from feedscript.feeds.profiles.written import Cell
from feedscript.feeds.writers.values import taken
from feedscript.testing.profile.items_read import Item, items_of
from feedscript.testing.profile.products import AS_OF, SHOP, canonical_rows, write_csv

COMMA = "https://cdn.example.com/a,b.jpg"
ENCODED = "https://cdn.example.com/a%2Cb.jpg"
SIDES = {"product_length": "12cm", "product_width": "8.5 cm", "product_height": "3 in"}


def fed(folder: Path, profile: str, *changes: Mapping[str, str]) -> tuple[list[Item], set[tuple[str, str]]]:
    """The items of the feed, without any error in it, and (attribute, operation) of each repair."""
    target = load_profile(profile)
    first = next(canonical_rows(target))
    rows = [first | {"id": f"SKU-{place}"} | each for place, each in enumerate(changes)]
    feed = folder / f"feed{target.files[0].endings[0]}"
    generated = generate(write_csv(folder / "export.csv", rows), feed, profile=profile, names=SHOP)
    assert generated.items_written == len(rows)
    report = validate(feed, profile=profile, as_of=AS_OF)
    assert [issue.rule.id for issue in report.issues if issue.severity == "error"] == []
    return items_of(feed, target), {(each.attribute, each.operation) for each in generated.repairs}


@pytest.mark.parametrize(
    ("profile", "given_", "written", "repairs"),
    [
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
            (profile, {"additional_image_link": COMMA}, {name: ENCODED}, {(name, "without_parting_signs")})
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
        ("google", {"product_weight": "0.33333333333kg"}, {"product_weight": "0.3333kg"}, {("product_weight", "rounded")}),
        ("google", {"product_width": "12.3400 in"}, {"product_width": "12.3400 in"}, set()),
        ("openai", {"color": "N/A", "size": "Unknown"}, {"color": None, "size": None}, {("color", "left_out"), ("size", "left_out")}),
        ("openai", {"color": "Red"}, {"color": "Red"}, set()),
        (
            "openai",
            SIDES,
            {"length": "12", "width": "8.5", "height": None, "dimensions_unit": "cm"},
            {("height", "left_out")},
        ),
        ("openai", {"product_height": "3 in"}, {"height": "3", "dimensions_unit": "in"}, set()),
        ("openai", {"product_weight": "1.2kg"}, {"weight": "1.2", "item_weight_unit": "kg"}, set()),
    ],
)  # fmt: skip
def test_what_a_partner_cannot_have_is_mended_and_told(
    tmp_path: Path,
    profile: str,
    given_: Mapping[str, str],
    written: Mapping[str, str | None],
    repairs: set[tuple[str, str]],
) -> None:
    # Another item has nothing of it, and is as it was.
    (item, other), told = fed(tmp_path, profile, given_, {})
    assert {name: item.get(name) for name in written} == written
    assert not any(other.get(name) for name in written if name != "additional_image_link")
    assert told == repairs


def test_what_is_no_measure_is_left_for_the_rules_to_find(tmp_path: Path) -> None:
    export = write_csv(
        tmp_path / "export.csv",
        [
            {**next(canonical_rows(load_profile("openai"))), "id": f"{place}", "product_length": length}
            for place, length in enumerate(["12 cm"] * 10 + ["large"])
        ],
    )
    generated = generate(export, tmp_path / "feed.csv", profile="openai", names=SHOP)
    assert dict(generated.rejects.by_rule) == {"openai.length.invalid_format": 1}


NUMBERS = st.from_regex(r"[+-]?\d{1,8}(\.\d{1,12})?", fullmatch=True)


@settings(max_examples=25, deadline=None)
@given(measures=st.lists(st.tuples(NUMBERS, st.sampled_from(["", " "]), st.sampled_from(["cm", "in"])), min_size=20))
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
        query = f"SELECT {taken(attribute, 'w')} FROM (VALUES {rows}) AS t(n, w) ORDER BY n"  # noqa: S608 - literals
        return [row[0] for row in connection.execute(query).fetchall()]
