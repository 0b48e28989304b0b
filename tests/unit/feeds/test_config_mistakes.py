"""What configuration says wrong is told all at once, with what was meant. Ids name the kind: part.number."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.feeds import ConfigError
from feedscript.feeds.config import FeedConfig, load_config
from feedscript.feeds.engine.errors import MISTAKES_TOLD, BadConfig, Mistake
from feedscript.feeds.engine.unknown_names import near_names
from tests.unit.feeds.test_config import write


def mistakes(folder: Path, merchant: str, partner: str | None = None) -> tuple[Mistake, ...]:
    """What is wrong with a merchant's file, and a partner's."""
    write(folder, "merchants", "acme", merchant)
    if partner is not None:
        write(folder, "partners", "7", partner)
    with pytest.raises(ConfigError) as raised:
        load_config(folder, partner_id="7", merchant_id="acme")
    assert isinstance(raised.value, BadConfig)
    assert raised.value.mistakes
    for mistake in raised.value.mistakes[:MISTAKES_TOLD]:
        assert str(mistake) in str(raised.value)
    return raised.value.mistakes


def read(folder: Path, merchant: str) -> FeedConfig:
    write(folder, "merchants", "acme", merchant)
    return load_config(folder, partner_id=None, merchant_id="acme")[0]


@pytest.mark.parametrize(
    ("text", "line", "near", "known"),
    [
        pytest.param("mapping:\n  attributes:\n    titel: {column: a}\n", 3, "title", "price", id="5.4-attribute"),
        pytest.param("mapping:\n  attributes:\n    title: {colum: a}\n", 3, "column", "operations", id="5.4-key"),
        pytest.param("maping: {}\n", 1, "mapping", "validation", id="5.4-section"),
        pytest.param(
            "mapping:\n  attributes:\n    title:\n      operations: [plain_txt]\n", 4, "plain_text", "truncate",
            id="5.4-operation",
        ),
        pytest.param("validation:\n  profile: gogle\n", 2, "google", "google", id="5.4-profile"),
        pytest.param("validation:\n  fail-on: error\n", 2, "fail_on", "max_error_ratio", id="5.4-dash"),
        pytest.param("validation:\n  fail_on: eror\n", 2, "error", "warning", id="5.4-word"),
        pytest.param("source:\n  decimal: coma\n", 2, "comma", "point", id="5.4-word-of-source"),
        pytest.param(
            "validation:\n  disabled:\n    - google.titel.too_long\n", 3, "google.title.too_long",
            "google.brand.missing_required", id="5.4-disabled-rule",
        ),
        pytest.param(
            "validation:\n  severities:\n    google.title.to_long: info\n", 3, "google.title.too_long",
            "google.brand.missing_required", id="5.4-regraded-rule",
        ),
    ],
)  # fmt: skip
def test_a_name_that_is_not_known(tmp_path: Path, text: str, line: int, near: str, known: str) -> None:
    (mistake,) = mistakes(tmp_path, text)
    assert mistake.line == line
    assert mistake.near[0] == near
    assert known in mistake.known
    assert f"did you mean {near}" in mistake.cause


def test_case_5_4_a_name_like_no_other_has_the_known_ones_alone(tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, "mapping:\n  attributes:\n    zzz: {column: a}\n")
    assert mistake.near == ()
    assert "did you mean" not in mistake.cause
    assert "known are id, title" in mistake.cause


def test_case_5_4_all_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    merchant = """\
mapping:
  attributes:
    titel: {column: a}
    price: {colum: b}
    brand: {operations: [truncate: long, uper]}
    brand: {column: c}
validation:
  country: NO
  fail_on: never
  disabled: [nothing, google.title.too_long, nor_this]
