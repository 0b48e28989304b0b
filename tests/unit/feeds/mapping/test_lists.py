"""Several values in one cell: parted where they part, and read back as they were written.

Ids name the kind: part.number.
"""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedscript.feeds.mapping.operations import Joined, Listed, Url
from feedscript.feeds.profiles import load_profile
from feedscript.feeds.profiles.repeated import values_of
from feedscript.feeds.validation.validation import validate
from tests.unit.feeds.mapping.mapped_rows import DATABASE, worked
from tests.unit.feeds.products import generate_all, product

GOOGLE = load_profile("google")
ONE, TWO = "https://a.example/1.jpg", "https://a.example/2.jpg"


def read_back(attribute: str, cell: str) -> list[str]:
    """A cell's values as validation reads them."""
    if "," not in cell:
        return [cell]
    found = DATABASE.execute(f"SELECT {values_of(GOOGLE.attribute(attribute), '?1')}", [cell]).fetchone()
    assert found is not None
    values = found[0]
    assert isinstance(values, list)
    return values


def written(attribute: str, *values: str) -> str | None:
    """How values from JSON or XML are written in one cell."""
    return worked("\x1f".join(values), Joined.of(GOOGLE.attribute(attribute), commas_part=False))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(
            f" {ONE} | //a.example/2.jpg;;https://a.example/3.jpg",
            f"{ONE},{TWO},https://a.example/3.jpg",
            id="1.10-mixed-separators",
        ),
        pytest.param(
            "https://a.example/img?id=1;w=2", "https://a.example/img?id=1;w=2", id="1.10-semicolon-within"
        ),
        pytest.param(
            f"https://a.example/img?id=1;w=2;{ONE}", f"https://a.example/img?id=1;w=2,{ONE}", id="1.10-both"
        ),
        pytest.param(
            "https://a.example/My Image, Side.jpg",
            "https://a.example/My%20Image%2C%20Side.jpg",
            id="1.10-comma-within",
        ),
        pytest.param(
            f"{ONE}, https://a.example/w_100,h_200/x.jpg",
            f"{ONE},https://a.example/w_100%2Ch_200/x.jpg",
            id="1.10-comma-within-and-between",
        ),
        pytest.param(f"{ONE}\n{TWO}", f"{ONE},{TWO}", id="1.10-lines"),
        pytest.param(f"{ONE} {TWO}", f"{ONE},{TWO}", id="1.10-spaces"),
        pytest.param(f"{ONE}|{TWO}|", f"{ONE},{TWO}", id="1.10-separator-behind"),
        pytest.param(f"{ONE};", ONE, id="1.10-semicolon-behind-one"),
        pytest.param(f"{ONE}|", ONE, id="1.10-pipe-behind-one"),
        pytest.param(f"{ONE},", ONE, id="1.10-comma-behind-one"),
        pytest.param(f"{ONE} ,; ", ONE, id="1.10-separators-behind-one"),
        pytest.param(f",{ONE}", ONE, id="1.10-comma-before-one"),
        pytest.param(
            "| ;https://a.example/a,b.jpg", "https://a.example/a%2Cb.jpg", id="1.10-separators-before-one"
        ),
        pytest.param(f",{ONE},,{TWO},", f"{ONE},{TWO}", id="1.10-around-several"),
        pytest.param(f"{ONE},\x1f;\x1f{TWO};", f"{ONE},{TWO}", id="1.10-behind-each-from-json"),
        pytest.param("https://a.example/a/?b=-", "https://a.example/a/?b=-", id="1.10-of-the-address"),
        pytest.param(
            f"{ONE}\x1fhttps://a.example/a,b.jpg", f"{ONE},https://a.example/a%2Cb.jpg", id="1.10-from-json"
        ),
        pytest.param(f"{ONE}|{TWO};{ONE}", f"{ONE},{TWO}", id="1.10-each-once"),
        pytest.param(None, None, id="1.10-null"),
    ],
)
def test_case_1_10_a_separator_parts_only_where_an_address_follows(
    value: str | None, expected: str | None
) -> None:
    listed = Listed("|;", 10)
    assert worked(value, listed, Url()) == expected
    assert worked(worked(value, listed), listed) == worked(value, listed)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("c|a|c|b", "c,a,b", id="1.11-each-once-three-at-most"),
        pytest.param("Soft, warm|Light", '"Soft, warm",Light', id="1.11-comma-of-a-text"),
        pytest.param("a,b|c", "a,b,c", id="1.11-comma-that-parts"),
        pytest.param('5" vase|6" pot', '5" vase,6" pot', id="1.11-inches"),
        pytest.param("|;", None, id="1.11-nothing"),
    ],
)
def test_case_1_11_a_list_of_texts(value: str, expected: str | None) -> None:
    listed = Listed("|;", 3)
    assert worked(value, listed) == expected
    assert worked(expected, listed) == expected


