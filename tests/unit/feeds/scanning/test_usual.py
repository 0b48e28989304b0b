"""What many of a feed's first items have is told, however the feed is written."""

from pathlib import Path

import pytest

from feedscript.feeds.readers import stage
from feedscript.feeds.scanning.usual import usual_texts


def usual(folder: Path, text: str) -> list[tuple[str, ...]]:
    source, workdir = folder / "feed.csv", folder / "work"
    source.write_text(text, "utf-8")
    workdir.mkdir()
    return usual_texts(stage(source, workdir=workdir))


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_text_is_usual_if_one_in_five_has_it(tmp_path: Path, delimiter: str) -> None:
    rows = [
        (f"SKU-{number}", '"Bags, new"', "Red" if number % 4 else "Blue", "M" if number % 6 else "L")
        for number in range(1, 101)
    ]
    text = "".join(delimiter.join(row) + "\n" for row in [("id", "product_type", "color", "size"), *rows])
    assert usual(tmp_path, text) == [(), ("Bags, new",), ("Red", "Blue"), ("M",)]


def test_a_text_that_is_empty_long_or_unprintable_is_not(tmp_path: Path) -> None:
    rows = f'1,,{"x" * 201},"a\nb",\x1f\n' * 100
    assert usual(tmp_path, f"id,brand,color,size,mpn\n{rows}") == [("1",), (), (), (), ()]


def test_of_few_items_nothing_is_told(tmp_path: Path) -> None:
    assert usual(tmp_path, "id,color\n1,Red\n1,Red\n") == []


def test_of_a_long_feed_only_the_beginning_is_looked_at(tmp_path: Path) -> None:
    assert usual(tmp_path, "id,color\n" + "1,Red\n" * 20_000 + "1,Blue\n" * 80_000) == [("1",), ("Red",)]
