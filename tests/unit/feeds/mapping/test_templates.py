"""Values composed of several columns: templates with filters, and templates on conditions."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.mapping import Mapping, Rule, UnknownColumn, match_columns, read_mapping
from feedscript.feeds.mapping.template import FILTERS, OPTIONAL, Case, parse_template
from tests.unit.feeds.mapping.mapped_rows import mapped


def filled(template: str, **cells: str | None) -> str | None:
    mapping = Mapping({"it": Rule(cases=(Case(parse_template(template)),), operations=())})
    return mapped(mapping, (*cells, "unused"), [*cells.values(), None])["it"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("https://shop.example/p/{Handle|url}", "https://shop.example/p/caf%C3%A9%20%26%20bar"),
        ("{Handle|slug}-{ID}", "cafe-bar-7"),
        ("{handle|upper}", "CAFÉ & BAR"),
        ("{Handle|lower|url}", "caf%C3%A9%20%26%20bar"),
        ("{{{ID}}}", "{7}"),
        ("{ID|digits}{Empty|optional}!", "7!"),
        ("{ID} {Empty}", None),
        ("{Empty|optional}", None),
        ("it's; DROP TABLE items; --{ID}", "it's; DROP TABLE items; --7"),
    ],
)
def test_columns_stand_in_a_text(template: str, expected: str | None) -> None:
    assert (
        filled(template, Handle=" Café & Bar ".replace("C", "c").replace("B", "b"), ID="7", Empty=" ")
        == expected
    )


def test_a_name_with_signs_of_templates_is_put_in_quotes() -> None:
    mapping = Mapping({"it": Rule(cases=(Case(parse_template('{"a|b"}')),))})
    assert mapped(mapping, ("a|b",), ["x"])["it"] == "x"


def test_what_is_encoded_already_stays() -> None:
    assert filled("{a|url}", a="caf%C3%A9") == "caf%C3%A9"


@pytest.mark.parametrize("name", sorted(FILTERS.keys() - {OPTIONAL}))
@settings(deadline=None, max_examples=40)
@given(value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1f"), max_size=20))
def test_a_filter_made_twice_is_as_made_once(name: str, value: str) -> None:
    once = filled(f"{{a|{name}}}", a=value)
    assert filled(f"{{a|{name}}}", a=once) == once


@given(
    value=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)
)
def test_any_text_is_a_template_once_its_braces_are_doubled(value: str) -> None:
    (*parts,) = parse_template(value.replace("{", "{{").replace("}", "}}")).parts
    assert "".join(part.text for part in parts) == value
    assert not any(part.is_column for part in parts)


def test_the_first_case_whose_condition_holds_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(
        "attributes:\n  availability:\n    cases:\n"
        "      - {if: {column: Stock, above: 0}, then: in_stock}\n"
        "      - {if: {column: Policy, equals: continue}, then: backorder}\n"
        "      - else: out_of_stock\n"
        "  title:\n    cases:\n      - {if: {column: Stock, above: 0}, then: '{Policy|upper} left'}\n",
        "utf-8",
    )
    mapping = read_mapping(path)
    columns = ("Stock", "Policy")
    assert mapped(mapping, columns, ["3", "deny"]) == {"availability": "in_stock", "title": "DENY left"}
    assert mapped(mapping, columns, ["0", "continue"]) == {"availability": "backorder", "title": None}
    assert mapped(mapping, columns, [None, None]) == {"availability": "out_of_stock", "title": None}


def test_columns_that_are_not_there_are_a_mistake_of_the_mapping() -> None:
    mapping = Mapping(
        {"link": Rule(cases=(Case(parse_template("{Handel}/{x}")),)), "mpn": Rule(columns=("y",))}
    )
    with pytest.raises(UnknownColumn, match=r"'Handel' .did you mean 'Handle'") as caught:
        match_columns(("Handle",), mapping)
    assert caught.value.unknown == (("link", "Handel"), ("link", "x"), ("mpn", "y"))


def test_what_a_template_is_made_of_is_used() -> None:
    mapping = Mapping({"link": Rule(cases=(Case(parse_template("{a}/{b}")),))})
    matches = match_columns(("a", "b", "c"), mapping)
    assert (matches.used, matches.unused) == ({"link": ("a", "b")}, ("c",))


@pytest.mark.parametrize(
    ("template", "cause"),
    [
        ("{a|shout}", "there is no filter 'shout'"),
        ("{a|uper}", "did you mean upper"),
        ("{a", "a brace at character 1 that opens or closes no column"),
        ("a}", "a brace at character 2"),
        ("{}", "a brace at character 1"),
        ("x" * 2001, "longer than 2000 characters"),
        ("{a}" * 101, "more than 100 parts"),
    ],
)
def test_a_wrong_template_is_told_with_its_line(tmp_path: Path, template: str, cause: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(f'attributes:\n  link:\n    template: "{template}"\n', "utf-8")
    with pytest.raises(ConfigError, match=cause) as caught:
        read_mapping(path)
    assert caught.value.line == 3


def test_a_template_may_be_given_what_no_column_holds() -> None:
    template = parse_template("{base_url}/p/{Handle|url}").given({"base_url": "https://shop.example"})
    assert template.columns == ("Handle",)