@pytest.mark.parametrize(
    ("attribute", "values", "cell"),
    [
        pytest.param("promotion_id", ["SPRING,SUMMER"], "SPRING,SUMMER", id="1.11-promotions"),
        pytest.param(
            "shipping", ["AT:::10.00 EUR,BE:::12.00 EUR"], "AT:::10.00 EUR,BE:::12.00 EUR", id="1.11-shipping"
        ),
        pytest.param(
            "excluded_destination", ["Display_ads,Free_listings"], "Display_ads,Free_listings", id="1.11-enum"
        ),
        pytest.param("shopping_ads_excluded_country", ["DE,AT"], "DE,AT", id="1.11-countries"),
        pytest.param("gtin", ["4006381333931,4006381333948"], "4006381333931,4006381333948", id="1.11-gtin"),
        pytest.param(
            "product_detail", ["Care:Wash:30,Care:Dry:no"], "Care:Wash:30,Care:Dry:no", id="1.11-details"
        ),
        pytest.param("product_detail", ["Fit:Sizes:S,M"], '"Fit:Sizes:S,M"', id="1.11-comma-of-a-detail"),
        pytest.param("product_highlight", ["Light,warm"], '"Light,warm"', id="1.11-comma-of-a-text"),
        pytest.param(
            "product_highlight", ["Light, warm", "Soft"], '"Light, warm",Soft', id="1.11-comma-and-space"
        ),
        pytest.param(
            "product_highlight",
            ['The "Best", ever', "1,5 m"],
            '"The ""Best"", ever","1,5 m"',
            id="1.11-quotes",
        ),
        pytest.param("product_highlight", ["Light", "Soft"], "Light,Soft", id="1.11-no-comma"),
        pytest.param(
            "lifestyle_image_link",
            ["https://a.example/a,b.jpg", TWO],
            f"https://a.example/a%2Cb.jpg,{TWO}",
            id="1.11-addresses",
        ),
    ],
)
def test_case_1_11_values_are_written_as_they_are_read_back(
    attribute: str, values: list[str], cell: str
) -> None:
    assert written(attribute, *values) == cell
    meant = [value.replace(",", "%2C") if "://" in value else value for value in values]
    holds_list = attribute not in {"product_highlight", "lifestyle_image_link"} and '"' not in cell
    assert read_back(attribute, cell) == (meant[0].split(",") if holds_list else meant)


@given(
    st.lists(
        st.text(
            st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\",, 'a:"), min_size=1
        ).filter(lambda text: text == text.strip() and text.strip(" \t\n\r\u00a0") == text),
        min_size=1,
        max_size=4,
    )
)
def test_any_texts_are_read_back_as_they_were(values: list[str]) -> None:
    cell = written("product_highlight", *values)
    assert cell is not None
    assert read_back("product_highlight", cell) == values


def test_text_is_written_as_the_source_parts_it() -> None:
    kept = Joined.of(GOOGLE.attribute("product_highlight"), commas_part=True)
    assert worked('"a, b",c,d', kept) == '"a, b",c,d'


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        pytest.param("promotion_id", "SPRING,SUMMER", id="1.11-promotions"),
        pytest.param("shipping", "DE:::10.00 EUR,AT:::12.00 EUR", id="1.11-shipping"),
        pytest.param("product_highlight", ["Light,warm", "Soft, red, and wide"], id="1.11-texts"),
        pytest.param("product_type", "Lamps,Shades", id="1.11-one-value-alone"),
        pytest.param("additional_image_link", "https://a.example/My Image, Side.jpg", id="1.10-comma-within"),
    ],
)
def test_case_1_11_what_is_generated_is_valid(tmp_path: Path, attribute: str, value: object) -> None:
    source, feed = tmp_path / "export.jsonl", tmp_path / "feed.csv"
    source.write_text(json.dumps({**product(1), attribute: value}) + "\n", "utf-8")
    generate_all(source, feed)
    report = validate(feed, country="DE")
    assert [issue.rule.id for issue in report.issues if issue.rule.attribute == attribute] == []
    with feed.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row[attribute]
