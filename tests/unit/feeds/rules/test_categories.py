"""Categories are told by the taxonomy: as ids and paths, in any of its languages. Ids name the kind: part.number."""

import unicodedata
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedscript.feeds import load_profile, validate
from feedscript.feeds.profiles.taxonomy import load_taxonomy
from tests.unit.feeds.products import product, write_csv
from tests.unit.feeds.rules.test_catalogue import AS_OF, findings

GOOGLE = load_profile("google")
TAXONOMY = load_taxonomy("google")
CATEGORY = "google_product_category"
UNKNOWN = f"google.{CATEGORY}.unknown_category"
PLACES = {id_: place for place, (id_, _) in enumerate(TAXONOMY.tree)}


def path(id_: int, language: str) -> str:
    return TAXONOMY.paths(language)[PLACES[id_]]


def found(folder: Path, categories: list[str], country: str = "US", **changes: str) -> dict[str, list[str]]:
    """The rules that a product fails with each of the categories."""
    products = [product(n, **{CATEGORY: each}, **changes) for n, each in enumerate(categories)]
    rules = findings(folder, [{k: v for k, v in each.items() if v} for each in products], country)
    return {each: rules.get(n, []) for n, each in enumerate(categories, 1)}


@pytest.mark.parametrize(
    "category",
    [
        pytest.param("Clothes > Hoodies", id="4.2-no-such-path"),
        pytest.param("9999999", id="4.2-no-such-id"),
        pytest.param("Media > Books > Clothing", id="4.2-known-names-in-another-place"),
        pytest.param("Books", id="4.2-a-name-without-its-path"),
        pytest.param("Médias > Books", id="4.2-two-languages-in-one-path"),
        pytest.param("Luggage, Bags > Purses", id="4.2-with-a-comma"),
        pytest.param("0166", id="4.2-an-id-with-a-zero-before-it"),
    ],
)
def test_what_the_taxonomy_does_not_have_is_told(tmp_path: Path, category: str) -> None:
    assert found(tmp_path, [category]) == {category: [UNKNOWN]}


@pytest.mark.parametrize(
    "category",
    [
        pytest.param("784", id="4.2-an-id"),
        pytest.param(" 784 ", id="4.2-an-id-between-blanks"),
        pytest.param("Media > Books", id="4.2-a-path"),
        pytest.param("media>BOOKS", id="4.2-another-case-and-no-blanks"),
        pytest.param("Media\u00a0>  Books\t", id="4.2-other-blanks"),
        pytest.param("Medien > Bücher", id="4.2-german"),
        pytest.param(unicodedata.normalize("NFD", "Médias > Livres"), id="4.2-decomposed"),
        pytest.param("メディア > 書籍", id="4.2-japanese"),
        pytest.param("СРЕДСТВА ИНФОРМАЦИИ > КНИГИ", id="4.2-russian-capitals"),
        pytest.param("5929", id="4.2-an-id-of-one-language"),
    ],
)
def test_what_the_taxonomy_has_passes(tmp_path: Path, category: str) -> None:
    assert found(tmp_path, [category]) == {category: []}


def test_case_4_2_every_id_and_every_path_of_every_language_is_known(tmp_path: Path) -> None:
    texts = [text for spellings in TAXONOMY.spellings() for text in spellings]
    assert len(texts) > 70_000
    feed = write_csv(tmp_path / "all.csv", [product(n, **{CATEGORY: each}) for n, each in enumerate(texts)])
    assert [
        issue for issue in validate(feed, as_of=AS_OF, country="DE").issues if issue.rule.id == UNKNOWN
    ] == []


def test_case_4_2_the_message_names_what_was_sent_and_what_is_near(tmp_path: Path) -> None:
    feed = write_csv(
        tmp_path / "feed.csv", [product(1, **{CATEGORY: "apparel & accessories>Clothing > Hoodies"})]
    )
    [issue] = [each for each in validate(feed, as_of=AS_OF, country="FR").issues if each.rule.id == UNKNOWN]
    assert "'apparel & accessories>Clothing > Hoodies' is no category" in issue.rule.message
    assert "2021-09-21" in issue.rule.message
    assert "The nearest to this one is Apparel & Accessories > Clothing." in issue.rule.remedy


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("Apparel & Accessories > Shoes > Sneakers", "Apparel & Accessories > Shoes"),
        ("Women > Handbags", "Apparel & Accessories > Handbags, Wallets & Cases > Handbags"),
        ("Clothes > Hoodies", None),
        ("", None),
        (">", None),
    ],
)
def test_the_nearest_category(text: str, near: str | None) -> None:
    assert TAXONOMY.nearest(text) == near


