"""The laws of every operation: NULL stays NULL, and what is made twice is as made once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.mapping import Mapping, Rule
from feedscript.feeds.mapping.operation_list import OPERATIONS
from feedscript.feeds.mapping.operations import Default, Operation
from tests.unit.feeds.mapping.mapped_rows import mapped

PARAMETERS: dict[str, object] = {
    "blank": ["n/a", "-", "0"],
    "deep_link": "https://net.example/?to={link|url}",
    "default": "none",
    "extract": "[0-9]+",
    "first": ">",
    "higher_of": "other",
    "last": ">",
    "list": {"separators": "|;", "at_most": 3},
    "net_to_gross": 19,
    "only_below": "other",
    "oversell": {"told_by": "other", "words": ["EUR"], "state": "backorder"},
    "parameters": {"utm_source": "feed"},
    "part": {"separator": "|", "number": 2},
    "plus": 4.9,
    "price": "other",
    "range": "other",
    "replace": {"text": "a", "by": "b"},
    "replace_pattern": {"pattern": "[0-9]", "by": "#"},
    "rest": ",",
    "times": 1.5,
    "truncate": 12,
    "unit": "other",
    "unless_same_as": "other",
    "values": {"in_stock": ["yes", "재고 있음"], "out_of_stock": ["no", "0"]},
    "without": "other",
    "words": "availability",
}
#: What these do is done each time they are asked: to calculate, or to take a part, twice is something else.
NOT_IDEMPOTENT = {"net_to_gross", "part", "plus", "rest", "times"}
ALL = [OPERATIONS[name](PARAMETERS.get(name)) for name in OPERATIONS]
VALUES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1f")
    | st.sampled_from("0123456789.,|;: €$<>&\"'+-https://a.b"),
    min_size=1,
    max_size=30,
) | st.sampled_from(
    [
        "https://a.example/1.jpg",
        "//a.example/b c",
        "12,90 EUR",
        "10+",
        "&amp;lt;",
        "재고 있음",
        "4006381333931",
    ]
)


def done(value: str | None, other: str | None, *operations: Operation) -> str | None:
    mapping = Mapping({"it": Rule(operations=operations)}, {"other": Rule()})
    return mapped(mapping, ("it", "other"), [value, other])["it"]


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
@pytest.mark.parametrize("blank", [None, "", " \u00a0"])
def test_case_1_6_no_value_stays_none(operation: Operation, blank: str | None) -> None:
    expected = operation.value if isinstance(operation, Default) else None
    assert done(blank, "EUR", operation) == expected
    assert done(blank, None, operation) == expected


@pytest.mark.parametrize(
    "operation",
    [each for each in ALL if each.name not in NOT_IDEMPOTENT],
    ids=lambda operation: operation.name,
)
@settings(deadline=None, max_examples=40)
@given(value=VALUES, other=st.none() | st.sampled_from(["EUR", "JPY", "kg"]) | VALUES)
def test_what_is_made_twice_is_as_made_once(operation: Operation, value: str, other: str | None) -> None:
    once = done(value, other, operation)
    assert done(once, other, operation) == once
    assert done(value, other, operation, operation) == once
