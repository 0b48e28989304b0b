"""A first merchant's file: it loads as it is, whatever columns and values an export has, and changes nothing."""

import csv
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds import load_config
from feedscript.feeds.generation.preview import preview
from feedscript.feeds.generation.suggestion import suggested
from tests.sweeps import sweep

KNOWN = (
    "SKU",
    "Product Name",
    "Our Price",
    "Währung",
    "image[0].url",
    "more images",
    "Stock",
    "titel",
    "Gender",
)
#: Text that YAML, comments and terminals could trip over.
TRICKY = (
    "a: b #c \"d\" 'e'",
    "{x}",
    "[y]",
    "no",
    "~",
    "0123",
    "- z",
    "&a *b",
    "\u2028",
    "\x85",
    "%d",
    "a\\n",
)
TEXT = st.one_of(
    st.sampled_from(TRICKY),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60),
)


@settings(max_examples=sweep(short=10, long=200), deadline=None)
@given(
    names=st.lists(st.one_of(st.sampled_from(KNOWN), TEXT), min_size=1, max_size=24, unique_by=str.casefold),
    values=st.lists(TEXT, min_size=24, max_size=24),
)
def test_a_suggested_file_loads_and_says_what_was_matched(names: list[str], values: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source, own = Path(folder) / "export.csv", Path(folder) / "own.yaml"
        with source.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["EAN", *names], ["4006381333931", *values[: len(names)]]])
        before = preview(source, values=3).plan.matches
        own.write_text(suggested(preview(source, values=3), "made\n- by: hand"), "utf-8")
        config, _ = load_config(Path(folder), merchant_file=own)
        after = preview(source, values=3, mapping=config.mapping, options=config.source).plan.matches
        assert after.used == before.used
        assert after.unused == before.unused
        said = config.mapping.attributes if config.mapping else {}
        assert {name: rule.columns for name, rule in said.items()} == before.used
