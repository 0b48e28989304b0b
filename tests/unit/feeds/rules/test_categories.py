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


def test_case_4_2_what_the_taxonomy_does_not_have_is_told(tmp_path: Path) -> None:
    unknown = [
        "Clothes > Hoodies",
        "9999999",
        # Known names in another place, a name without its path, two languages in one path, a comma.
        "Media > Books > Clothing",
        "Books",
        "Médias > Books",
        "Luggage, Bags > Purses",
        # An id with a zero before it.
        "0166",
    ]
    assert found(tmp_path, unknown) == {each: [UNKNOWN] for each in unknown}


def test_case_4_2_what_the_taxonomy_has_passes(tmp_path: Path) -> None:
    known = [
        "784",
        " 784 ",
        "Media > Books",
        # Another case, other blanks or none.
        "media>BOOKS",
        "Media\u00a0>  Books\t",
        "Medien > Bücher",
        unicodedata.normalize("NFD", "Médias > Livres"),
        "メディア > 書籍",
        "СРЕДСТВА ИНФОРМАЦИИ > КНИГИ",
        # An id that one language alone has.
        "5929",
    ]
    assert found(tmp_path, known) == {each: [] for each in known}


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


@pytest.mark.parametrize("country", ["US", "GB"])
def test_case_4_3_apparel_needs_color_gender_and_age_group(tmp_path: Path, country: str) -> None:
    apparel = [
        "166",
        "212",
        "5598",
        "apparel & accessories > CLOTHING",
        "Bekleidung & Accessoires > Bekleidung > Oberbekleidung",
        "Vêtements et accessoires>Vêtements",
        "ファッション・アクセサリー > 衣料品",
        # No category, below one.
        "Apparel & Accessories > Hoodies",
    ]
    rules = found(tmp_path, apparel, country)
    assert {each: APPAREL - {*failed} for each, failed in rules.items()} == {each: set() for each in apparel}


def test_case_4_3_clothing_and_shoes_need_a_size(tmp_path: Path) -> None:
    sized = {"212": True, "187": True, "Bekleidung & Accessoires > Schuhe": True, "6552": False}
    rules = found(tmp_path, [*sized])
    assert {each: "google.size.missing_required" in failed for each, failed in rules.items()} == sized


def test_case_4_3_every_category_of_apparel_is_told_and_no_other(tmp_path: Path) -> None:
    inside = set(GOOGLE.categories["apparel"].ids)
    rules = found(tmp_path, [str(id_) for id_, _ in TAXONOMY.tree])
    assert len(inside) == 240
    assert {each for each, failed in rules.items() if set(failed) >= APPAREL} == inside


def test_case_4_3_a_branch_is_the_same_in_every_language(tmp_path: Path) -> None:
    """Items without brand: those of media pass, and no others."""
    paths = {
        path: str(id_)
        for language in TAXONOMY.versions
        for (id_, _), path in zip(TAXONOMY.tree, TAXONOMY.paths(language), strict=True)
        if path
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
    max_examples=4,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(pairs=st.lists(spelled(), min_size=40, max_size=80))
def test_no_spelling_changes_what_is_found(tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    feed = [
        product(2 * n + k, brand="", **{CATEGORY: pair[k]}) for n, pair in enumerate(pairs) for k in (0, 1)
    ]
    rules: dict[int, list[str]] = defaultdict(list) | findings(
        tmp_path, [{k: v for k, v in each.items() if v} for each in feed], "US"
    )
    for n, pair in enumerate(pairs):
        assert rules[2 * n + 1] == rules[2 * n + 2], pair
