"""The same products are the same cells, whatever the format, encoding and compression they come in."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tests.feeds_scanning import cells, fault_codes, stage_bytes
from tests.feeds_writing import COMPRESSORS, FORMATS, TEXT_WRITERS, write_delimited, write_feed

NAMES = ("title", "description", "link", "price", "brand", "custom_label_0", "Color Name")
#: What every format can carry: XML knows no control characters, and space around a value means nothing.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co"), include_characters="\n\t"),
    max_size=40,
).map(str.strip)
ASCII = st.text(st.sampled_from("ab,;|~\t\"'\\ \n<>&#={}[]:"), max_size=20).map(str.strip)
IDS = st.text(st.sampled_from("abcXYZ0189-_."), min_size=1, max_size=12)

PRODUCT = st.builds(
    lambda item_id, rest: {"id": item_id, **{name: text for name, text in rest.items() if text}},
    IDS,
    st.dictionaries(st.sampled_from(NAMES), TEXT | ASCII, max_size=5),
)
PRODUCTS = st.lists(PRODUCT, min_size=1, max_size=24)


def staged_cells(content, **options):
    with tempfile.TemporaryDirectory() as folder:
        staged = stage_bytes(content, Path(folder), **options)
        assert fault_codes(staged) == {}
        assert staged.complete
        return cells(staged)


def is_plain_name(product):
    return "Color Name" not in product


@pytest.mark.parametrize("feed_format", FORMATS)
@settings(max_examples=20, deadline=None)
@given(products=PRODUCTS)
@example(products=[{"id": "1", "title": '"', "price": '\\"'}])
@example(products=[{"id": "0", "title": "#comment", "price": "=1+1"}, {"id": "1", "title": "a\u2028b\x85c"}])
def test_each_format_gives_the_products_back(feed_format, products):
    if feed_format in ("rss", "atom", "xml"):
        # An element's name has no space in it.
        products = [dict(product) for product in products]
        for product in products:
            product.pop("Color Name", None)
    if feed_format in ("csv", "tsv"):
        assume(any(len(product) > 1 for product in products))
    assert staged_cells(write_feed(feed_format, products)) == products


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@settings(max_examples=15, deadline=None)
@given(
    products=st.lists(PRODUCT.filter(is_plain_name), min_size=1, max_size=4),
    feed_format=st.sampled_from([*TEXT_WRITERS]),
)
def test_each_encoding_of_unicode_gives_the_products_back(encoding, feed_format, products):
    # Without a mark, UTF-16 is known by text that is mostly Latin; the writers' own markup is.
    products = [{**product, "link": "https://shop.example/products/" * 20} for product in products]
    content = TEXT_WRITERS[feed_format](products)
    if feed_format in ("rss", "atom", "xml"):
        content = content.replace(
            '<?xml version="1.0"?>',
            f'<?xml version="1.0" encoding="{encoding[:6]}"?>'.replace("utf-8-", "utf-8"),
        )
    assert staged_cells(content.encode(encoding)) == products


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252"])
@settings(max_examples=15, deadline=None)
@given(
    titles=st.lists(
        st.text(st.sampled_from("abc éüßñ½"), min_size=1, max_size=9).map(str.strip), min_size=1, max_size=5
    )
)
def test_western_encodings_give_the_products_back(encoding, titles):
    products = [{"id": str(number), "title": title} for number, title in enumerate(titles) if title]
    assume(products)
    extra = {"id": "x", "title": "Café" if encoding == "iso-8859-1" else "Café €"}
    content = write_delimited([*products, extra]).encode(encoding)
    assert staged_cells(content, encoding=encoding) == [*products, extra]


@pytest.mark.parametrize("compression", COMPRESSORS)
@settings(max_examples=16, deadline=None)
@given(
    products=st.lists(PRODUCT.filter(is_plain_name), min_size=1, max_size=4),
    feed_format=st.sampled_from(FORMATS),
)
def test_each_compression_gives_the_products_back(compression, feed_format, products):
    assume(any(len(product) > 1 for product in products))
    assert staged_cells(COMPRESSORS[compression](write_feed(feed_format, products))) == products
