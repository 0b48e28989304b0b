"""Mappings that mean harm, or are out of all proportion: each is a mistake with its place, and data stays data."""

import csv
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.config import load_config
from feedscript.feeds.documents.document import LARGEST
from feedscript.feeds.engine.errors import BadConfig, ConfigError
from feedscript.feeds.generation import Standard, generate
from feedscript.feeds.readers.options import SourceOptions
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


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("{column: a, operations: [" + "upper, " * 5_000 + "upper]}", "operations: Longer than maximum"),
        ("{template: '{a" + "|slug" * 300 + "}'}", "more than 10 filters"),
        ("{template: '" + "{a}" * 11 + "'}", "names 'a' more than 10 times"),
        ("{constant: " + "a" * 10_001 + "}", "constant: Length must be between"),
        ("{column: a, operations: [default: " + "a" * 10_001 + "]}", "default: Length must be between"),
        ("{columns: ['" + "*" * 50_000 + "']}", "columns.0: Length must be between"),
        ("{column: a, operations: [list: {separators: '|', at_most: 9999999999999999999999}]}", "1000"),
        ("{column: a, operations: [extract: '" + r"\pL{900}\pN{90}" + "']}", "is no pattern (RE2)"),
        (
            "{column: a, operations: [values: {" + ", ".join(f"w{n}: [v{n}]" for n in range(5_000)) + "}]}",
            "values: Length must be between 1 and 1000",
        ),
        (
            "{cases: ["
            + ", ".join(f"{{if: {{column: a, above: {n}}}, then: '{'{a}x' * 9}'}}" for n in range(90))
            + "]}",
            "things (rules, operations, conditions, parts of templates), where 1000 is the most",
        ),
    ],
)
def test_what_is_out_of_proportion_is_a_mistake(said: str, cause: str, tmp_path: Path) -> None:
    error = refused(tmp_path, f"mapping:\n  attributes:\n    title: {said}\n")
    assert cause in str(error)
    assert {mistake.line for mistake in error.mistakes} <= {1, 2, 3}


@pytest.mark.parametrize(
    ("document", "cause"),
    [
        (
            "x: &a [y, y, y, y, y, y, y, y, y]\n"
            + "".join(f"z{n}: &{chr(98 + n)} [{('*' + chr(97 + n) + ', ') * 9}]\n" for n in range(20)),
            "Unknown field",
        ),
        ("mapping: &a {attributes: {title: *a}}\n", "Unknown field"),
        ("rows: " + "[" * 100_000, "is not YAML"),
        ("rows: " + "{a: " * 100_000, "is not YAML"),
        ("rows: " + "[" * 900 + "]" * 900, "must be the name of a row step"),
        ("mapping: {attributes: {title: {column: a}, title: {column: b}}}", "is given twice"),
        ("mapping: !!python/object/apply:os.system [id]", "is not YAML"),
        (
            "mapping:\n  inputs:\n" + "".join(f"    i{n}: {{column: a}}\n" for n in range(2_000)),
            "Longer than",
        ),
        ("mapping:\n  attributes:\n" + "".join(f"    a{n}: {{column: a}}\n" for n in range(2_000)), "Longer"),
        ("rows:\n" + "  - limit: 5\n" * 51, "Longer than maximum length 50"),
        ("rows:\n  - limit: 99999999999999999999999\n", "less than or equal to 1000000000"),
        ("rows:\n  - look_up: {column: a, file: ../../passwd, key: a, take: {b: c}}", "without folders"),
        ("rows:\n  - look_up: {column: a, file: .., key: a, take: {b: c}}", "without folders"),
        ("rows:\n  - look_up: {column: a, file: /etc/passwd, key: a, take: {b: c}}", "without folders"),
        (
            "rows:\n  - where: {reason: x, if: {any: ["
            + ", ".join(f"{{all: [{', '.join([f'{{column: a, equals: v{n}}}'] * 90)}]}}" for n in range(90))
            + "]}}\n",
            "where 1000 is the most",
        ),
    ],
)
def test_a_document_that_means_harm_is_a_mistake(document: str, cause: str, tmp_path: Path) -> None:
    assert cause in str(refused(tmp_path, document))


#: Generates a feed, and prints its last line and what it took: seconds of processor, and MB.
BOUNDED = """
import resource, sys
from pathlib import Path
from feedscript.feeds.config import load_config
from feedscript.feeds.generation import Standard, generate

folder = Path(sys.argv[1])
config, _ = load_config(folder, partner_id=None, merchant_id="m")
standard = Standard(exclude=False)
generate(folder / "export.csv", folder / "feed.csv", mapping=config.mapping, standard=standard)
usage = resource.getrusage(resource.RUSAGE_SELF)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)
"""


