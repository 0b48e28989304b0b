"""What many of a feed's first items have is told, however the feed is written."""

from pathlib import Path

import pytest

from feedscript.feeds.readers.staging import stage
from feedscript.feeds.rules.usual import Usual
from feedscript.feeds.scanning.usual import find_usual


def usual(folder: Path, text: str) -> list[Usual]:
    source, workdir = folder / "feed.csv", folder / "work"
    source.write_text(text, "utf-8")
    workdir.mkdir()
    return find_usual(stage(source, workdir=workdir))


def texts(found: list[Usual]) -> list[tuple[str, ...]]:
    return [each.texts for each in found]


@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_text_is_usual_if_one_in_five_has_it(tmp_path: Path, delimiter: str) -> None:
    rows = [
        (f"SKU-{number}", '"Bags, new"', "Red" if number % 4 else "Blue", "M" if number % 6 else "L")
        for number in range(1, 101)
    ]
    text = "".join(delimiter.join(row) + "\n" for row in [("id", "product_type", "color", "size"), *rows])
    assert texts(usual(tmp_path, text)) == [(), ("Bags, new",), ("Red", "Blue"), ("M",)]


def test_a_text_that_is_empty_long_or_unprintable_is_not(tmp_path: Path) -> None:
    rows = f'1,,{"x" * 201},"a\nb",\x1f\n' * 100
    assert texts(usual(tmp_path, f"id,brand,color,size,mpn\n{rows}")) == [("1",), (), (), (), ()]


def test_of_few_items_nothing_is_told(tmp_path: Path) -> None:
    assert usual(tmp_path, "id,color\n1,Red\n1,Red\n") == []


def test_of_a_long_feed_only_the_beginning_is_looked_at(tmp_path: Path) -> None:
    found = usual(tmp_path, "id,color\n" + "1,Red\n" * 20_000 + "1,Blue\n" * 80_000)
    assert texts(found) == [("1",), ("Red",)]


def test_of_links_the_origins_that_many_have_are_told(tmp_path: Path) -> None:
    hosts = ("a.example", "b.example:8080", "c.example", "a.example")
    rows = "".join(f"https://{host}/{n},http:///x,//d.example/\n" for n in range(20) for host in hosts)
    found = usual(tmp_path, f"link,image_link,mobile_link\n{rows}")
    assert [each.origins for each in found] == [
        ("https://a.example/", "https://b.example:8080/", "https://c.example/"),
        (),
        (),
    ]
