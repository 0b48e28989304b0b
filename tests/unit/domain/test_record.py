"""Commands and events are equal, hashed and shown as dataclasses are."""

from dataclasses import dataclass, fields, make_dataclass, replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.domain import Command, Event
from feedscript.domain.record import Record


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Point(Record):
    """A record of two fields."""

    x: int
    y: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Place(Point):
    """Another class with the same fields."""


@given(st.one_of(st.from_type(Event), st.from_type(Command)))
def test_a_record_is_what_a_generated_dataclass_would_be(record: Record) -> None:
    values = {each.name: getattr(record, each.name) for each in fields(record)}  # type: ignore[arg-type]
    names = [(name, object) for name in values]
    generated = make_dataclass(type(record).__name__, names, frozen=True, kw_only=True)
    assert repr(record) == repr(generated(**values))
    assert record == replace(record)  # type: ignore[type-var]
    assert record != generated(**values)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (Point(x=1), Point(x=1, y=0), True),
        (Point(x=1), Point(x=2), False),
        (Point(x=1), Point(x=1, y=1), False),
        (Point(x=1), Place(x=1), False),
        (Place(x=1), Point(x=1), False),
        (Point(x=1), (1, 0), False),
    ],
)
def test_records_are_equal_by_class_and_fields(one: Point, other: object, *, equal: bool) -> None:
    assert (one == other) is equal
    assert len({one, other}) == (1 if equal else 2)


def test_records_are_hashed_by_their_fields() -> None:
    assert hash(Point(x=1)) == hash(Point(x=1, y=0)) != hash(Point(x=2))


def test_every_command_and_event_is_a_record() -> None:
    for kind in (*get_args(Command), *get_args(Event)):
        assert issubclass(kind, Record)
        assert kind.__eq__ is Record.__eq__
