"""Laws of validation, for any valid product: order does not matter, and a defect is found alone."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedscript.feeds import validate
from tests.unit.feeds.products import product, write_csv

AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
FIXTURES = yaml.safe_load((Path(__file__).parents[1] / "rules" / "google_items.yaml").read_text("utf-8"))
#: Fixtures that change one attribute of one item, in a text that CSV can hold as it is.
DEFECTS: dict[str, dict[str, str]] = {
    rule: {name: value or "" for name, value in fixture["fails"].items()}
    for rule, fixture in FIXTURES.items()
    if not {"country", "also"} & fixture.keys()
    and isinstance(fixture["fails"], dict)
    and len(fixture["fails"]) == 1
    and all(value is None or isinstance(value, str) for value in fixture["fails"].values())
}
OPTIONAL = {
    "sale_price": st.integers(1, 7989).map(lambda cents: f"{cents / 100:.2f} USD"),
    "color": st.sampled_from(["Red", "Red/Navy", "dark blue", "黒"]),
    "size": st.sampled_from(["42", "XL", "10 x 20 cm"]),
    "product_type": st.sampled_from(["Shoes", "Shoes > Running"]),
    "identifier_exists": st.sampled_from(["yes", "true", "Yes"]),
    "availability": st.sampled_from(["in_stock", "in stock", "Out of stock"]),
    "shipping_weight": st.sampled_from(["3 kg", "0.5 lb", "12oz"]),
    "custom_label_0": st.text(
        st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=100
    ),
    "title": st.sampled_from(
        ["Trail shoe", 'A 5" shoe, light', "Schuh für Läufer\nzweite Zeile", "  padded  "]
    ),
}
CHEAP = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


@st.composite
def products(draw: st.DrawFn) -> list[dict[str, str]]:
    found = []
    for number in range(draw(st.integers(1, 5))):
        extras = draw(st.fixed_dictionaries({}, optional=OPTIONAL))
        found.append(product(number, **extras))
    return found


def findings(feed: list[Mapping[str, Any]], columns: list[str]) -> dict[str, list[str | None]]:
    with tempfile.TemporaryDirectory() as folder:
        rows = [{name: row.get(name, "") for name in columns} for row in feed]
        report = validate(write_csv(Path(folder) / "feed.csv", rows), as_of=AS_OF)
    return {issue.rule.id: [each.item_id for each in issue.samples] for issue in report.issues}


@CHEAP
@given(feed=products(), data=st.data())
def test_a_valid_feed_stays_valid_in_any_order_of_rows_and_columns(
    feed: list[dict[str, str]], data: st.DataObject
) -> None:
    columns = data.draw(st.permutations(sorted({name for row in feed for name in row})))
    assert findings(list(data.draw(st.permutations(feed))), columns) == {}


@CHEAP
@given(feed=products(), rule=st.sampled_from(sorted(DEFECTS)), data=st.data())
def test_one_planted_defect_is_exactly_one_finding(
    feed: list[dict[str, str]], rule: str, data: st.DataObject
) -> None:
    planted = product(99, **DEFECTS[rule])
    rows = data.draw(st.permutations([*feed, planted]))
    columns = data.draw(st.permutations(sorted({name for row in rows for name in row})))
    assert findings(list(rows), columns) == {rule: [planted["id"] or None]}
