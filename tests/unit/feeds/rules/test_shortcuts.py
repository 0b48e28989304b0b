"""The cheap tests that settle most items: with them and without, every check finds the same."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedscript.feeds import load_profile
from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.readers.survey import Alphabet
from feedscript.feeds.readers.surveyor import SIGNS as SIGNS_SOUGHT
from feedscript.feeds.rules.compilation import compile_rules
from feedscript.feeds.rules.plan import Plan
from feedscript.feeds.rules.texts import DOUBLE_ENCODED, LEFTOVER
from feedscript.feeds.rules.usual import Usual
from tests.sweeps import sweep
from tests.unit.feeds.products import VALID
from tests.unit.feeds.rules.test_catalogue import ITEMS, expanded

GOOGLE = load_profile("google")
AS_OF = datetime(2026, 8, 1, tzinfo=UTC)
UNKNOWN = Alphabet()
#: Attributes whose shortcuts are more than the checks themselves, with texts on both sides of their bounds.
EDGES: dict[str, tuple[str, ...]] = {
    "id": (
        "A B",
        "é",
        "A\x07",
        "A\x7f",
        "A\x85",
        "A\ufffd",
        "A\t",
        "A\n",
        "x" * 50,
        "x" * 51,
        "é" * 50,
        "a.b-c_~%",
    ),
    "title": (
        "TRAIL RUNNING SHOE",
        "BUY NOW",
        "Free Shipping",
        "10% off",
        "-10% x",
        "Sale!",
        "Skor med fri frakt",
        "ΠΑΠΟΥΤΣΙΑ ΤΡΕΞΙΜΑΤΟΣ",
        "FUßBALLSCHUHE",
        "A\x0bB",
        "e\x0b",
        "\ufffde",
        "\x92e",
        "{{ e.f }}",
        "[vc_row]e",
        "None",
        "Lorem ipsum e",
        "a & b",
        "<b>x</b>",
        "é" * 150,
        "x" * 151,
    ),
    "mpn": ("X-1", "null", "NaN", "X 1", "X\x0b1", "#N/A", "{a.b}", "é", "x" * 70, "x" * 71),
    "description": (
        "e\x0b",
        'e"\x0b',
        "é\x92e",
        "e\ufffe",
        "undefined",
        "lorem ipsum e",
        "e ${a}",
        "e [object Object]",
        "see www.x.de",
        "https://x",
        "&nbsp;",
        "LIGHT AND FAST SHOE",
        "x" * 5001,
    ),
    "link": (
        "https://a.b/c,https://a.b/d",
        "https://a.b/c,https",
        "https://a.b/c https://a.b/d",
        "https://.b/c.d",
        "https://.b/c",
        "https://a/b.c",
        "https://a.b/é",
        "HTTPS://a.b",
        "http://0.b/|",
        "https://a.b/\t",
        "https://a.b/c\n",
        "https://a.b/c\x07",
        "https:///a.b",
        "httpsx://a.b",
        "https://localhost/a.b",
        "https://d0_0.b/c",
        "https://?a.b",
        "https://a.b",
        "https://a.b/c",
    ),
    "image_link": (
        "https://a.b/c.svg",
        "https://a.b/c.SVG?.jpg",
        "https://a.b/No-Photo.jpg",
        "https://a.b/c.pdf#.png",
    ),
    "availability": ("in_stock", "In stock", "soon", "preorder"),
    "price": (
        "12.99 USD",
        "12.99 USD ",
        "12.99 USD\t",
        "12.99  USD",
        "1_2.99 USD",
        "1e2.99 USD",
        "0.00 USD",
        "-1.00 USD",
        "012.99 USD",
        "0.50 USD",
        "00.50 USD",
        "100000.00 USD",
        "1000000.00 USD",
        "1/.99 USD",
        "12:99 USD",
        "12.9: USD",
        "12.99\u00a0USD",
        "12.99 usd",
        "9.99 USD",
        "10.00 EUR",
        "12 JPY",
        "12.999 KWD",
        "1.٣٣ USD",
    ),
    "brand": ("Acme", "none", "NoNe", "None ", "x" * 70, "x" * 71),
    "gtin": (
        "4000000000013",
        "4000000000012",
        "036000291452",
        "00036000291452",
        "96385074",
        "0306406152",
        "2012345678900",
        "0212345678902",
        "9912345678905",
        "0000000000000",
        "400000000002a",
        "4.0E+12",
        "4,0E+12",
        "75427203",
        "4_0000000013",
        "40000000000 13",
        "4000000000013 ",
        "4000000000013,96385074",
        "\uff14000000000013",
    ),
    "google_product_category": ("166", "A > B", "A >B", "A > > B", "a > b", "1 > 2", "Media > Books", "A > "),
    "color": ("Red", "red/blue", "R", "é", "Red1", "multi", "MuLTI", "a" * 40, "a" * 41),
}
EDGES |= {"sale_price": EDGES["price"]}
SIGNS = st.sampled_from(
    [*" \t\n\r\x1f,-_./#?&<>|\"'\\0e9%éA", "\xa0", " > ", "://", "www.", "no", "hipping", " USD", ".99"]
)


ORIGINS = ("https://a.b/", "https://d0_0.b/", "http://0.b/", "https://a/", "https://.b/")


def plan(
    names: Iterable[str],
    country: str,
    *,
    joined: bool,
    shortcuts: bool,
    usual: dict[str, Usual] | None = None,
    alphabet: Alphabet = UNKNOWN,
) -> Plan:
    header = read_header(GOOGLE, tuple(names))
    return compile_rules(
        GOOGLE,
        header,
        country=country,
        as_of=AS_OF,
        joined=joined,
        shortcuts=shortcuts,
        usual=usual or {},
        alphabet=alphabet,
    )


def findings(of: Plan, rows: list[tuple[str | None, ...]], read: str) -> list[tuple[Any, ...]]:
    """What the SQL `read` over the plan's names gives for each row of cells."""
    with duckdb.connect() as connection:
        columns = ", ".join(f"c{index} VARCHAR" for index in range(len(rows[0])))
        connection.execute(f"CREATE TABLE feed ({columns})")
        listed = ", ".join("unnest(?::VARCHAR[])" for _ in rows[0])
        connection.execute(
            f"INSERT INTO feed SELECT {listed}", [list(each) for each in zip(*rows, strict=True)]
        )
        cells = ", ".join(f"{text} AS {name}" for text, name in of.cells)
        derived = of.derived.over(f"SELECT {cells} FROM feed", read)
        return connection.execute(f"SELECT {read} FROM ({derived})").fetchall()


