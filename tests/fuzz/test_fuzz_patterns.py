"""Mutated feeds of XML and JSON, read with patterns and without: the same staged file, the same faults.

`FUZZ_FILES` is how many files each format gets; `make test-fuzz` gives 10,000.
"""

import os
import random
import sys
import tempfile
from pathlib import Path

import pytest

from feedscript.feeds.engine.progress import silent
from feedscript.feeds.readers.encoding import declared_encoding, detect_encoding
from feedscript.feeds.readers.intake import Intake, Meter
from feedscript.feeds.readers.json_feed import stage_json
from feedscript.feeds.readers.markup import stage_markup
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.staged import FaultTally
from tests.feeds_scanning import LIMITS, SHAPES
from tests.feeds_writing import write_feed
from tests.fuzz.mutations import mutate

FILES = int(os.environ.get("FUZZ_FILES", "300"))
NEVER = sys.maxsize
PRODUCTS = [
    {
        "id": f"sku-{number}",
        "title": f'A "cup" of size {number} & more',
        "link": f"https://shop.example/cups?a={number}&b=2",
        "price": f"{number}.90 EUR",
        **({"sale_price": "1 EUR"} if number % 3 else {}),
    }
    for number in range(30)
]


def read(content: bytes, *, is_xml: bool, look_ahead: int, learned_from: int) -> tuple[object, ...]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "feed"
        path.write_bytes(content)
        size, options = len(content), SourceOptions()
        intake = Intake(
            path,
            "",
            folder,
            size,
            None,
            None,
            LIMITS,
            SHAPES,
            options,
            Meter(LIMITS, size, silent),
            look_ahead=look_ahead,
            learned_from=learned_from,
        )
        encoding = detect_encoding([content])
        head = content.decode(encoding.codec, "replace").removeprefix("\ufeff")
        if is_xml:
            staged = stage_markup(intake, head, declared_encoding(content, encoding, FaultTally()))
        else:
            staged = stage_json(intake, head, encoding)
        faults = staged.faults
        told = (faults.totals, faults.samples, faults.lost, faults.first_lost, faults.lost_after)
        return staged.path.read_bytes(), staged.columns, staged.stopped_reason, told


@pytest.mark.parametrize("feed_format", ["rss", "atom", "xml", "json", "jsonl"])
def test_a_mutated_feed_is_read_with_patterns_as_without(feed_format):
    dice = random.Random(feed_format)
    feed = write_feed(feed_format, PRODUCTS)
    is_xml = not feed_format.startswith("json")
    for number in range(FILES):
        content = mutate(feed, dice)
        expected = read(content, is_xml=is_xml, look_ahead=NEVER, learned_from=NEVER)
        for look_ahead in (0, NEVER):
            found = read(content, is_xml=is_xml, look_ahead=look_ahead, learned_from=0)
            assert found == expected, f"{feed_format}, file {number}, {look_ahead} items looked at first"
