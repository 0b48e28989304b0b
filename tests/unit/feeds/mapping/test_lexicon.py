# ruff: noqa: RUF001 - letters of other alphabets are what this is about
"""The words of all languages: folded as headers are, loaded once each, and no word taken for another language's."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine.errors import ConfigError
from feedscript.feeds.mapping import known_repairs, spoken_in
from feedscript.feeds.mapping.languages import reading
from feedscript.feeds.mapping.languages.lexicon import BASE, HEADERS, MEANINGS, UNSURE, lexicon
from feedscript.feeds.mapping.languages.reading import Language, lexicon_of, read_language
from feedscript.feeds.mapping.names import folded
from feedscript.feeds.mapping.operations import Date, Measure, Words
from feedscript.feeds.profiles import load_profile
from tests.unit.feeds.mapping.mapped_rows import worked

FOLDER = Path(reading.__file__).parent
PAGE = Path(__file__).parents[4] / "docs" / "mapping" / "languages.md"
LANGUAGES = {path.stem: read_language(path) for path in sorted(FOLDER.glob("*.yaml"))}
ENTRIES = [
    (code, kind, meaning, word)
    for code, language in LANGUAGES.items()
    for kind, meanings in language.words.items()
    for meaning, words in meanings.items()
    for word in words
]
KNOWN = lexicon()


def two_ways() -> dict[str, dict[str, dict[str, list[str]]]]:
    """By kind, the words with several meanings, or none in some language, with the languages of each."""
    found: dict[str, dict[str, dict[str, list[str]]]] = {}
    for kind, by_language in KNOWN.words.items():
        meant: dict[str, dict[str, list[str]]] = {}
        for language, words in by_language.items():
            for word, meaning in words.items():
                meant.setdefault(word, {}).setdefault(meaning, []).append(language)
        found[kind] = {word: each for word, each in meant.items() if len(each) > 1}
    return found


def test_every_entry_is_loaded_folded_as_headers_are() -> None:
    bare = folded(tuple({word for *_, word in ENTRIES}))
    for code, kind, meaning, word in ENTRIES:
        assert KNOWN.words[kind][code][bare[word]] == meaning, f"{word!r} in {code}.yaml"
    assert set(KNOWN.names) == set(LANGUAGES)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_entry_is_given_once(code: str) -> None:
    own = [(kind, word) for language, kind, _, word in ENTRIES if language == code]
    bare = folded(tuple(word for _, word in own))
    once: dict[tuple[str, str], str] = {}
    for kind, word in own:
        first = once.setdefault((kind, bare[word]), word)
        assert first is word, f"{code}.yaml has {word!r} beside {first!r} for {kind}"


def test_no_synonym_shadows_a_canonical_name() -> None:
    repairs = known_repairs()
    names = (*(each.name for each in load_profile("google").attributes), *repairs.inputs, *repairs.attributes)
    own = folded(names)
    for language, words in KNOWN.words[HEADERS].items():
        assert not {*own.values()} & {*words}, language


def test_what_is_sure_is_so_in_every_language() -> None:
    for kind, ambiguous in two_ways().items():
        assert not {*ambiguous} & {*KNOWN.sure[kind]}, kind


def test_the_page_lists_the_languages_and_all_that_can_be_read_in_two_ways() -> None:
    text = PAGE.read_text("utf-8")
    listed = re.findall(r"^\| `([a-z]{2})` \| (\w+) \|$", text, re.MULTILINE)
    assert listed == sorted((code, each.name) for code, each in LANGUAGES.items())
    rows = [
        f"| {kind} | {word} | "
        + "; ".join(f"{meaning or 'not sure'} ({', '.join(codes)})" for meaning, codes in meanings.items())
        + " |"
        for kind, ambiguous in two_ways().items()
        for word, meanings in sorted(ambiguous.items())
        if kind != "availability"  # where a yes and a no are meant
    ]
    assert [line for line in text.splitlines() if re.match(r"\| \w+ \| \S+ \| .*\)", line)] == rows


GERMAN = ("Bezeichnung", "Beschreibung", "Preis")
FRENCH = ("Désignation", "Marque", "Prix")


@pytest.mark.parametrize(
    ("columns", "header", "attribute"),
    [
        ((), "Genre", None),
        (FRENCH, "Genre", "gender"),
        (("Marque",), "Genre", None),
        (GERMAN, "Genre", None),
        (("Beskrivning", "Varumärke"), "Rubrik", "title"),
        (GERMAN, "Rubrik", "product_type"),
        ((), "Rubrik", None),
        (("Beskrivning", "Varumärke"), "Lager", "availability"),
        (GERMAN, "Lager", None),
        (("Termék neve", "Leírás"), "Ár", "price"),
        ((), "AR", None),
        ((), "Ürün_Adı", "title"),
        ((), "ΤΙΜΗ", "price"),
        ((), "Groesse", "size"),
        ((), "Bild 1", "image_link"),
        ((), "Bild 2", "additional_image_link"),
        ((), "Obrázek-3", "additional_image_link"),
        ((), "Preis 2", None),
        (("Nazwa", "Opis", "Cena brutto"), "Stan", None),
    ],
)
def test_a_header_with_two_meanings_needs_the_others(
    columns: tuple[str, ...], header: str, attribute: str | None
) -> None:
    names = spoken_in((*columns, header)).names
    assert next((each for each, found in names.items() if header in found), None) == attribute


def test_the_languages_that_most_headers_tell() -> None:
    assert spoken_in(GERMAN).languages == ("de",)
    assert spoken_in(("Name", "Price", "Stock")).languages == ()
    assert spoken_in(("Odkaz", "Cena s DPH")).languages == ("cs", "sk")
    assert spoken_in(("Odkaz", "Cena s DPH", "Obrázok")).languages == ("sk",)


@pytest.mark.parametrize(
    ("kind", "languages", "word", "expected"),
    [
        ("gender", (), "M", "male"),
        ("gender", ("es",), "M", "M"),
        ("gender", ("pl",), "K", "female"),
        ("gender", (), "K", "K"),
        ("gender", ("hu",), "F", "F"),
        ("gender", ("de",), "f", "female"),
        ("yes_no", ("fi",), "E", "no"),
        ("yes_no", ("tr",), "E", "yes"),
        ("yes_no", (), "E", "E"),
        ("yes_no", ("fi", "tr"), "E", "E"),
        ("availability", (), "AUF LAGER!", "in_stock"),
        ("availability", (), "Ja", "in_stock"),
        ("availability", (), "in 5 Tagen", "in 5 Tagen"),
        ("age_group", ("ko",), "유아", "유아"),
        ("condition", (), "new", "new"),
    ],
)
def test_words(kind: str, languages: tuple[str, ...], word: str, expected: str) -> None:
    assert worked(word, Words(kind, languages)) == expected


@pytest.mark.parametrize(
    ("languages", "value", "expected"),
    [
        (("cs",), "1. listopadu 2026", "2026-11-01"),
        (("hr",), "1. listopad 2026", "2026-10-01"),
        (("pl",), "1 listopada 2026", "2026-11-01"),
        ((), "1. listopad 2026", "1. listopad 2026"),
        ((), "1er mai 2026", "2026-05-01"),
        ((), "1 Märzz 2026", "1 Märzz 2026"),
        ((), "31. Februar 2026", "31. Februar 2026"),
        ((), "27. 11. 2026", "2026-11-27"),
        ((), "2026. 11. 27.", "2026-11-27"),
        ((), "2026年3月4日 08:30", "2026-03-04T08:30"),
        ((), "3 mars 2026 8:30 UTC", "2026-03-03T08:30Z"),
        ((), "03/04/2026", "03/04/2026"),
    ],
)
def test_months_as_words(languages: tuple[str, ...], value: str, expected: str) -> None:
    assert worked(value, Date(languages=languages)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,5 кг", "1.5 kg"),
        ("500克", "500 g"),
        ("2 Kilogramm", "2 kg"),
        ("3 livres", "3 livres"),
        ("1 κιλό", "1 kg"),
    ],
)
def test_units_as_words(value: str, expected: str) -> None:
    assert worked(value, Measure()) == expected


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(ENTRIES),
    st.sampled_from([str.upper, str.lower, str.title, str]),
    st.sampled_from([" ", "_", "-", " / ", "."]),
)
def test_however_a_header_is_written_it_means_the_same(
    entry: tuple[str, str, str, str], case: type[str], between: str
) -> None:
    code, kind, meaning, word = entry
    written = between.join(case(word).split(" "))
    bare = folded((written,))[written]
    # Signs within a word go, and words may run together; letters stay what they are.
    assert KNOWN.words[kind][code][bare] == meaning


WORDS = st.sampled_from(["alpha", "beta", "gamma", "Délta", "no"])
MEANT = st.dictionaries(
    st.sampled_from(MEANINGS["gender"]), st.lists(WORDS, max_size=3).map(tuple), max_size=3
)
ANY = st.dictionaries(st.sampled_from([BASE, "aa", "bb", "cc"]), MEANT, max_size=4)


@settings(deadline=None, max_examples=60)
@given(ANY, st.sets(st.sampled_from(["aa", "bb", "cc"])).map(lambda each: tuple(sorted(each))))
def test_no_collision_is_ever_settled_by_chance(
    words: dict[str, dict[str, tuple[str, ...]]], told: tuple[str, ...]
) -> None:
    languages = {code: Language(code, {"gender": meant, HEADERS: {}}, {}) for code, meant in words.items()}
    made = lexicon_of(languages)
    bare = folded(("alpha", "beta", "gamma", "Délta", "no"))
    for word, key in bare.items():
        by_language = {
            code: {own for own, each in meant.items() if word in each} for code, meant in words.items()
        }
        everywhere = set().union(*by_language.values()) if by_language else set()
        among_told = set().union(*(by_language.get(code, set()) for code in told)) if told else set()
        expected = everywhere if len(everywhere) == 1 else among_told or by_language.get(BASE, set())
        found = made.meaning("gender", key, told)
        assert found == (next(iter(expected)) if len(expected) == 1 else None)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"headers": {"titel": ["Titel"]}}, r"no attribute 'titel' \(did you mean title\?\)"),
        ({"words": {"gendre": {}}}, r"no kind of words 'gendre' \(did you mean gender\?\)"),
        ({"words": {"gender": {"man": ["Mann"]}}}, "gender is never 'man'"),
        ({"months": ["Januar"]}, "12"),
        ({"words": {"yes_no": {"yes": [True]}}}, "without quotes YAML reads it as the boolean true"),
    ],
)
def test_a_mistake_in_a_languages_document_is_told_with_its_line(
    tmp_path: Path, change: dict[str, object], told: str
) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(yaml.safe_dump({"name": "Some", "headers": {}} | change), "utf-8")
    with pytest.raises(ConfigError, match=told) as caught:
        read_language(path)
    assert caught.value.line


def test_unsure_is_no_word() -> None:
    assert UNSURE not in {meaning for by_word in KNOWN.sure.values() for meaning in by_word.values()}
