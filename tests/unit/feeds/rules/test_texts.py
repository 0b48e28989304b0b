"""What is found in a text, and what is not; ids name the kind: part.number."""

# ruff: noqa: RUF001 - letters that look alike are what is told apart here
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedscript.feeds import validate
from feedscript.feeds.rules import texts
from tests.unit.feeds.products import product, write_csv

AS_OF = datetime(2026, 8, 1, tzinfo=UTC)


def found(folder: Path, **changes: str) -> set[str]:
    report = validate(write_csv(folder / "feed.csv", [product(1, **changes)]), as_of=AS_OF)
    return {issue.rule.id.removeprefix("google.") for issue in report.issues}


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("FUßBALLSCHUHE", id="4.5-sharp-s"),
        pytest.param("ЧЕРНЫЕ КРОССОВКИ", id="4.5-cyrillic"),
        pytest.param("ΠΑΠΟΥΤΣΙΑ ΤΡΕΞΙΜΑΤΟΣ", id="4.5-greek"),
        pytest.param("ŁYŻWY ŻÓŁTE MĘSKIE", id="4.5-polish"),
        pytest.param("ՍՊՈՐՏԱՅԻՆ ԿՈՇԻԿ", id="4.5-armenian"),
        pytest.param("TRAIL RUNNING SHOE 20cm", id="4.5-a-unit-in-small-letters"),
    ],
)
def test_capitals_of_any_script_are_told(tmp_path: Path, title: str) -> None:
    assert found(tmp_path, title=title) == {"title.all_caps"}


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("ソニー ワイヤレス WH-1000XM4 BLACK", id="4.5-japanese"),
        pytest.param("삼성 갤럭시 SM-G991N ULTRA EDITION", id="4.5-korean"),
        pytest.param("מסך מחשב SAMSUNG LS27A600", id="4.5-hebrew"),
        pytest.param("شاشة SAMSUNG QLED QE55Q60", id="4.5-arabic"),
        pytest.param("หูฟัง SONY WH-1000XM4 BLACK", id="4.5-thai"),
        pytest.param("Кроссовки ASICS GEL-KAYANO", id="4.5-cyrillic-with-a-brand"),
        pytest.param("SAMSUNG", id="4.5-one-word-is-a-name"),
    ],
)
def test_a_models_code_makes_no_text_in_capitals(tmp_path: Path, title: str) -> None:
    assert found(tmp_path, title=title) == set()


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("Trail shoe, FREE delivery", id="4.6-en-free-delivery"),
        pytest.param("SALE! Trail shoe", id="4.6-en-sale-set-apart"),
        pytest.param("Trail shoe | Sale", id="4.6-en-sale-at-the-end"),
        pytest.param("Trail shoe, save 20%", id="4.6-en-save"),
        pytest.param("-20% Trail shoe", id="4.6-minus-percent"),
        pytest.param("Laufschuhe 20 % Rabatt", id="4.6-de-percent"),
        pytest.param("Laufschuhe versandkostenfrei", id="4.6-de-free-shipping"),
        pytest.param("Chaussure, livraison gratuite", id="4.6-fr-free-shipping"),
        pytest.param("Zapatilla con envío gratis", id="4.6-es-free-shipping"),
        pytest.param("Zapatilla con envio gratis", id="4.6-es-without-accents"),
        pytest.param("Scarpe, spedizione gratuita", id="4.6-it-free-shipping"),
        pytest.param("Schoen met gratis verzending", id="4.6-nl-free-shipping"),
        pytest.param("Buty, darmowa dostawa", id="4.6-pl-free-shipping"),
        pytest.param("Sapato com frete grátis", id="4.6-pt-free-shipping"),
        pytest.param("Skor med fri frakt", id="4.6-sv-free-shipping"),
        pytest.param("Sko med fri fragt", id="4.6-da-free-shipping"),
        pytest.param("Boty, doprava zdarma", id="4.6-cs-free-shipping"),
        pytest.param("Кроссовки, бесплатная доставка", id="4.6-ru-free-shipping"),
    ],
)
def test_promotion_is_told_in_twelve_languages(tmp_path: Path, title: str) -> None:
    assert found(tmp_path, title=title) == {"title.promotional_text"}


INNOCENT = (
    *(
        "Sale Marasino poster",
        "100% cotton shirt",
        "Free People Kleid",
        "Freestyle skateboard",
        "Rabattmarke 1914",
    ),
    *(
        "Teppich aus Rabat",
        "Salesforce for beginners",
        "Körting Kühlschrank",
        "Hemd 80%-20% Polyester",
        "Free Willy",
    ),
    *("Shirt 80% cotton - 20% polyester", "Chris Rea live", "Sugar free gum", "Sale fino dell'Himalaya 1 kg"),
    *(
        "Actiefiguur Batman",
        "Deal or No Deal game",
        "Order of the Phoenix",
        "Wholesale price tags",
        "Sonnencreme 50+",
    ),
    *(
        "Остров сокровищ",
        "Kampagne in Frankreich",
        "Angebotsmappe A4",
        "Bier mit 0,0% Alkohol",
        "Discovery set",
    ),
)


