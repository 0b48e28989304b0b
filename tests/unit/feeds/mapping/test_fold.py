# ruff: noqa: RUF001 - letters that look alike are what this is about
"""Names and words compared as people mean them, in any script.

Ids name the kind: part.number.
"""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.mapping.names import by_engine, fold, folded
from feedscript.feeds.mapping.operations import Values
from tests.unit.feeds.mapping.mapped_rows import worked, worked_all

EVERY_CHARACTER = tuple(chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("word", "cell"),
    [
        pytest.param("재고 있음", "재고있음", id="1.12-hangul"),
        pytest.param("재고 있음", decomposed("재고 있음"), id="1.12-hangul-of-a-mac"),
        pytest.param("σε απόθεμα της", "ΣΕ ΑΠΟΘΕΜΑ ΤΗΣ", id="1.12-final-sigma"),
        pytest.param("διαθέσιμος", "Διαθέσιμοσ", id="1.12-sigma-that-is-not-final"),
        pytest.param("new", "ＮＥＷ", id="1.12-full-width"),
        pytest.param("カード", "ｶｰﾄﾞ", id="1.12-half-width-katakana"),
        pytest.param("ガス", decomposed("ガス"), id="1.12-voiced-kana"),
        pytest.param("refurbished office", "Refurbished oﬃce", id="1.12-ligature"),
        pytest.param("geen ijzer", "GEEN ĲZER", id="1.12-dutch-ligature"),
        pytest.param("neuf cœur", "NEUF COEUR", id="1.12-french-ligature"),
        pytest.param("stokta değil", "STOKTA DEĞİL", id="1.12-turkish-dotted-i"),
        pytest.param("satış dışı", "SATIŞ DIŞI", id="1.12-turkish-dotless-i"),
        pytest.param("größe", "GRÖẞE", id="1.12-capital-sharp-s"),
        pytest.param("épuisé", decomposed("ÉPUISÉ"), id="1.12-combining-accents"),
        pytest.param("còn hàng", "CÒN HÀNG", id="1.12-vietnamese"),
        pytest.param("в наличии", "В НАЛИЧИИ", id="1.12-cyrillic"),
        pytest.param("nowy używany łódź", "NOWY UZYWANY LODZ", id="1.12-polish-without-accents"),
        pytest.param("متوفّر", "متوفر", id="1.12-arabic-without-points"),
        pytest.param("✓ in stock", "in stock ✅\ufe0f", id="1.12-signs"),
    ],
)
def test_case_1_12_a_word_matches_a_cell_as_people_mean_it(word: str, cell: str) -> None:
    assert worked(cell, Values({"yes": (word,)})) == "yes"
    assert worked(word, Values({"yes": (cell,)})) == "yes"


@pytest.mark.parametrize(
    ("word", "cell"),
    [
        pytest.param("कि", "की", id="1.12-hindi-vowels"),
        pytest.param("มี", "มิ", id="1.12-thai-vowels"),
        pytest.param("கா", "கி", id="1.12-tamil-vowels"),
        pytest.param("か", "が", id="1.12-voiced-kana"),
        pytest.param("있음", "없음", id="1.12-hangul"),
        pytest.param("✓", "✗", id="1.12-signs-alone"),
        pytest.param("-", "+", id="1.12-ascii-signs-alone"),
    ],
)
def test_case_1_12_what_means_something_else_stays_apart(word: str, cell: str) -> None:
    assert worked(cell, Values({"yes": (word,)})) == cell


@settings(max_examples=10)
@given(st.lists(ANY_TEXT, min_size=1, max_size=40))
def test_words_and_cells_are_folded_alike(texts: list[str]) -> None:
    stripped = (text.strip(" \t\r\n\u00a0\ufeff") for text in texts)
    # Of those that are folded to the same text the first is found for all.
    by_fold = {fold(cell): cell for cell in stripped if cell and "\x1f" not in cell}
    cells, names = [*by_fold.values()], [f"found {number}" for number in range(len(by_fold))]
    for words in (cells, [*by_fold]):
        found = Values({name: (word,) for name, word in zip(names, words, strict=True)})
        assert worked_all(cells, found) == names


def test_every_character_is_folded_once_and_alike_in_either_case() -> None:
    once = folded(EVERY_CHARACTER)
    # A text that is folded to itself is folded twice as well.
    twice = once | folded(tuple({text for text in once.values() if once.get(text) != text}))
    assert [each for each in EVERY_CHARACTER if twice[once[each]] != once[each]] == []
    capitals = [each for each in EVERY_CHARACTER if len(each.lower()) == 1 and each.lower() in once]
    assert [each for each in capitals if once[each] != once[each.lower()]] == []
    letters = [each for each in EVERY_CHARACTER if each.isalnum() and decomposed(each) != each]
    spread = folded(tuple(map(decomposed, letters)))
    assert [each for each in letters if spread[decomposed(each)] != once[each]] == []


@given(ANY_TEXT)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_half_a_surrogate_is_folded_as_the_sign_it_is_written_as() -> None:
    assert fold("in \ud800stock") == "instock"


@given(st.lists(st.text(st.characters(max_codepoint=0x7F, exclude_characters="\0"), min_size=1), min_size=1))
def test_ascii_is_folded_as_the_engine_folds_it(names: list[str]) -> None:
    assert folded(tuple(names)) == by_engine(tuple(names))