def alphabet_of(rows: list[tuple[str | None, ...]]) -> Alphabet:
    """That of a file which holds these rows and no more."""
    text = "".join(cell for row in rows for cell in row if cell)
    return Alphabet(text.isascii(), frozenset(SIGNS_SOUGHT.decode()) - set(text))


def both(
    names: list[str],
    rows: list[tuple[str | None, ...]],
    country: str,
    *,
    joined: bool,
    usual: dict[str, Usual] | None = None,
) -> Iterator[list[Any]]:
    for shortcuts, alphabet in ((True, alphabet_of(rows)), (False, UNKNOWN)):
        compiled = plan(names, country, joined=joined, shortcuts=shortcuts, usual=usual, alphabet=alphabet)
        yield findings(compiled, rows, ", ".join(compiled.masks))


@pytest.mark.parametrize(
    "names", [("sale_price", "price"), *((name,) for name in sorted(EDGES))], ids=" ".join
)
def test_at_each_bound_nothing_is_lost(names: tuple[str, ...]) -> None:
    rows: list[tuple[str | None, ...]] = list(product(*(EDGES[name] for name in names)))
    quick, thorough = both(list(names), rows, "US", joined=False)
    assert quick == thorough


@pytest.mark.parametrize("name", sorted(EDGES))
def test_a_file_that_has_few_signs_is_told_by_them_no_worse(name: str) -> None:
    rows: list[tuple[str | None, ...]] = [(text,) for text in EDGES[name]]
    plain = plan([name], "US", joined=False, shortcuts=False)
    thorough = findings(plain, rows, ", ".join(plain.masks))
    for row, found in zip(rows, thorough, strict=True):
        compiled = plan([name], "US", joined=False, shortcuts=True, alphabet=alphabet_of([row]))
        assert findings(compiled, [row], ", ".join(compiled.masks)) == [found], row