def test_case_4_6_innocent_titles_are_left_in_peace(tmp_path: Path) -> None:
    feed = write_csv(tmp_path / "feed.csv", [product(n, title=title) for n, title in enumerate(INNOCENT)])
    told = [sample.value for issue in validate(feed, as_of=AS_OF).issues for sample in issue.samples]
    assert told == []


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        pytest.param("title", "Shoe [object Object]", id="4.7-object"),
        pytest.param("title", "Shoe {{ product.color }}", id="4.7-liquid"),
        pytest.param("description", "Text {% if product %} more", id="4.7-tag"),
        pytest.param("description", "A ${product.name} of steel", id="4.7-javascript"),
        pytest.param("description", "[vc_row][vc_column]Text[/vc_column][/vc_row]", id="4.7-shortcode"),
        pytest.param("description", '[gallery ids="1,2"]', id="4.7-gallery"),
        pytest.param("description", "Lorem ipsum dolor sit amet", id="4.7-filler"),
        pytest.param("title", "Default Title", id="4.7-default-title"),
        pytest.param("title", "undefined", id="4.7-undefined"),
        pytest.param("mpn", "NaN", id="4.7-nan"),
        pytest.param("size", "null", id="4.7-null"),
        pytest.param("material", "None", id="4.7-none"),
        pytest.param("color", "{{ item.farbe }}", id="4.7-in-color"),
        pytest.param("brand", "undefined", id="4.7-in-brand"),
        pytest.param("mpn", "#N/A", id="4.7-spreadsheet"),
        pytest.param("item_group_id", "#WERT!", id="4.7-german-spreadsheet"),
        pytest.param("product_type", "TODO", id="4.7-todo"),
    ],
)
def test_what_programs_leave_behind_is_a_warning_of_its_own(
    tmp_path: Path, attribute: str, text: str
) -> None:
    assert found(tmp_path, **{attribute: text}) == {f"{attribute}.leftover_text"}


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ("title", "Nullarbor boots"),
        ("title", "Shoe [size 42]"),
        ("description", "Made of {stainless} steel [new model]"),
        ("description", "Nothing undefined about its shape, null and void"),
        ("brand", "Nonna"),
        ("mpn", "NULL-1"),
    ],
)
def test_case_4_7_words_within_a_text_are_no_leftovers(tmp_path: Path, attribute: str, text: str) -> None:
    assert found(tmp_path, **{attribute: text}) == set()


@pytest.mark.parametrize(
    "sign",
    [
        pytest.param("\0", id="4.8-nul"),
        pytest.param("\x0b", id="4.8-vertical-tab"),
        pytest.param("\ufffd", id="4.8-replacement"),
        pytest.param("\x1b", id="4.8-escape"),
        pytest.param("\x19", id="4.8-low-byte-of-an-apostrophe"),
        pytest.param("\x80", id="4.8-first-c1"),
        pytest.param("\x92", id="4.8-c1-apostrophe"),
        pytest.param("\ufdd0", id="4.8-noncharacter"),
        pytest.param("\uffff", id="4.8-last-of-the-plane"),
        pytest.param("\U0001fffe", id="4.8-noncharacter-of-another-plane"),
    ],
)
def test_what_is_no_character_is_an_error_in_every_text(tmp_path: Path, sign: str) -> None:
    names = ("title", "description", "brand", "mpn", "size", "product_type", "custom_label_0")
    texts = (f"Red{sign}wood", f'Größe 5" {sign} rot')
    changes = [{name: text} for name in names for text in texts]
    feed = write_csv(tmp_path / "feed.csv", [product(n, **change) for n, change in enumerate(changes)])
    issues = validate(feed, as_of=AS_OF).issues
    assert {issue.rule.id: issue.total for issue in issues} == {
        f"google.{name}.broken_text": len(texts) for name in names
    }
    assert {issue.severity for issue in issues} == {"error"}


@pytest.mark.parametrize(
    "text",
    [
        "Größe 5 \u2013 rot",
        'A 5" vase',
        "日本語の説明",
        "one\ttwo",
        "one\ntwo",
        "back\\slash",
        "soft\u00adhyphen",
        "🎉",
    ],
)
def test_case_4_8_whole_text_of_any_script_is_no_finding(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, description=text) == set()


TWICE = [
    pytest.param("GrÃ¶ÃŸe L", id="3.1-german"),
    pytest.param("donâ€™t", id="3.1-typographic"),
    pytest.param("ÐŸÑ€Ð¸Ð²ÐµÑ‚", id="3.1-russian"),
    pytest.param("Â°C", id="3.1-degrees"),
    pytest.param("Å»Ã³Å‚Ä‡", id="3.1-polish"),
]
ONCE = [
    "Größe",
    "SÃO PAULO",
    "Ângela",
    "žluťoučký kůň",
    "Đorđe",
    "È più",
    "Ñandú",
    "Ψάρι",
    "Мир",
    "日本",
    "KOÇÂ",
    "Åbo",
    "Ãguas",
]


@pytest.mark.parametrize("text", TWICE)
def test_letters_that_were_encoded_twice_are_told(text: str) -> None:
    assert re.search(texts.DOUBLE_ENCODED, text)


@pytest.mark.parametrize("text", ONCE)
def test_letters_that_were_encoded_once_are_not(text: str) -> None:
    assert not re.search(texts.DOUBLE_ENCODED, text)


def test_every_letter_of_latin_1_is_told_when_it_was_encoded_twice() -> None:
    letters = [chr(point) for point in range(0xC0, 0x100) if chr(point).isalpha()]
    # Some bytes have no sign in Windows-1252.
    twice = [bytes(letter, "utf-8").decode("cp1252", "ignore") for letter in letters]
    untold = [
        letter
        for letter, text in zip(letters, twice, strict=True)
        if not re.search(texts.DOUBLE_ENCODED, text)
    ]
    assert untold == list("ÁÍÏÐÝ")
