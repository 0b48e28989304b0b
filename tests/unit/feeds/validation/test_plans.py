"""Which plans a process keeps for the validations that it forks."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from feedscript.feeds import Limits
from feedscript.feeds.engine.ready import ReadyEngine
from feedscript.feeds.validation.plans import MOST_COLUMNS, Plans, Shape
from tests.unit.feeds.products import VALID

SHAPE = Shape("google", tuple(VALID), "US", date(2026, 8, 1), frozenset())


@pytest.fixture
def plans() -> Plans:
    return Plans(ReadyEngine())


def test_a_shape_is_read_as_it_was_written() -> None:
    shape = replace(SHAPE, skipped=frozenset({"google.id.too_long"}))
    assert Shape.read(shape.document()) == shape


@pytest.mark.parametrize(
    "other",
    [
        replace(SHAPE, profile="own.yaml"),
        replace(SHAPE, columns=("x",) * 51),
        replace(SHAPE, columns=("x" * 20_000,)),
    ],
)
def test_no_plan_is_wanted_of_what_is_too_large_or_a_profile_of_ones_own(plans: Plans, other: Shape) -> None:
    assert plans.of(other) is None
    assert plans.lacking is None
    assert Shape.read(other.document()) is None


def test_what_there_is_no_plan_for_is_lacking(plans: Plans) -> None:
    assert plans.of(SHAPE) is None
    assert plans.lacking == SHAPE


def test_a_header_of_which_nothing_is_known_has_no_plan(plans: Plans) -> None:
    unknown = replace(SHAPE, columns=("what", "ever"))
    plans.make(unknown)
    assert plans.of(unknown) is None


def test_the_oldest_plans_are_given_up_with_all_that_the_engine_kept_of_them(plans: Plans) -> None:
    room = MOST_COLUMNS // len(VALID)
    shapes = [replace(SHAPE, day=SHAPE.day + timedelta(days=days)) for days in range(room + 2)]
    for shape in shapes:
        plans.make(shape)
        plans.make(shape)
    assert [shape for shape in shapes if plans.of(shape) is None] == shapes[:2]
    connection = plans.engine.open()
    kept = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'items'").fetchall()
    assert kept == [(room,)]


def test_the_engine_is_no_ones_in_the_process_that_opened_it(plans: Plans, tmp_path: Path) -> None:
    plans.make(SHAPE)
    assert plans.engine.of_child(Limits(), tmp_path) is None
