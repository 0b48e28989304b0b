"""Row steps do what their models in plain Python do, alone and behind one another."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sweeps import sweep
from tests.unit.feeds.mapping.prepared_rows import prepared
from tests.unit.feeds.mapping.row_models import MODELS, Row, bare

COLUMNS = ("g", "p", "x", "y", "n")
KEYS = st.sampled_from([None, "p", "q", " p ", "r", "1", "2"])
CELLS = st.sampled_from([None, "a", "b", " ", "a|b", "1|2|3", " c ", "10", "9"])
NUMBERS = st.sampled_from([None, "1", "2", "10", "-3", "x"])


def same(row: Row) -> Row:
    """A blank cell and one that is not there are the same: nothing."""
    return {name: bare(cell) and cell for name, cell in row.items()}


@settings(deadline=None, max_examples=sweep(short=100, long=2_000))
@given(
    rows=st.lists(st.tuples(KEYS, KEYS, CELLS, CELLS, NUMBERS), max_size=9),
    steps=st.lists(st.sampled_from([*MODELS]), min_size=1, max_size=3),
)
def test_steps_do_what_their_models_do(rows: list[Sequence[str | None]], steps: list[str]) -> None:
    expected: list[Row] = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    excluded = added = 0
    for step in steps:
        expected, left_out, made = MODELS[step](expected)
        excluded, added = excluded + left_out, added + made
    found, counts = prepared(COLUMNS, rows, f"[{', '.join(steps)}]")
    assert [same(row) for row in found] == [same(row) for row in expected]
    assert (counts.read, sum(counts.excluded.values()), counts.added) == (len(rows), excluded, added)