"""
    found = mistakes(tmp_path, merchant, "validation:\n  profile: gogle\n  max_error_ratio: 2\n")
    assert [(m.path.parent.name, m.line, m.key) for m in found] == [
        ("partners", 2, "validation.profile"),
        ("partners", 3, "validation.max_error_ratio"),
        ("merchants", 3, "mapping.attributes.titel"),
        ("merchants", 4, "mapping.attributes.price.colum"),
        ("merchants", 6, "brand"),
        ("merchants", 8, "validation.country"),
        ("merchants", 9, "validation.fail_on"),
        ("merchants", 10, "validation.disabled.0"),
        ("merchants", 10, "validation.disabled.2"),
    ]


WITH_OTHERS = [
    pytest.param("    titel: {column: Name}\n    brand: {operations: [{truncat: 1}]}\n",
                 ["titel", "brand.operations.0"], id="5.4-attribute-and-operation"),
    pytest.param("    titel: {column: Name}\n    price: {colum: b}\n    brnd: {column: c}\n",
                 ["titel", "price.colum", "brnd"], id="5.4-attributes-and-key"),
    pytest.param("    titel: {column: Name, constant: x}\n    brand: {operations: [{truncate: 9}, uper]}\n",
                 ["titel", "titel", "brand.operations.0", "brand.operations.1"], id="5.4-origins-and-identifier"),
    pytest.param("    title: {colum: a, column: b, constant: c}\n", ["title.colum", "title"], id="5.4-origins-and-key"),
    pytest.param("    price: {operations: [price: curency, uper]}\n    titel: {column: a}\n",
                 ["price.operations.0", "price.operations.1", "titel"], id="5.4-reference-and-operation"),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "keys"), WITH_OTHERS)
def test_no_mistake_hides_another(tmp_path: Path, rules: str, keys: list[str]) -> None:
    found = mistakes(tmp_path, f"mapping:\n  attributes:\n{rules}")
    assert sorted(m.key.removeprefix("mapping.attributes.") for m in found) == sorted(keys)
    assert [m.line for m in found] == sorted(m.line or 0 for m in found)


def test_case_5_4_each_mistake_has_a_line_of_the_message(tmp_path: Path) -> None:
    write(
        tmp_path,
        "merchants",
        "acme",
        "mapping: {attributes: {titel: {column: a}, prise: {column: b}}}\nx: 1\n",
    )
    with pytest.raises(ConfigError) as raised:
        load_config(tmp_path, partner_id=None, merchant_id="acme")
    assert str(raised.value).split("\n") == [str(mistake) for mistake in raised.value.mistakes]
    assert len(raised.value.mistakes) == 3


@pytest.mark.parametrize(
    ("operation", "wrong", "near"),
    [
        pytest.param("price: curency", "curency", "currency", id="5.4-price"),
        pytest.param("price: [currency, conditon]", "conditon", "condition", id="5.4-price-of-several"),
        pytest.param("unless_same_as: prise", "prise", "price", id="5.4-unless-same-as"),
        pytest.param("unit: wieght_unit", "wieght_unit", "my_weight_unit", id="5.4-an-input-of-its-own"),
    ],
)
@pytest.mark.parametrize("section", ["attributes", "inputs"])
def test_a_reference_to_what_nothing_gives(
    tmp_path: Path, section: str, operation: str, wrong: str, near: str
) -> None:
    text = (
        "mapping:\n  inputs:\n    my_weight_unit: {column: U}\n"
        f"    x: {{column: X}}\n  attributes:\n    price: {{operations: [{operation}]}}\n"
    )
    if section == "inputs":
        text = text.replace("x: {column: X}", f"x: {{column: X, operations: [{operation}]}}").replace(
            f"price: {{operations: [{operation}]}}", "price: {column: P}"
        )
    (mistake,) = mistakes(tmp_path, text)
    assert mistake.line == (6 if section == "attributes" else 4)
    assert f"no attribute or input is called {wrong!r}" in mistake.cause
    assert near in mistake.near
    read(tmp_path, text.replace(wrong, near))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="5.4-empty"),
        pytest.param("# nothing yet\n\n# source:\n", id="5.4-comments-only"),
        pytest.param("---\n", id="5.4-document-mark"),
        pytest.param("\n  \n", id="5.4-white-space"),
    ],
)
def test_an_empty_file_says_nothing(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text) == FeedConfig()


@pytest.mark.parametrize(
    ("written", "delimiter"),
    [
        pytest.param("tab", "\t", id="5.4-tab"),
        pytest.param("'\\t'", "\t", id="5.4-tab-in-single-quotes"),
        pytest.param('"\\t"', "\t", id="5.4-tab-in-double-quotes"),
        pytest.param("\\t", "\t", id="5.4-tab-without-quotes"),
        pytest.param("Semicolon", ";", id="5.4-semicolon"),
        pytest.param("comma", ",", id="5.4-comma"),
        pytest.param("pipe", "|", id="5.4-pipe"),
        pytest.param("space", " ", id="5.4-space"),
        pytest.param("t", "t", id="5.4-a-letter"),
    ],
)
def test_a_delimiter_may_be_a_word(tmp_path: Path, written: str, delimiter: str) -> None:
    assert read(tmp_path, f"source: {{delimiter: {written}}}").source.delimiter == delimiter


@pytest.mark.parametrize("written", ["tabulator", "'\\\\t'", "'||'"])
def test_case_5_4_a_delimiter_of_several_characters_is_told_how_to_write_a_tab(
    tmp_path: Path, written: str
) -> None:
    (mistake,) = mistakes(tmp_path, f"source: {{delimiter: {written}}}")
    assert "one of the words tab, comma" in mistake.cause
    assert '"\\t" in double quotes' in mistake.cause


def test_case_5_4_each_operation_of_a_list_is_told(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        "mapping:\n  attributes:\n    title:\n      operations:\n"
        "        - truncate: long\n        - uper\n        - gtin: 1\n",
    )
    assert [(m.line, m.key.removeprefix("mapping.attributes.title.operations.")) for m in found] == [
        (5, "0.truncate"),
        (6, "1"),
        (7, "2.gtin"),
    ]


def test_case_5_4_attributes_are_those_of_the_partners_profile(tmp_path: Path) -> None:
    write(tmp_path, "partners", "7", "validation:\n  profile: google\n")
    found = mistakes(tmp_path, "mapping:\n  attributes:\n    titel: {column: a}\n    prise: {column: b}\n")
    assert [m.cause.partition(" (")[0] for m in found] == [
        "profile google has no attribute 'titel'",
        "profile google has no attribute 'prise'",
    ]


@pytest.mark.parametrize("partner", ["google", "openai", "awin"])
def test_a_merchants_file_may_give_what_one_partner_alone_knows(tmp_path: Path, partner: str) -> None:
    write(tmp_path, "partners", "7", f"profile: {partner}\n")
    write(tmp_path, "merchants", "acme", "mapping:\n  attributes:\n    seller_name: {constant: Acme}\n")
    config, _ = load_config(tmp_path, partner_id="7", merchant_id="acme")
    assert config.mapping is not None
    assert set(config.mapping.attributes) == {"seller_name"}


NO_TEXT = [
    pytest.param("validation: {country: NO}", "NO", "the boolean false", id="5.5-norway"),
    pytest.param("validation: {country: no}", "no", "the boolean false", id="5.5-lower-case"),
    pytest.param("validation: {profile: on}", "on", "the boolean true", id="5.5-on"),
    pytest.param("source: {item: yes}", "yes", "the boolean true", id="5.5-yes"),
    pytest.param("mapping: {inputs: {currency: {constant: 0123}}}", "0123", "the number 83", id="5.5-octal"),
    pytest.param("mapping: {inputs: {size: {constant: 42}}}", "42", "the number 42", id="5.5-size"),
    pytest.param("mapping: {inputs: {id: {constant: 1.10}}}", "1.10", "the number 1.1", id="5.5-trailing-zero"),
    pytest.param("mapping: {inputs: {id: {constant: 1.0e+3}}}", "1.0e+3", "the number 1000.0", id="5.5-exponent"),
    pytest.param("mapping: {inputs: {t: {constant: 12:30}}}", "12:30", "the number 750", id="5.5-sexagesimal"),
    pytest.param("mapping: {inputs: {d: {constant: 2026-01-02}}}", "2026-01-02", "the date 2026-01-02", id="5.5-date"),
    pytest.param("mapping: {inputs: {n: {constant: null}}}", "null", "nothing", id="5.5-null"),
    pytest.param("mapping: {attributes: {title: {columns: [a, Off]}}}", "Off", "the boolean false", id="5.5-in-a-list"),
    pytest.param(
        "mapping: {attributes: {title: {operations: [blank: [n/a, NULL]]}}}", "NULL", "nothing",
        id="5.5-in-an-operation",
    ),
    pytest.param(
        "mapping: {attributes: {condition: {operations: [values: {new: [yes]}]}}}", "yes", "the boolean true",
        id="5.5-a-word",
    ),
    pytest.param(
        "mapping: {attributes: {adult: {operations: [values: {yes: [ja]}]}}}", "yes", "the boolean true",
        id="5.5-a-key",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "written", "taken_for"), NO_TEXT)
def test_what_yaml_takes_for_something_else(tmp_path: Path, text: str, written: str, taken_for: str) -> None:
    (mistake,) = mistakes(tmp_path, text)
    assert mistake.cause == (
        f'{written} is no text: without quotes YAML reads it as {taken_for}. Put it in quotes: "{written}"'
    )
    # The remedy is one: in quotes there is nothing wrong with it any more.
    quoted = text.replace(written, f'"{written}"')
    if "profile" not in text:
        read(tmp_path, quoted)


def test_case_5_5_a_quoted_country_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, 'validation: {country: "NO"}').country == "NO"
    assert read(tmp_path, "validation: {country: UK}").country == "GB"
    (mistake,) = mistakes(tmp_path, "validation: {country: Norway}")
    assert "two letters" in mistake.cause


@pytest.mark.parametrize("text", ["validation:\n  country:\n", "source:\n  delimiter: #\n"])
def test_case_5_5_an_empty_value_says_so(tmp_path: Path, text: str) -> None:
    (mistake,) = mistakes(tmp_path, text)
    assert (mistake.line, mistake.cause.partition(";")[0]) == (2, "is empty")


def test_case_5_5_a_date_that_is_none(tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, "mapping:\n  inputs:\n    d: {constant: 2026-02-30}\n")
    assert mistake.line == 3
    assert '"2026-02-30"' in mistake.cause


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a: &a [*a]\nmapping: *a\n", id="alias-of-itself"),
        pytest.param("? [1, 2]\n: 3\n", id="list-as-a-key"),
        pytest.param("? {a: 1}\n: 3\n", id="mapping-as-a-key"),
        pytest.param("a: !!python/object/apply:os.system [ls]\n", id="python-object"),
        pytest.param("a: !!timestamp x\n", id="no-timestamp"),
        pytest.param("a: !!int x\n", id="no-number"),
        pytest.param("[" * 900, id="open-lists"),
        pytest.param("mapping:\n" + "".join(f"{'  ' * n}a:\n" for n in range(1, 400)), id="deep"),
        pytest.param(
            "a: &a [x, x]\n"
            + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)}, ' * 9}]\n" for n in range(20)),
            id="billion-laughs",
        ),
    ],
)
def test_no_document_is_more_than_a_mistake(tmp_path: Path, text: str) -> None:
    assert all(mistake.cause for mistake in mistakes(tmp_path, text))


def test_what_is_merged_in_may_be_said_again(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        "mapping:\n  attributes:\n    title: &t {column: a, operations: [upper]}\n"
        "    description:\n      <<: *t\n      column: b\n",
    )
    assert config.mapping is not None
    assert config.mapping.attributes["description"].columns == ("b",)


@given(st.text(max_size=20), st.lists(st.text(min_size=1, max_size=20), max_size=10))
def test_near_names_are_names(name: str, known: list[str]) -> None:
    near = near_names(name, known)
    assert set(near) <= set(known)
    for each in known:
        assert each in known
        assert near_names(each, [each]) == (each,)