@pytest.mark.parametrize(
    "said",
    [
        ", ".join([f"replace: {{text: x, by: {'x' * 1000}}}"] * 3),
        ", ".join([r"replace_pattern: {pattern: '(.*)', by: '\1\1'}"] * 20),
        "extract: '(x+x+)+y', extract: '((x|xx)+)+$', extract: '(x*)*y'",
    ],
    ids=["text that grows", "pattern that grows", "backtracking"],
)
def test_what_a_mapping_asks_for_is_bounded_in_time_and_memory(said: str, tmp_path: Path) -> None:
    (tmp_path / "merchants").mkdir()
    (tmp_path / "merchants" / "m.yaml").write_text(
        f"{HARMLESS}    mpn: {{column: text, operations: [{said}]}}\n", "utf-8"
    )
    rows = "".join(f"{number},{'x' * 4_000}\n" for number in range(300))
    (tmp_path / "export.csv").write_text(f"id,text\n{rows}", "utf-8")
    command = [sys.executable, "-c", BOUNDED, str(tmp_path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    seconds, megabytes = map(float, done.stdout.split())
    assert seconds < 60
    assert megabytes < 2_000


HARMLESS = """\
mapping:
  attributes:
    id: {column: id}
    title: {column: id}
    description: {column: id}
    link: {constant: "https://shop.example.com/a"}
    image_link: {constant: "https://shop.example.com/a.jpg"}
    availability: {constant: in_stock}
    price: {constant: "5.00 EUR"}
"""

WORDS = [
    "''",
    "\\'",
    "--",
    "/*",
    "*/",
    "$$",
    "{{",
    "%s",
    "') OR 1=1 --",
    "'); DROP TABLE items; --",
    "=HYPERLINK(",
]
PIECES = st.sampled_from(
    [
        *"'\"\\;{}?\n\r\t\x00\x1f\u2028\ufdd0\ufeff,|=+-@*()[]:",
        *WORDS,
        *("getenv('HOME')", "c0", "nth", "reason", "\\1", "\x1b[2J"),
    ]
)
HOSTILE = st.lists(PIECES, min_size=1, max_size=6).map(lambda pieces: f"a{''.join(pieces)}z")


@settings(deadline=None, max_examples=8)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_texts_at_every_place_of_a_mapping_are_data(one: str, two: str, three: str) -> None:
    # In a name of a column `*` stands for anything; a quote ends a name that is quoted in a template.
    column, other = (text.replace("*", "").replace('"', "").replace("\x00", "") for text in (one, two))
    column, other = f"x {column}", f"y {other}"
    brace = three.replace("{", "{{").replace("}", "}}")
    keys = [f'{brace}{{"{column}"}}']
    steps: list[dict[str, Any]] = [
        {"exclude": {"if": {"column": column, "equals": three}, "reason": three[:200]}},
        {"where": {"if": {"not": {"column": column, "contains": [three, two]}}, "reason": two[:200]}},
        {"fill_down": {"group": column, "columns": [other]}},
        {"collect": {"group": column, "column": other, "into": one, "drop": {"column": "id", "equals": one}}},
        {"count": {"group": column, "into": three}},
        {"inherit": {"parent": column, "keys": keys, "take": {f"{two} up": other}}},
        {"dedupe": {"columns": ["id", column]}},
        {"split": {"columns": ["id"], "separators": "\x01"}},
    ]
    attributes = {
        "mpn": {"constant": one, "operations": []},
        "color": {"template": f'{brace}{{"{column}"}}', "operations": []},
        "size": {"column": column, "operations": [{"values": {one: [two], three: [two, one]}}]},
        "material": {"column": column, "operations": [{"replace": {"text": two, "by": three}}]},
        "pattern": {"column": column, "operations": [{"first": two[:20]}, {"default": three}]},
        "custom_label_0": {
            "cases": [{"if": {"column": column, "starts_with": [one]}, "then": brace}, {"else": brace}],
            "operations": [{"blank": [two]}, {"list": {"separators": one[:100], "at_most": 2}}],
        },
    }
    document = yaml.safe_load(HARMLESS)
    document["mapping"]["attributes"] |= attributes
    document["mapping"]["inputs"] = {two: {"constant": three}}
    value = "plain value"
    with tempfile.TemporaryDirectory() as created:
        folder = Path(created)
        (folder / "merchants").mkdir()
        (folder / "merchants" / "m.yaml").write_text(yaml.safe_dump(document | {"rows": steps}), "utf-8")
        config, _ = load_config(folder, partner_id=None, merchant_id="m")
        with (folder / "export.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["id", column, other], ["1", value, "o"], ["2", value, ""]])
        result = generate(
            folder / "export.csv",
            folder / "feed.csv",
            mapping=config.mapping,
            options=SourceOptions(delimiter=","),
            standard=Standard(exclude=False),
        )
        items = written(folder)
    assert [item["id"] for item in items] == ["1", "2"]
    assert {item["mpn"] for item in items} == {one}
    assert {item["color"] for item in items} == {three + value}
    assert {item["material"] for item in items} == {value}
    assert result.account.excluded == {}


@pytest.mark.parametrize("name", ["feed.csv", "feed.tsv"])
def test_what_a_spreadsheet_would_work_out_is_written_as_it_is(name: str, tmp_path: Path) -> None:
    formulas = [
        '=HYPERLINK("https://x.example","y")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "=cmd|'/C calc'!A0",
        "%0A=1+1",
    ]
    (tmp_path / "merchants").mkdir()
    merchant = f"{HARMLESS}    mpn: {{column: f}}\n    color: {{constant: '=1+1', operations: []}}\n"
    (tmp_path / "merchants" / "m.yaml").write_text(merchant, "utf-8")
    config, _ = load_config(tmp_path, partner_id=None, merchant_id="m")
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["id", "f"], *([str(n), each] for n, each in enumerate(formulas))])
    feed = tmp_path / name
    generate(tmp_path / "export.csv", feed, mapping=config.mapping, standard=Standard(exclude=False))
    with feed.open(encoding="utf-8", newline="") as file:
        items = [*csv.DictReader(file, delimiter="\t" if name.endswith("tsv") else ",")]
    assert [item["mpn"] for item in items] == formulas
    assert {item["color"] for item in items} == {"=1+1"}
