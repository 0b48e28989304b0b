"""GTINs: the SQL agrees with arithmetic done by hand, digit by digit."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.rules import gtin
from feedscript.feeds.rules.derivation import Derivation, Value


def outcomes(*texts: str) -> list[tuple[bool, bool]]:
    """Whether each text is well-formed, and whether its check digit holds."""
    shared = Derivation()
    value = Value("v", shared)
    columns = f"{gtin.well_formed(value)}, {gtin.check_digit_holds(value)}"
    listed = ", ".join(f"('{text}')" for text in texts)
    query = f"SELECT {columns} FROM ({shared.over(f'SELECT v FROM (VALUES {listed}) AS t(v)')})"
    return duckdb.connect().execute(query).fetchall()


def by_hand(digits: str) -> bool:
    weights = [3 if place % 2 else 1 for place in range(len(digits))]
    total = sum(int(digit) * weight for digit, weight in zip(reversed(digits), weights, strict=True))
    return total % 10 == 0 and int(digits) > 0


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from([12, 13, 14]).flatmap(lambda n: st.text("0123456789", min_size=n, max_size=n)),
        min_size=1,
    )
)
def test_the_check_digit_is_that_of_gs1(numbers: list[str]) -> None:
    assert outcomes(*numbers) == [(True, by_hand(number)) for number in numbers]


def test_isbn_upc_e_and_separators_are_understood() -> None:
    good = [
        "0306406152",
        "097522980X",
        "0-306-40615-2",
        "96385074",
        "01234565",
        "04252614",
        "400638 133393-1",
    ]
    assert outcomes(*good) == [(True, True)] * len(good)


def test_what_is_no_gtin_is_not_well_formed() -> None:
    bad = [
        "",
        "4006381",
        "40063813339",
        "400638133393a",
        "4006381333931e",
        "123456e2",
        "4006381333931123",
        "12.345678901",
    ]
    assert [formed for formed, _ in outcomes(*bad)] == [False] * len(bad)


def test_wrong_digits_are_told() -> None:
    assert [holds for _, holds in outcomes("4006381333932", "0000000000000", "0306406153", "01234566")] == [
        False
    ] * 4


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("75427203", id="6.17-upc-e-by-chance"),
        pytest.param("83628433", id="6.17-another"),
        pytest.param("24252610", id="6.17-begins-with-two"),
        pytest.param("96385073", id="6.17-neither"),
    ],
)
def test_eight_digits_that_begin_otherwise_are_no_upc_e(number: str) -> None:
    assert outcomes(number) == [(True, False)]


def test_an_isbn_is_held_against_its_own_check_digit_alone() -> None:
    # Ten digits that would add up as a GTIN's.
    assert outcomes("8675650889", "4383354118") == [(True, False)] * 2


def with_check_digit(digits: str) -> str:
    return next(f"{digits}{last}" for last in range(10) if by_hand(f"{digits}{last}"))


@pytest.mark.parametrize(
    "ranges",
    [(), ("020-029",), ("200-299", "020-029", "981-984"), ("000-500", "020-029", "990-999"), ("000-999",)],
    ids=str,
)
def test_a_refused_prefix_is_never_called_fine(ranges: tuple[str, ...]) -> None:
    shared = Derivation()
    fine = gtin.is_fine(Value("v", shared), ranges)
    numbers = {prefix: with_check_digit(f"{prefix:03}123456789") for prefix in range(1000)}
    listed = ", ".join(f"({prefix}, '{number}')" for prefix, number in numbers.items())
    values = f"SELECT p, v FROM (VALUES {listed}) AS t(p, v)"
    found = (
        duckdb.connect().execute(f"SELECT p FROM ({shared.over(values)}) WHERE {fine} ORDER BY p").fetchall()
    )
    bounds = [tuple(map(int, each.split("-"))) for each in ranges]
    assert [p for (p,) in found] == [p for p in range(1000) if not any(a <= p <= b for a, b in bounds)]