@pytest.mark.parametrize("name", sorted(EDGES))
def test_a_text_that_many_have_is_found_no_better_for_it(name: str) -> None:
    rows: list[tuple[str | None, ...]] = [(text,) for text in (*EDGES[name], "d0_0", "v.e0_0", None)]
    usual = {name: Usual((*EDGES[name], "d0_0", "v.e0_0"), ORIGINS)}
    quick, thorough = both([name], rows, "US", joined=False, usual=usual)
    assert quick == thorough


@st.composite
def values(draw: st.DrawFn, name: str) -> str | None:
    text = draw(st.sampled_from([*EDGES[name], VALID.get(name, ""), ""]))
    for sign in draw(st.lists(SIGNS, max_size=2)):
        place = draw(st.integers(0, min(len(text), 20)))
        text = text[:place] + sign + text[place:]
    return text or None


@st.composite
def feeds(draw: st.DrawFn) -> tuple[list[str], list[tuple[str | None, ...]]]:
    names = draw(st.lists(st.sampled_from(sorted(EDGES)), min_size=1, max_size=4, unique=True))
    return names, draw(st.lists(st.tuples(*map(values, names)), min_size=1, max_size=40))


@settings(
    max_examples=sweep(short=25, long=500),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    feed=feeds(), country=st.sampled_from(["US", "DE", "ZZ"]), joined=st.booleans(), known=st.integers(0, 3)
)
def test_near_the_bounds_nothing_is_lost(
    feed: tuple[list[str], list[tuple[str | None, ...]]], country: str, known: int, *, joined: bool
) -> None:
    names, rows = feed
    usual = {
        name: Usual(tuple(text for text in column[:known] if text), ORIGINS[:known])
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }
    quick, thorough = both(names, rows, country, joined=joined, usual=usual)
    assert quick == thorough


@pytest.mark.parametrize("known", [False, True], ids=["nothing usual", "all usual"])
@pytest.mark.parametrize("joined", [False, True])
def test_nothing_is_lost_in_any_fixture_of_any_attribute(joined: bool, known: bool) -> None:
    names = [attribute.name for attribute in GOOGLE.attributes]
    changes = [
        change
        for fixture in ITEMS.values()
        for kind in ("fails", "passes")
        for change in (fixture[kind] if isinstance(fixture[kind], list) else [fixture[kind]])
    ]
    products = [VALID | {name: expanded(value) for name, value in change.items()} for change in changes]
    rows = [tuple(_cell(each.get(name), joined=joined) for name in names) for each in products]
    columns = {name: dict.fromkeys(row[index] for row in rows) for index, name in enumerate(names)}
    usual = {name: Usual(tuple(text for text in texts if text)) for name, texts in columns.items()}
    quick, thorough = both(names, rows, "US", joined=joined, usual=usual if known else {})
    assert quick == thorough


def test_what_a_file_has_no_sign_of_is_not_planned() -> None:
    names = ["title", "description", "link", "product_type"]
    for alphabet, looked_for in ((UNKNOWN, True), (Alphabet(True, frozenset("<{[;")), False)):
        compiled = plan(names, "US", joined=False, shortcuts=True, alphabet=alphabet)
        query = compiled.derived.over("SELECT 1", " ".join(compiled.masks)) + " ".join(compiled.masks)
        for sought in (DOUBLE_ENCODED, LEFTOVER, "length(a0)", "contains(a0, '<')", "contains(a1, '{')"):
            assert (sought in query) is looked_for, sought


def test_what_is_plainly_fine_needs_no_thorough_check() -> None:
    usual = VALID | {"sale_price": "5.49 USD", "price": "79.90 USD"}
    compiled = plan(usual, "US", joined=False, shortcuts=True)
    told = [
        " OR ".join(test for test, _ in part.settled)
        for mask in compiled.parts
        for part in mask
        if part.settled
    ]
    row: tuple[str | None, ...] = tuple(usual.values())
    assert findings(compiled, [row], ", ".join(told)) == [(True,) * len(told)]


def _cell(value: object, *, joined: bool) -> str | None:
    parts = value if isinstance(value, list) else [value]
    texts = [str(part) for part in parts if part is not None and not isinstance(part, dict)]
    return ("\x1f" if joined else ",").join(texts) or None
