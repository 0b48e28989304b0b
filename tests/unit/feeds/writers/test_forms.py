"""What every form of file keeps to, whatever it is made of."""

import tempfile
from itertools import chain
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedscript.feeds.writers.feed_file import write
from tests.sweeps import sweep
from tests.unit.feeds.writers.forms import FORMS, Form
from tests.unit.feeds.writers.written import columns_of, profile_of, read_back, write_products

#: What files are made of, and what breaks them.
_SIGNS = (
    "a", "b", "é", "\U0001f45f", " ", ",", ";", "|", "\t", "\n", "\r\n", "\r", '"', '""', "'", "\\", "&", "&amp;",
    "&#13;", "<", "<b>", ">", "]]>", "<![CDATA[", "<!--", "{", "}", "[", "null", ":", "#", "=", "\u2028", "\x85",
)  # fmt: skip
_ANY = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"))
TEXT = (st.lists(st.sampled_from(_SIGNS), max_size=12).map("".join) | st.text(_ANY, max_size=12)).map(
    str.strip
)
_WORD = st.text(st.sampled_from("abc é<&>'"), min_size=1, max_size=8).map(str.strip).filter(bool)
_IMAGE = st.integers(1, 99).map(lambda number: f"https://cdn.example.com/{number}.jpg?a=1&b={number}")
_SHIPPING = st.sampled_from(["US:CA:Ground:5.99 USD", "DE:::4 EUR", "AT", "FR::Poste & Cie:1 EUR:2:3"])
PRODUCT = st.fixed_dictionaries(
    {"id": st.text(st.sampled_from("abcXYZ0189-_."), min_size=1, max_size=12)},
    optional={
        "title": TEXT,
        "description": TEXT,
        "color": TEXT,
        "product_highlight": st.lists(_WORD, min_size=1, max_size=4).map(",".join),
        "additional_image_link": st.lists(_IMAGE, min_size=1, max_size=9).map(",".join),
        "shipping": st.lists(_SHIPPING, min_size=1, max_size=3).map(",".join),
    },
)
_ROWS = 12_000

every_form = pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())


@every_form
@settings(max_examples=sweep(short=3, long=60), deadline=None)
@given(products=st.lists(PRODUCT, min_size=1, max_size=24))
@example(
    products=[{"id": "0", "title": "#comment", "color": "=1+1"}, {"id": "1", "title": '"', "color": '\\"'}]
)
@example(products=[{"id": "1", "title": '"Cup"'}, {"id": "2", "title": '"Cup" & "plate"', "color": "a\rb"}])
@example(products=[{"id": "1", "title": "a\r\nb\rc\nd\te|f", "description": "]]>&amp;&#13;<b>"}])
def test_what_is_written_is_read_back(form: Form, products: list[dict[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / form.name
        written = write_products(products, form.asked, path)
        assert [(each.path, each.items) for each in written.files] == [(path, len(products))]
        assert written.files[0].bytes == path.stat().st_size
        assert written.unencodable == 0
        back = read_back(path, profile_of(form.file), Path(folder) / "work")
    assert form.same(back) == form.same([form.expected(product) for product in products])


@every_form
def test_the_same_items_are_the_same_bytes(form: Form, tmp_path: Path) -> None:
    texts = ", ".join(f"'{name} ' || n || repeat('ab', n % 90) AS {name}" for name in ("title", "color"))
    contents = set()
    for run in ("first", "second"):
        path = tmp_path / run / form.name
        path.parent.mkdir()
        with duckdb.connect(config={"threads": 2}) as connection:
            table = f"read_parquet('{tmp_path}/items.parquet')"
            query = f"SELECT n::VARCHAR AS id, {texts} FROM range({_ROWS}) t(n)"
            connection.execute(f"COPY ({query}) TO '{tmp_path}/items.parquet' (ROW_GROUP_SIZE 4096)")
            columns = columns_of(profile_of(form.file), ("id", "title", "color"))
            write(connection, table, columns, form.asked, path, names={"shop": "A shop"})
        contents.add(path.read_bytes())
    assert len(contents) == 1


@every_form
def test_what_fails_half_way_leaves_no_file(form: Form, tmp_path: Path) -> None:
    path = tmp_path / "feed" / form.name
    path.parent.mkdir()
    # The forms that look at the texts before they write fail then, the others in the last of three files.
    broken = f"CASE WHEN n = {_ROWS - 1} THEN error('broken') ELSE repeat('x', 500) END"
    form = form.limited(max_items=_ROWS // 3)
    with duckdb.connect() as connection:
        columns = columns_of(profile_of(form.file), ("id", "title"))
        table = f"(SELECT n::VARCHAR AS id, {broken} AS title FROM range({_ROWS}) t(n))"
        with pytest.raises(duckdb.Error, match="broken"):
            write(connection, table, columns, form.asked, path, names={"shop": "A shop"})
    assert list(path.parent.iterdir()) == []


@every_form
def test_items_that_are_too_many_go_into_further_files(form: Form, tmp_path: Path) -> None:
    products = [{"id": str(number), "title": f"Cup {number}"} for number in range(7)]
    written = write_products(products, form.limited(max_items=3).asked, tmp_path / form.name)
    names = [form.name.replace("feed", f"feed-{number}of3") for number in (1, 2, 3)]
    assert [(each.path.name, each.items) for each in written.files] == list(
        zip(names, (3, 3, 1), strict=True)
    )
    profile = profile_of(form.file)
    back = [read_back(each.path, profile, tmp_path / f"work {each.path.name}") for each in written.files]
    assert list(chain(*back)) == [form.expected(product) for product in products]


@every_form
@settings(max_examples=sweep(short=2, long=30), deadline=None)
@given(products=st.lists(PRODUCT, min_size=1, max_size=12), room=st.integers(0, 2_000))
def test_no_file_is_larger_than_may_be(form: Form, products: list[dict[str, str]], room: int) -> None:
    most = (200_000 if form.file.format == "parquet" else 24_000) + room
    with tempfile.TemporaryDirectory() as folder:
        written = write_products(products * 20, form.limited(max_bytes=most).asked, Path(folder) / form.name)
        assert all(each.bytes <= most for each in written.files)
        assert sum(each.items for each in written.files) == len(products) * 20


@every_form
def test_no_items_are_a_whole_file(form: Form, tmp_path: Path) -> None:
    written = write_products([], form.asked, tmp_path / form.name)
    assert [each.items for each in written.files] == [0]
    assert (tmp_path / form.name).exists()