def test_case_4_2_many_unknown_ones_are_all_counted(tmp_path: Path) -> None:
    feed = write_csv(
        tmp_path / "feed.csv",
        [product(n, **{CATEGORY: f"Kitchen, {n}" if n % 3 else "Media > Books"}) for n in range(3000)],
    )
    [issue] = validate(feed, as_of=AS_OF).issues
    assert (issue.rule.id, issue.total) == (UNKNOWN, 2000)


APPAREL = {f"google.{name}.missing_required" for name in ("color", "gender", "age_group")}


@pytest.mark.parametrize(
    "category",
    [
        pytest.param("166", id="4.3-the-top"),
        pytest.param("212", id="4.3-shirts-by-id"),
        pytest.param("5598", id="4.3-coats-by-id"),
        pytest.param("apparel & accessories > CLOTHING", id="4.3-another-case"),
        pytest.param(
            "Bekleidung & Accessoires > Bekleidung > Oberbekleidung", id="4.3-german-path-in-the-us"
        ),
        pytest.param("Vêtements et accessoires>Vêtements", id="4.3-french-path-without-blanks"),
        pytest.param("ファッション・アクセサリー > 衣料品", id="4.3-japanese-path"),
        pytest.param("Apparel & Accessories > Hoodies", id="4.3-an-unknown-category-below"),
    ],
)
@pytest.mark.parametrize("country", ["US", "GB"])
def test_apparel_needs_color_gender_and_age_group(tmp_path: Path, category: str, country: str) -> None:
    [rules] = found(tmp_path, [category], country).values()
    assert set(rules) >= APPAREL


@pytest.mark.parametrize(
    ("category", "sized"),
    [
        pytest.param("212", True, id="4.3-clothing-by-id"),
        pytest.param("187", True, id="4.3-shoes-by-id"),
        pytest.param("Bekleidung & Accessoires > Schuhe", True, id="4.3-shoes-by-german-path"),
        pytest.param("6552", False, id="4.3-jewelry-has-no-size"),
    ],
)
def test_clothing_and_shoes_need_a_size(tmp_path: Path, category: str, sized: bool) -> None:
    [rules] = found(tmp_path, [category]).values()
    assert ("google.size.missing_required" in rules) is sized


def test_case_4_3_every_category_of_apparel_is_told_and_no_other(tmp_path: Path) -> None:
    inside = set(GOOGLE.categories["apparel"].ids)
    rules = found(tmp_path, [str(id_) for id_, _ in TAXONOMY.tree])
    assert len(inside) == 240
    assert {each for each, failed in rules.items() if set(failed) >= APPAREL} == inside


@pytest.mark.parametrize("language", TAXONOMY.versions)
def test_case_4_3_a_branch_is_the_same_in_every_language(tmp_path: Path, language: str) -> None:
    """Items without brand: those of media pass, and no others."""
    paths = {
        path: str(id_) for (id_, _), path in zip(TAXONOMY.tree, TAXONOMY.paths(language), strict=True) if path
    }
    chosen = [
        each for n, each in enumerate(paths) if paths[each] in GOOGLE.categories["media"].ids or n % 40 == 0
    ]
    rules = found(tmp_path, chosen, brand="")
    told = {each for each, failed in rules.items() if "google.brand.missing_required" not in failed}
    assert told == {each for each in chosen if paths[each] in GOOGLE.categories["media"].ids}


def test_case_4_3_media_by_id_need_no_brand(tmp_path: Path) -> None:
    media = GOOGLE.categories["media"].ids
    assert len(media) == 30
    rules = found(tmp_path, [*media, "543541", "212"], brand="")
    assert [each for each, failed in rules.items() if "google.brand.missing_required" in failed] == ["212"]


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, str]:
    """A category as the taxonomy has it, and in another spelling of the same."""
    language = draw(st.sampled_from(list(TAXONOMY.versions)))
    right = draw(st.sampled_from([each for each in TAXONOMY.paths(language) if each]))
    blanks = st.text(" \t\u00a0", max_size=2)
    names = [draw(blanks) + name + draw(blanks) for name in right.split(" > ")]
    form = draw(st.sampled_from(["NFC", "NFD"]))
    case = draw(st.sampled_from([str, str.lower, str.title if "ß" not in right else str]))
    return right, unicodedata.normalize(form, case(">".join(names)))


@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pairs=st.lists(spelled(), min_size=20, max_size=40))
def test_no_spelling_changes_what_is_found(tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    feed = [
        product(2 * n + k, brand="", **{CATEGORY: pair[k]}) for n, pair in enumerate(pairs) for k in (0, 1)
    ]
    rules: dict[int, list[str]] = defaultdict(list) | findings(
        tmp_path, [{k: v for k, v in each.items() if v} for each in feed], "US"
    )
    for n, pair in enumerate(pairs):
        assert rules[2 * n + 1] == rules[2 * n + 2], pair
