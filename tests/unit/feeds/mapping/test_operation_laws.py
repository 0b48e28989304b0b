"""The laws of every operation: NULL stays NULL, and what is made twice is as made once."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.mapping import Mapping, Rule
from feedscript.feeds.mapping.operation_list import OPERATIONS
from feedscript.feeds.mapping.operations import Default, Operation
from tests.unit.feeds.mapping.mapped_rows import mapped_all

PARAMETERS: dict[str, object] = {
    "absolute": "other",
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
    "reduced_by": "other",
    "replace": {"text": "a", "by": "b"},
    "replace_pattern": {"pattern": "[0-9]", "by": "#"},
    "rest": ",",
    "times": 1.5,
    "truncate": 12,
    "unit": "other",
    "unless_same_as": "other",
    "unwrap": {"parameter": "to", "hosts": ["net.example"]},
    "values": {"in_stock": ["yes", "재고 있음"], "out_of_stock": ["no", "0"]},
    "without": "other",
    "words": "availability",
}
#: What these do is done each time they are asked: to calculate, or to take a part, twice is something else.
NOT_IDEMPOTENT = {"net_to_gross", "part", "plus", "reduced_by", "rest", "times"}
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
        "https://www.net.example/c?to=https%3A%2F%2Fa.example%2F1&k=2",
        "https://net.example/c?to=https%3A%2F%2Fnet.example%2Fc%3Fto%3Dhttps%3A%2F%2Fa.example",
        "12,90 EUR",
        "10+",
        "&amp;lt;",
        "재고 있음",
        "4006381333931",
    ]
)


#: A value, and what stands beside it.
ROWS = st.lists(
    st.tuples(VALUES, st.none() | st.sampled_from(["EUR", "JPY", "kg", "https://a.example/media/"]) | VALUES),
    min_size=1,
    max_size=80,
)


def done(rows: Sequence[tuple[str | None, str | None]], *operations: Operation) -> list[str | None]:
    mapping = Mapping({"it": Rule(operations=operations)}, {"other": Rule()})
    return [item["it"] for item in mapped_all(mapping, ("it", "other"), rows)]


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.name)
@pytest.mark.parametrize("blank", [None, "", " \u00a0"])
def test_case_1_6_no_value_stays_none(operation: Operation, blank: str | None) -> None:
    expected = operation.value if isinstance(operation, Default) else None
    assert done([(blank, "EUR"), (blank, None)], operation) == [expected] * 2


@pytest.mark.parametrize(
    "operation",
    [each for each in ALL if each.name not in NOT_IDEMPOTENT],
    ids=lambda operation: operation.name,
)
@settings(deadline=None, max_examples=6)
@given(rows=ROWS)
def test_what_is_made_twice_is_as_made_once(operation: Operation, rows: list[tuple[str, str | None]]) -> None:
    once = done(rows, operation)
    others = [other for _, other in rows]
    assert done([*zip(once, others, strict=True)], operation) == once
    assert done(rows, operation, operation) == once
