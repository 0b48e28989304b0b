"""What callers of the library may give: paths as texts, and countries by their codes alone."""

from pathlib import Path

import pytest

from feedscript.feeds import FeedError, generate, load_config, read_mapping, validate
from feedscript.feeds.comparison.comparing import compare
from feedscript.feeds.generation import Standard
from feedscript.feeds.profiles.countries import UnknownCountry, country_code
from tests.unit.feeds.products import product, write_csv


def test_paths_may_be_texts(tmp_path: Path) -> None:
    source, feed, findings = (
        str(tmp_path / name) for name in ("export.csv", "feed.csv", "findings.jsonl.gz")
    )
    write_csv(Path(source), [product()])
    assert generate(source, feed).items_written == 1
    report = validate(feed, findings=findings, manifest=f"{feed}.manifest.json", workdir=str(tmp_path))
    assert report.items_total == 1
    assert Path(findings).exists()
    assert compare(source, feed).same


def test_files_of_the_configuration_may_be_texts(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("attributes: {brand: {constant: Acme}}\n", "utf-8")
    assert read_mapping(str(mapping)).attributes["brand"].constant == "Acme"
    mapping.write_text("mapping: {attributes: {brand: {constant: Acme}}}\n", "utf-8")
    config, _ = load_config(str(tmp_path), merchant_file=str(mapping))
    assert config.mapping
    assert config.mapping.attributes["brand"].constant == "Acme"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Germany", ("DE",)),
        ("deutschland", ("DE",)),
        ("Norwey", ("NO",)),
        ("DEU", ("DE",)),
        ("USA", ("US",)),
        ("XX", ()),
        ("", ()),
    ],
)
def test_a_countrys_name_is_refused_with_the_code_that_is_meant(
    name: str, near: tuple[str, ...], tmp_path: Path
) -> None:
    source = write_csv(tmp_path / "feed.csv", [product()])
    for ask in (
        lambda: validate(source, country=name),
        lambda: generate(source, tmp_path / "new.csv", standard=Standard(country=name)),
    ):
        with pytest.raises(UnknownCountry, match="give its two letters") as caught:
            ask()
        assert caught.value.near[:1] == near
        assert isinstance(caught.value, FeedError)
        assert all(f"{code} (" in str(caught.value) for code in near)


def test_every_name_that_is_offered_is_of_a_code() -> None:
    for line in Path("feedscript/feeds/profiles/country_names.txt").read_text("utf-8").splitlines()[1:]:
        code, name, *_ = line.split("|")
        assert country_code(code) == code
        assert UnknownCountry(name).near[0] == code
