"""`feedscript mapping suggest` and `feedscript mapping check`: a merchant's file made, and looked at."""

from pathlib import Path

import pytest

from feedscript.feeds import load_config
from tests.unit.entrypoints.cli.shell import run
from tests.unit.feeds.products import product, write_csv

EXPORTS = Path(__file__).parents[4] / "samples" / "exports"

SAMPLE = Path(__file__).parents[4] / "samples" / "merchant-export.csv"


def test_a_suggested_file_loads_and_makes_the_same_feed(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    result = run("mapping", "suggest", SAMPLE)
    assert result.exit_code == 0, result.output
    assert 'title: {column: "Product Name"}' in result.output
    assert "#   Warehouse Location" in result.output
    own.write_text(result.output, "utf-8")
    for profile in ("google", "meta"):
        feeds = [tmp_path / f"{profile}-{name}.csv" for name in ("own", "none")]
        assert run("generate", SAMPLE, feeds[0], "--profile", profile, "--mapping", own).exit_code == 0
        assert run("generate", SAMPLE, feeds[1], "--profile", profile).exit_code == 0
        assert feeds[0].read_bytes() == feeds[1].read_bytes()
    assert run("mapping", "check", own, SAMPLE).exit_code == 0


def test_what_is_missing_stands_in_the_file_to_be_filled_in(tmp_path: Path) -> None:
    source = write_csv(
        tmp_path / "export.csv",
        [
            {
                "id": "1",
                "name": "A",
                "price": "9.99",
                "url": "https://shop.example/1",
                "text": "B",
                "brand": "C",
            }
        ],
    )
    own = tmp_path / "own.yaml"
    assert run("mapping", "suggest", source, "--output", own).exit_code == 0
    text = own.read_text("utf-8")
    assert "    # availability: {column: ...}\n" in text
    checked = run("mapping", "check", own, source)
    assert checked.exit_code == 1
    assert "nothing gives what every item must have: description, image_link, availability" in checked.stderr
    # As the file says: take the # away, and say which.
    filled = (
        text.replace("  # inputs:\n  #   currency", "  inputs:\n    currency")
        .replace("# description: {column: ...}", "description: {column: text}")
        .replace("# image_link: {column: ...}", "image_link: {column: url}")
        .replace("# availability: {column: ...}", "availability: {constant: in_stock}")
    )
    own.write_text(filled, "utf-8")
    assert run("mapping", "check", own, source).exit_code == 0
    feed = tmp_path / "feed.csv"
    assert run("generate", source, feed, "--mapping", own).exit_code == 0
    assert "9.99 EUR" in feed.read_text("utf-8")


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("mine", "utf-8")
    assert run("mapping", "suggest", SAMPLE, "--output", own).exit_code == 1
    assert own.read_text("utf-8") == "mine"


def test_an_encoding_that_was_guessed_is_said(tmp_path: Path) -> None:
    source, own = tmp_path / "export.csv", tmp_path / "own.yaml"
    words = "Чайник,Кипятит воду быстро и тихо\n" * 40
    source.write_bytes(("id,title,description\n" + words).encode("windows-1251"))
    own.write_text(run("mapping", "suggest", source).output, "utf-8")
    config, _ = load_config(tmp_path, merchant_file=own)
    assert config.source.encoding == "windows-1251"


def test_all_mistakes_are_told_at_once_with_line_and_near_names(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "export.csv", [product()])
    own = tmp_path / "own.yaml"
    own.write_text(
        "mapping:\n"
        "  attributes:\n"
        "    title: {column: titel}\n"
        "    brand: {columns: [brand, barnd]}\n"
        "    colour: {constant: red}\n"
        "    mpn: {column: gtin, operations: [uper]}\n",
        "utf-8",
    )
    result = run("mapping", "check", own, source)
    assert result.exit_code == 1
    assert f"{own}:3: mapping.attributes.title.column: the source has no column 'titel'" in result.stdout
    assert "did you mean title?" in result.stdout
    assert f"{own}:4: mapping.attributes.brand.columns: the source has no column 'barnd'" in result.stdout
    assert f"{own}:5: mapping.attributes.colour" in result.stdout
    assert f"{own}:6: mapping.attributes.mpn.operations.0: there is no operation 'uper'" in result.stdout
    assert "4 mistakes" in result.stderr


def test_columns_alone_that_are_not_there_are_told_too(tmp_path: Path) -> None:
    source = write_csv(tmp_path / "export.csv", [product()])
    own = tmp_path / "own.yaml"
    own.write_text("mapping:\n  inputs:\n    currency: {column: curency}\n", "utf-8")
    result = run("mapping", "check", own, source)
    assert result.exit_code == 1
    assert f"{own}:3: mapping.inputs.currency.column: the source has no column 'curency'" in result.stdout


@pytest.mark.parametrize(
    "text", ["- a\n", "mapping: [\n", "\x00", "mapping: 3\n", "mapping: {attributes: 3}\n"]
)
def test_what_is_no_merchants_file_is_told_in_a_line(tmp_path: Path, text: str) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(text, "utf-8")
    result = run("mapping", "check", own, write_csv(tmp_path / "export.csv", [product()]))
    assert result.exit_code == 1
    assert str(own) in result.stdout


def test_a_source_that_cannot_be_read_exits_with_three(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("{}\n", "utf-8")
    for name, content in (("random.csv", bytes(range(256)) * 9), ("empty.csv", b"")):
        (tmp_path / name).write_bytes(content)
        assert run("mapping", "suggest", tmp_path / name).exit_code == 3
        assert run("generate", tmp_path / name, tmp_path / "feed.csv", "--preview", 1).exit_code == 3
    assert run("mapping", "suggest", tmp_path / "none.csv").exit_code == 3
    assert run("mapping", "check", own, tmp_path / "none.csv").exit_code == 3
    assert run("mapping", "check", tmp_path / "none.yaml", own).exit_code == 2


def test_what_has_to_be_said_of_the_shop_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text("source: {currency: EUR}\n", "utf-8")
    source = str(EXPORTS / "shopify-classic.csv")
    checked = run("mapping", "check", str(file), source)
    assert checked.exit_code == 1
    assert "source: {base_url: https://shop.example}" in checked.stderr
    seen = run("generate", source, str(tmp_path / "feed.csv"), "--mapping", str(file), "--preview", "1")
    assert "No feed is made: the source, an export of Shopify, does not hold base_url" in seen.stdout
    file.write_text("source: {currency: EUR, base_url: https://shop.example}\n", "utf-8")
    assert run("mapping", "check", str(file), source).exit_code == 0


def test_the_schema_for_editors_is_printed() -> None:
    result = run("mapping", "schema")
    assert result.exit_code == 0, result.output
    assert result.output == (Path(__file__).parents[4] / "docs" / "mapping.schema.json").read_text("utf-8")
