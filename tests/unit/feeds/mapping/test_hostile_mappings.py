"""Mappings that mean harm, or are out of all proportion: each is a mistake with its place, and data stays data."""

from pathlib import Path

import pytest
import yaml

from feedscript.feeds.config import load_config
from feedscript.feeds.documents.document import LARGEST
from feedscript.feeds.engine.errors import BadConfig, ConfigError
from tests.unit.feeds.generation.test_rows import EXPORT, MERCHANT, made, written

QUOTES = "x'); DROP TABLE items; --"


def refused(folder: Path, merchant: str) -> ConfigError:
    (folder / "merchants").mkdir()
    (folder / "merchants" / "m.yaml").write_text(merchant, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(folder, partner_id=None, merchant_id="m")
    return caught.value


def test_a_file_of_ten_megabytes_is_not_read(tmp_path: Path) -> None:
    pattern = "a" * 10_000_000
    error = refused(tmp_path, f"mapping:\n  attributes:\n    title: {{operations: [extract: {pattern}]}}\n")
    assert f"more than {LARGEST} bytes" in str(error)
    assert len(str(error)) < 1_000


def test_all_mistakes_of_a_file_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    error = refused(
        tmp_path,
        "rows:\n  - wher: {}\n  - exclude: {if: {column: a, matches: '('}, reason: x}\n"
        "mapping:\n  attributes:\n    link: {template: '{a|ur}'}\n    title:\n      operations:\n"
        "        - extract: '(((a{1000}){1000}){1000})'\n"
        f"        - extract: '{'a?' * 300}'\n",
    )
    assert [mistake.line for mistake in error.mistakes] == [2, 3, 6, 9, 10]
    assert error.mistakes[0].near == ("where",)
    assert error.mistakes[2].near == ("url",)


@pytest.mark.parametrize("template", ["{Handel}", "{" + QUOTES + "}"])
def test_a_template_that_names_no_column_is_a_mistake_before_a_row_is_read(
    tmp_path: Path, template: str
) -> None:
    merchant = MERCHANT.replace("https://shop.example.com/products/{Handle|url}", template)
    with pytest.raises(BadConfig, match="the mapping takes link from the column"):
        made(tmp_path, EXPORT, merchant)
    assert not (tmp_path / "feed.csv").exists()


def test_texts_of_a_mapping_and_names_of_columns_are_quoted(tmp_path: Path) -> None:
    export = EXPORT.replace("Vendor", f'"{QUOTES}"').replace("Fernhollow", "=cmd|'/C calc'!A0")
    merchant = yaml.safe_load(MERCHANT.replace("not published", QUOTES))
    merchant["rows"][0]["fill_down"]["columns"] = ["Title", "Body (HTML)", QUOTES, "Status"]
    merchant["mapping"]["attributes"]["brand"] = {"template": f'{{"{QUOTES}"}}'}
    result = made(tmp_path, export, yaml.safe_dump(merchant))
    assert [item["brand"] for item in written(tmp_path)] == ["=cmd|'/C calc'!A0"] * 2
    assert result.account.excluded[QUOTES] == 1


def test_the_input_of_an_operation_may_be_called_anything(tmp_path: Path) -> None:
    name = "a\"b'{0}%s"
    merchant = yaml.safe_load(MERCHANT)
    merchant["mapping"]["inputs"] = {name: {"constant": "19"}}
    merchant["mapping"]["attributes"]["cost_of_goods_sold"] = {
        "constant": "10.00 EUR",
        "operations": [{"net_to_gross": name}],
    }
    made(tmp_path, EXPORT, yaml.safe_dump(merchant))
    assert [item["cost_of_goods_sold"] for item in written(tmp_path)] == ["11.90 EUR"] * 2
