"""Feeds made of exports of shop platforms, as a merchant with a file of a few lines makes them."""

import csv
from functools import cache
from pathlib import Path

import pytest

from feedscript.feeds.config import load_config
from feedscript.feeds.generation import Generated, generate
from tests.unit.feeds.mapping.platform_items import EXPECTED
from tests.unit.feeds.products import write_csv

EXPORTS = Path(__file__).parents[4] / "samples" / "exports"
SHOP = "source: {base_url: https://shop.example.com/, currency: EUR}\n"
BRAND = "mapping: {attributes: {brand: {constant: Fernhollow}}}\n"
FORMS = {"google": "csv", "meta": "csv", "awin": "csv", "openai": "jsonl"}


def made(source: Path, folder: Path, config: str, profile: str = "google") -> tuple[Generated, Path]:
    merchant = folder / "merchant.yaml"
    merchant.write_text(config, "utf-8")
    own, _ = load_config(folder, merchant_file=merchant, profile=profile)
    feed = folder / f"feed.{FORMS[profile]}"
    result = generate(source, feed, profile=profile, mapping=own.mapping, options=own.source)
    return result, feed


def rows_of(feed: Path) -> dict[str, dict[str, str]]:
    with feed.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def export(folder: Path, *rows: dict[str, str]) -> Path:
    return write_csv(folder / "export.csv", rows)


def said(name: str, profile: str) -> str:
    """The merchant's file for an export in `samples/exports`: what no such export holds, in at most four lines."""
    given = ["brand: {constant: Fernhollow}", EXPECTED[name].attributes]
    given += ["seller_name: {constant: Fernhollow}"] if profile == "openai" else []
    attributes = ", ".join(each for each in given if each)
    return f"source: {{{EXPECTED[name].shop}}}\nmapping: {{attributes: {{{attributes}}}}}\n"


def source_of(name: str) -> Path:
    """The export of this name, whatever its form of file."""
    (path,) = EXPORTS.glob(f"{name}.*")
    return path


class Feeds:
    """The feeds of the exports, each made once in a session."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.of = cache(self._made)

    def _made(self, name: str, profile: str) -> tuple[Generated, Path]:
        folder = self._folder / name / profile
        folder.mkdir(parents=True)
        return made(source_of(name), folder, said(name, profile), profile)


@pytest.fixture(scope="session")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Feeds:
    """The feeds of the exports."""
    return Feeds(tmp_path_factory.mktemp("platforms"))
