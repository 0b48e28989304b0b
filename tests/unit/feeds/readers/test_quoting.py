"""Quotes of a text whose beginning shows none: the whole file says what they mean (ids: part.number)."""

from pathlib import Path

import pytest

from tests.feeds_scanning import cells, rejects, stage_bytes
from tests.unit.feeds.products import generate_all

PLAIN = [["id", "title", "link"], *([str(n), f"Vase {n}", "https://a.example"] for n in range(300))]


def text_of(delimiter: str, *rows: list[str], end: str = "\n") -> str:
    return end.join(delimiter.join(row) for row in (*PLAIN, *rows)) + end


@pytest.mark.parametrize("delimiter", ["\t", "|"])
@pytest.mark.parametrize(
    "late",
    [
        pytest.param(['"Nice" vase', "x"], id="6.10-words-in-quotes"),
        pytest.param(['"', "x"], id="6.10-a-quote-alone"),
        pytest.param(['"Nice" vase', '5" "'], id="6.10-quotes-that-pair-over-cells"),
        pytest.param(['"made to last', "x"], id="6.10-never-closed"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_late_quotes_of_an_unquoted_text_are_text(
    tmp_path: Path, delimiter: str, late: list[str], end: str
) -> None:
    text = text_of(delimiter, ["A", *late], ["B", 'Bowl 5"', "y"], end=end)
    staged = stage_bytes(text.encode(), tmp_path)
    assert (staged.source.quoting, rejects(staged)) == ("none", [])
    assert [list(row.values()) for row in cells(staged)[-2:]] == [["A", *late], ["B", 'Bowl 5"', "y"]]


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        pytest.param([["A", '"Vase\tbowl"', "x"]], "Vase\tbowl", id="6.10-a-delimiter-within"),
        pytest.param([["A", '"Vase\nbowl"', "x"]], "Vase\nbowl", id="6.10-a-line-break-within"),
        pytest.param([["A", '"5"" vase"', "x"]], '5" vase', id="6.10-doubled-quotes"),
        pytest.param([["A", '"Vase"', "x"]], "Vase", id="6.10-quotes-around-it"),
        pytest.param([["B", '"Nice" vase', "x"], ["A", '"Vase\tbowl"', "x"]], "Vase\tbowl", id="6.10-one-is-broken"),
    ],
)  # fmt: skip
def test_late_quotes_that_quote_stay_quoting(tmp_path: Path, rows: list[list[str]], last: str) -> None:
    staged = stage_bytes(text_of("\t", *rows).encode(), tmp_path)
    assert staged.source.quoting == "value"
    assert cells(staged)[-1]["title"] == last


def test_case_6_10_a_comma_needs_its_quotes(tmp_path: Path) -> None:
    staged = stage_bytes(text_of(",", ["A", '"Nice" vase', "x"]).encode(), tmp_path)
    assert (staged.source.quoting, rejects(staged)) == ("value", [(302, "UNQUOTED VALUE")])


def test_case_6_10_generation_reads_as_validation_does(tmp_path: Path) -> None:
    names = ["id", "title", "description", "link", "image_link", "availability", "price"]
    rows = [[str(n), *names[1:]] for n in range(250)] + [["250", '"Nice" vase', *names[2:]]]
    source = tmp_path / "feed.tsv"
    source.write_text("\n".join(map("\t".join, [names, *rows])))
    generated = generate_all(source, tmp_path / "out.csv", max_lost_ratio=1)
    assert (generated.items_written, generated.account.lost_total) == (251, 0)
    assert '"""Nice"" vase"' in (tmp_path / "out.csv").read_text()
