"""Mappings as documents, and the columns that they find."""

import re
from pathlib import Path

import pytest

from feedscript.feeds.engine.errors import BadConfig, ConfigError
from feedscript.feeds.mapping import Mapping, Rule, UnknownColumn, known_synonyms, match_columns, read_mapping
from feedscript.feeds.mapping.operations import Gtin, Truncate

DOCUMENT = Path(__file__).parents[4] / "docs" / "mapping.md"


def written(folder: Path, text: str) -> Path:
    path = folder / "mapping.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_mapping_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "inputs:\n  currency: {constant: EUR}\n"
        "attributes:\n  title: {column: Name, operations: [truncate: 70]}\n  mpn: {omit: true}\n",
    )
    assert read_mapping(path) == Mapping(
        {"title": Rule(columns=("Name",), operations=(Truncate(70),)), "mpn": Rule(omit=True)},
        {"currency": Rule(constant="EUR")},
    )


@pytest.mark.parametrize(
    ("text", "line", "cause"),
    [
        ("attributes:\n  title:\n    operations: [eval: 1]\n", 3, "there is no operation 'eval'"),
        ("attributes:\n  title:\n    operations:\n      - truncate: long\n", 4, "Not a valid integer"),
        ("attributes:\n  title:\n    operations:\n      - gtin: 1\n", 4, "takes no parameter"),
        ("attributes:\n  title:\n    operations:\n      - [gtin]\n", 4, "must be the name of an operation"),
        ("attributes:\n  title:\n    operations:\n      - list: {separators: x}\n", 4, "Missing data"),
        ("attributes:\n  title: {column: a, constant: b}\n", 2, "give one of them"),
        ("attributes:\n  title: {colum: a}\n", 2, "Unknown field"),
        ("atributes: {}\n", 1, "Unknown field"),
        pytest.param(
            "attributes:\n  brand:\n    operations:\n      - plain_text\n      - truncate: 70\n",
            5,
            "brand is an identifier",
            id="1.9-brand",
        ),
        pytest.param("attributes:\n  mpn: {operations: [truncate: 70]}\n", 2, "is no mpn", id="1.9-mpn"),
        pytest.param("attributes:\n  id: {operations: [truncate: 50]}\n", 2, "is no id", id="1.9-id"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, cause: str) -> None:
    with pytest.raises(ConfigError, match=cause) as caught:
        read_mapping(written(tmp_path, text))
    assert caught.value.line == line


def test_a_merchants_mapping_goes_over_the_synonyms() -> None:
    base = Mapping({"gtin": Rule(names=("ean",), operations=(Gtin(),)), "brand": Rule(names=("maker",))})
    own = Mapping({"gtin": Rule(columns=("Code",)), "brand": Rule(constant="Fernhollow", operations=())})
    merged = own.over(base)
    assert merged.attributes["gtin"] == Rule(columns=("Code",), operations=(Gtin(),))
    assert merged.attributes["brand"] == Rule(constant="Fernhollow", operations=())


@pytest.mark.parametrize(
    "header", ["Product Name", "product_name", "productName", "PRODUCT-NAME", " Product  name "]
)
def test_names_are_matched_as_people_mean_them(header: str) -> None:
    assert match_columns((header,), known_synonyms((header,))).used == {"title": (header,)}


def test_an_attributes_own_name_comes_before_synonyms() -> None:
    columns = ("Name", "Title", "SKU", "id")
    matches = match_columns(columns, known_synonyms(columns))
    assert matches.used == {"id": ("id",), "title": ("Title",)}
    assert matches.unused == ("Name", "SKU")


@pytest.mark.parametrize(
    ("named", "columns", "expected"),
    [
        pytest.param(
            {"additional_image_link": "picture"},
            ("picture",),
            {"image_link": ("picture",), "additional_image_link": ("picture",)},
            id="1.15-picture",
        ),
        pytest.param(
            {"custom_label_0": "vendor"},
            ("vendor",),
            {"brand": ("vendor",), "custom_label_0": ("vendor",)},
            id="1.15-vendor",
        ),
        pytest.param({"mpn": "SKU"}, ("SKU",), {"id": ("SKU",), "mpn": ("SKU",)}, id="1.15-sku"),
        pytest.param(
            {"description": "title"},
            ("title",),
            {"title": ("title",), "description": ("title",)},
            id="1.15-own-name",
        ),
        pytest.param(
            {"title": "Name"},
            ("name", "Name"),
            {"title": ("Name",)},
            id="1.15-not-to-itself-twice",
        ),
    ],
)
def test_case_1_15_a_column_named_for_one_attribute_stays_available_to_others(
    named: dict[str, str], columns: tuple[str, ...], expected: dict[str, tuple[str, ...]]
) -> None:
    own = Mapping({name: Rule(columns=(column,)) for name, column in named.items()})
    assert match_columns(columns, own.over(known_synonyms(columns))).used == expected


def test_a_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UnknownColumn, match=r"'Nmae'.*its columns are Name, SKU") as caught:
        match_columns(("Name", "SKU"), Mapping({"title": Rule(columns=("Nmae",))}))
    assert (caught.value.attribute, caught.value.column) == ("title", "Nmae")


def test_case_5_4_all_columns_that_are_not_there_are_told_at_once() -> None:
    mapping = Mapping({"title": Rule(columns=("Nmae",)), "mpn": Rule(columns=("SKU", "skuu", "zzz"))})
    with pytest.raises(UnknownColumn) as caught:
        match_columns(("Name", "SKU"), mapping)
    assert caught.value.unknown == (("title", "Nmae"), ("mpn", "skuu"), ("mpn", "zzz"))
    assert "'Nmae' (did you mean 'Name'?)" in str(caught.value)
    assert "'skuu' (did you mean 'SKU'?)" in str(caught.value)
    assert isinstance(caught.value, BadConfig)


def test_the_documents_example_is_a_mapping(tmp_path: Path) -> None:
    example, *_ = re.findall(r"```yaml\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    mapping = read_mapping(written(tmp_path, example))
    assert mapping.attributes["title"].columns == ("Web name", "Name")
    assert mapping.attributes["mpn"].omit
