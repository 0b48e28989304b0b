"""XML feeds: RSS, Atom, plain items; nested and repeated elements; what XML forbids."""

import re
import tracemalloc

import pytest

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.staging import stage
from tests.feeds_scanning import cells, fault_codes, lines, stage_bytes
from tests.feeds_writing import GOOGLE_NAMESPACE, write_rss

RSS = f'<rss version="2.0" xmlns:g="{GOOGLE_NAMESPACE}"><channel><title>A shop</title>\n%s</channel></rss>'
ATOM = (
    f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="{GOOGLE_NAMESPACE}"><title>A shop</title>%s</feed>'
)

#: What feeds say of themselves, with parts.
ABOUT = (
    "<image><url>u</url><title>t</title><link>l</link></image>"
    "<author><name>n</name><uri>u</uri><email>e</email></author><generator uri='u' version='1'>g</generator>"
    "<link rel='self' href='a'/><link rel='next' href='b'/>"
)


def stage_rss(tmp_path, items, **kwargs):
    return stage_bytes((RSS % items).encode(), tmp_path, **kwargs)


def only_item(staged):
    (item,) = cells(staged)
    return item


def test_rss_items_with_their_lines(tmp_path):
    staged = stage_rss(
        tmp_path, "<item><g:id>1</g:id>\n<title>a</title></item>\n\n<item><g:id>2</g:id></item>"
    )
    assert cells(staged) == [{"id": "1", "title": "a"}, {"id": "2"}]
    assert lines(staged) == [2, 5]
    assert staged.source.format == "rss"


def test_google_attributes_displace_their_plain_namesakes(tmp_path):
    item = "<item><title>plain</title><g:title>google</g:title><link>l</link><g:id>1</g:id></item>"
    assert only_item(stage_rss(tmp_path, item)) == {"title": "google", "link": "l", "id": "1"}


def test_any_prefix_bound_to_the_namespace_is_dropped(tmp_path):
    feed = f'<rss xmlns:shop="{GOOGLE_NAMESPACE}"><channel><item><shop:id>1</shop:id></item></channel></rss>'
    assert only_item(stage_bytes(feed.encode(), tmp_path)) == {"id": "1"}


def test_the_usual_prefix_needs_no_declaration(tmp_path):
    feed = b"<rss><channel><item><g:id>1</g:id><media:content url='u'/></item></channel></rss>"
    assert only_item(stage_bytes(feed, tmp_path)) == {"id": "1", "media:content.url": "u"}


def test_repeated_elements_share_a_cell(tmp_path):
    item = "<item><g:id>1</g:id><g:additional_image_link>a</g:additional_image_link><g:size/>"
    item += "<g:additional_image_link>b,c</g:additional_image_link><g:additional_image_link/></item>"
    assert only_item(stage_rss(tmp_path, item)) == {"id": "1", "additional_image_link": "a\x1fb,c"}


def test_sub_attributes_become_their_text_form(tmp_path):
    item = """<item><g:id>1</g:id>
      <g:shipping><g:price>5 USD</g:price><g:country>US</g:country><g:extra>x</g:extra></g:shipping>
      <g:shipping><g:country>CA</g:country><g:region>ON</g:region></g:shipping></item>"""
    assert only_item(stage_rss(tmp_path, item)) == {
        "id": "1",
        "shipping": "US:::5 USD\x1fCA:ON",
        "shipping.extra": "x",
    }


def test_sub_elements_without_a_shape_become_columns(tmp_path):
    item = "<item><g:id>1</g:id><images><image>a</image><image>b</image></images></item>"
    assert only_item(stage_rss(tmp_path, item)) == {"id": "1", "images.image": "a\x1fb"}


def test_cdata_and_entities_of_xml_are_text(tmp_path):
    item = "<item><g:id>1</g:id><title><![CDATA[Cup & <saucer>]]> &amp; spoon &#233;</title></item>"
    assert only_item(stage_rss(tmp_path, item))["title"] == "Cup & <saucer> & spoon é"


@pytest.mark.parametrize("verbatim", [False, True])
def test_white_space_around_a_text_is_kept_for_those_who_tell_what_they_trim(verbatim, tmp_path):
    html = "<description> A <b>big </b>\n cup </description>"
    padded = f"<title>\n A  cup\u3000</title><price unit='x'> </price><brand> </brand>{html}"
    (tmp_path / "feed").write_text(RSS % f"<item><g:id>1</g:id>{padded}</item>", "utf-8")
    item = only_item(stage(tmp_path / "feed", workdir=tmp_path, verbatim=verbatim))
    assert item.pop("title") == ("\n A  cup\u3000" if verbatim else "A  cup")
    assert item.pop("brand", "") == (" " if verbatim else "")
    assert item == {"id": "1", "price.unit": "x", "description": "A big cup"}


def test_html_in_a_description_is_one_text(tmp_path):
    item = "<item><g:id>1</g:id><description>A <b>big</b> cup<br/> of <i>tea</i></description></item>"
    assert only_item(stage_rss(tmp_path, item))["description"] == "A big cup of tea"


def test_atom_links_are_their_addresses(tmp_path):
    entry = '<entry><g:id>1</g:id><link rel="self" href="s"/><link href="https://a.example/1"/>'
    entry += "<title type='html'>t</title></entry>"
    staged = stage_bytes((ATOM % entry).encode(), tmp_path)
    assert staged.source.format == "atom"
    assert only_item(staged)["link"] == "https://a.example/1"
    assert only_item(staged)["title"] == "t"


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        (
            "<products><product><id>1</id><t>a</t></product><product><id>2</id><t>b</t></product></products>",
            2,
        ),
        ("<shop><name>n</name><url>u</url><offers><offer><id>1</id><t>a</t></offer></offers></shop>", 1),
        (
            "<feed_v2><about><by>x</by><on>y</on></about><items>"
            + "<item><id>1</id><t>a</t><image><url>u</url><alt>v</alt></image></item>" * 3
            + "</items></feed_v2>",
            3,
        ),
        ("<catalog>" + '<row id="1" t="a"/>' * 4 + "</catalog>", 4),
    ],
)
def test_items_of_plain_xml_are_found(tmp_path, feed, expected):
    staged = stage_bytes(feed.encode(), tmp_path)
    assert staged.source.format == "xml"
    assert len(cells(staged)) == expected
    assert set(cells(staged)[0]) >= {"id", "t"}


def test_attributes_of_plain_xml_are_columns(tmp_path):
    feed = '<products><product sku="1"><price currency="USD">9.90</price><t>a</t></product></products>'
    item = only_item(stage_bytes(feed.encode(), tmp_path))
    assert item == {"sku": "1", "price": "9.90", "price.currency": "USD", "t": "a"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252", "iso-8859-15"])
def test_declared_encodings(tmp_path, encoding):
    feed = (
        f'<?xml version="1.0" encoding="{encoding}"?>'
        + RSS % "<item><g:id>1</g:id><title>Café</title></item>"
    )
    assert only_item(stage_bytes(feed.encode(encoding), tmp_path))["title"] == "Café"


def test_a_bad_byte_is_a_fault_and_the_rest_is_read(tmp_path):
    items = "<item><g:id>1</g:id>\n<title>caf@</title></item><item><g:id>2</g:id></item>"
    staged = stage_bytes((RSS % items).encode().replace(b"@", b"\xe9"), tmp_path)
    (fault,) = staged.faults.samples["bad_encoding"]
    assert (fault.line, fault.value) == (3, "0xE9")
    assert cells(staged) == [{"id": "1", "title": "caf\ufffd"}, {"id": "2"}]
    assert staged.complete


@pytest.mark.parametrize("cut", [0.3, 0.5, 0.9])
def test_a_document_cut_off_keeps_the_items_before(tmp_path, cut):
    products = [{"id": str(number), "title": "x"} for number in range(500)]
    content = write_rss(products).encode()
    staged = stage_bytes(content[: int(len(content) * cut)], tmp_path)
    rows = cells(staged)
    assert fault_codes(staged) == {"malformed_xml": 1}
    assert len(rows) > 500 * (cut - 0.1)
    assert rows == products[: len(rows)]


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
    ],
)
def test_document_types_are_refused(tmp_path, prolog):
    feed = f"<?xml version='1.0'?>\n{prolog}\n" + RSS % "<item><g:id>&x;</g:id></item>"
    staged = stage_bytes(feed.encode(), tmp_path)
    (fault,) = staged.faults.samples["forbidden_xml"]
    assert fault.line == 2
    assert (cells(staged), staged.complete) == ([], False)


@pytest.mark.parametrize(
    "prolog",
    [
        pytest.param('<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">', id="3.3-system"),
        pytest.param("<!DOCTYPE rss\n SYSTEM 'shops [x].dtd'\n>", id="3.3-quotes-and-lines"),
        pytest.param('<!DOCTYPE rss PUBLIC "-//A//B" "x.dtd">', id="3.3-public"),
        pytest.param("<!DOCTYPE rss>", id="3.3-name-alone"),
        pytest.param('<!-- x -->\n<?pi y?><!DOCTYPE rss SYSTEM "x.dtd">', id="3.3-after-a-comment"),
    ],
)
def test_a_document_type_that_declares_nothing_is_passed_over(tmp_path, prolog):
    feed = f"<?xml version='1.0'?>\n{prolog}\n" + RSS % "\n<item><g:id>1</g:id></item>"
    staged = stage_bytes(feed.encode(), tmp_path)
    assert (cells(staged), fault_codes(staged)) == ([{"id": "1"}], {})
    assert lines(staged) == [5 + prolog.count("\n")]


@pytest.mark.parametrize("place", ["<title>a&nbsp;b</title>", "<g:size x='&nbsp;'>s</g:size>"])
def test_case_3_3_what_a_dtd_elsewhere_may_declare_is_not_dropped_in_silence(tmp_path, place):
    feed = '<!DOCTYPE rss SYSTEM "x.dtd">' + RSS % f"<item><g:id>1</g:id>{place}</item>"
    assert fault_codes(stage_bytes(feed.encode(), tmp_path)) == {"malformed_xml": 1}


def test_depth_is_bounded(tmp_path):
    deep = "<a>" * 50 + "</a>" * 50
    staged = stage_rss(
        tmp_path, f"<item><g:id>1</g:id></item><item>{deep}</item>", limits=Limits(max_xml_depth=20)
    )
    assert "max_xml_depth" in (staged.stopped_reason or "")
    assert cells(staged) == [{"id": "1"}]


@pytest.mark.parametrize(
    "long", ["<title>%s</title>", "<title x='%s'/>", "<!-- %s -->", "<title><![CDATA[%s]]></title>"]
)
def test_an_element_without_end_does_not_fill_the_memory(tmp_path, long):
    item = "<item><g:id>1</g:id></item><item>" + long % ("x" * 3_000_000) + "</item>"
    staged = stage_rss(tmp_path, item, limits=Limits(max_field_bytes=100_000))
    if "--" in long:
        assert staged.complete or "max_field_bytes" in (staged.stopped_reason or "")
    else:
        assert "max_field_bytes" in (staged.stopped_reason or "")
    assert cells(staged)[0] == {"id": "1"}


def test_an_item_without_end_does_not_fill_the_memory(tmp_path):
    items = "<item><g:id>1</g:id></item><item>" + "<g:size>x</g:size>" * 100_000 + "</item>"
    staged = stage_rss(tmp_path, items, limits=Limits(max_field_bytes=10_000))
    assert "max_field_bytes" in (staged.stopped_reason or "")
    assert cells(staged) == [{"id": "1"}]


def test_a_field_above_the_limit_stops_the_reading(tmp_path):
    items = "<item><g:id>1</g:id></item><item><g:id>" + "x" * 2_000 + "</g:id></item>"
    staged = stage_rss(tmp_path, items, limits=Limits(max_field_bytes=1_000))
    assert "item 2: id is longer than 1000 bytes" in (staged.stopped_reason or "")
    assert cells(staged) == [{"id": "1"}]


def test_items_are_bounded(tmp_path):
    staged = stage_rss(tmp_path, "<item><g:id>1</g:id></item>" * 5, limits=Limits(max_items=3))
    assert "max_items" in (staged.stopped_reason or "")
    assert len(cells(staged)) == 3


def test_columns_are_bounded(tmp_path):
    items = "".join(f"<item><c{number}>x</c{number}></item>" for number in range(30))
    staged = stage_rss(tmp_path, items, limits=Limits(max_columns=20))
    assert "max_columns" in (staged.stopped_reason or "")
    assert len(cells(staged)) == 20


def test_time_is_bounded(tmp_path):
    staged = stage_rss(tmp_path, "<item><g:id>1</g:id></item>", limits=Limits(max_seconds=0))
    assert "max_seconds" in (staged.stopped_reason or "")


def test_a_column_that_shows_late_widens_the_rows_before(tmp_path):
    products = [{"id": str(number), "title": 'a "b",\nc'} for number in range(3_000)]
    products[2_500]["color"] = "red"
    products[2_900]["size"] = "L"
    staged = stage_bytes(write_rss(products).encode(), tmp_path)
    assert staged.columns == ("id", "title", "color", "size")
    assert cells(staged) == products
    assert lines(staged)[0] == 7


def test_a_feed_without_items(tmp_path):
    staged = stage_rss(tmp_path, "")
    assert fault_codes(staged) == {"no_items": 1}
    assert (staged.columns, staged.complete) == ((), True)


def test_a_column_may_be_called_line(tmp_path):
    staged = stage_rss(tmp_path, "<item><line>a</line><g:id>1</g:id></item>")
    assert staged.line_column == "_line"
    assert only_item(staged) == {"line": "a", "id": "1"}


BOUNDED = [
    pytest.param("<a>" * 60_000, id="3.12-deep"),
    pytest.param("<item>" + "<a>" * 60_000, id="3.12-deep-in-an-item"),
    pytest.param("<item>" + "".join(f"<a{n}/>" for n in range(300_000)) + "</item>", id="3.12-many-names"),
    pytest.param(
        "<item><a>" + "".join(f"<b{n}>x</b{n}>" for n in range(300_000)) + "</a></item>",
        id="3.12-many-names-within",
    ),
    pytest.param(
        "<item><a " + " ".join(f"b{n}='x'" for n in range(150_000)) + "/></item>", id="3.12-many-attributes"
    ),
    pytest.param("<item><" + "a" * 1_500_000 + "/></item>", id="3.12-long-name"),
    pytest.param("<item>" + "<a>x</a>" * 500_000 + "</item>", id="3.12-one-name-again-and-again"),
]


@pytest.mark.parametrize("content", BOUNDED)
def test_a_small_file_cannot_take_the_machine(content, tmp_path):
    """Memory is bounded by a multiple of the longest field, whatever the shape."""
    tracemalloc.start()
    try:
        staged = stage_bytes(f"<rss><channel>{content}</channel></rss>".encode(), tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 200 * 1024 * 1024
    assert fault_codes(staged)


SHAPES = [
    pytest.param(
        "<yml_catalog><shop><name>n</name><categories>"
        + "".join(f'<category id="{n}" parentId="1">c</category>' for n in range(30))
        + "</categories><offers>"
        + '<offer id="1"><url>u</url><price>5</price><name>n</name></offer>' * 5
        + "</offers></shop></yml_catalog>",
        "offer", 5, id="3.2-yml-with-more-categories",
    ),
    pytest.param(
        "<SHOP><SHOPITEM><ITEM_ID>1</ITEM_ID><PRODUCTNAME>p</PRODUCTNAME><URL>u</URL><PRICE_VAT>9</PRICE_VAT>"
        "<PARAM><PARAM_NAME>a</PARAM_NAME><VAL>b</VAL></PARAM><PARAM><PARAM_NAME>c</PARAM_NAME><VAL>d</VAL></PARAM>"
        "</SHOPITEM></SHOP>",
        "SHOPITEM", 1, id="3.2-one-item-with-two-params",
    ),
    pytest.param(
        f"<rss xmlns:g='{GOOGLE_NAMESPACE}'><channel><item><g:id>1</g:id><g:price>5 EUR</g:price>"
        "<g:shipping><g:country>DE</g:country><g:price>1 EUR</g:price></g:shipping>"
        "<g:shipping><g:country>AT</g:country><g:price>2 EUR</g:price></g:shipping></item></channel></rss>",
        "item", 1, id="3.2-one-item-with-two-shippings",
    ),
    pytest.param(
        "<export><goods><good><code>1</code><name>n</name><price>3</price>"
        "<pictures><picture><url>a</url><alt>b</alt></picture><picture><url>c</url><alt>d</alt></picture></pictures>"
        "</good></goods></export>",
        "good", 1, id="3.2-unknown-shape-one-item-with-pictures",
    ),
    pytest.param(
        "<export><filters>" + "<filter><a>1</a><b>2</b></filter>" * 40 + "</filters><rows>"
        + "<row><sku>1</sku><title>t</title><preis>3</preis><link>l</link></row>" * 3 + "</rows></export>",
        "row", 3, id="3.2-unknown-shape-with-more-filters",
    ),
    pytest.param(
        "<root>" + "<product><basic><id>1</id><t>a</t><p>x</p></basic><price>3</price></product>" * 3 + "</root>",
        "product", 3, id="3.2-parts-of-an-item",
    ),
    *(
        pytest.param(
            opening + ABOUT + within + f"<{item}><id>1</id><title>t</title><price>3</price></{item}>" * number
            + "".join(f"</{name}>" for name in re.findall(r"<(\w+)", opening + within)[::-1]),
            item, number, id=f"3.2-{shape}-{number}",
        )
        for number in (1, 3)
        for shape, opening, within, item in [
            ("feed-item", "<feed>", "", "item"),
            ("feed-product", "<feed xmlns='http://www.w3.org/2005/Atom'>", "", "product"),
            ("feed-products", "<feed>", "<products>", "product"),
            ("rss-products", "<rss>", "<products>", "product"),
            ("rss-channel-product", "<rss version='2.0'>", "<channel>", "product"),
            ("rss-channel-offers", "<rss>", "<channel><offers>", "offer"),
            ("feed-ad", "<FEED>", "<ads>", "AD"),
        ]
    ),
    pytest.param("<offers>" + "<o id='1' price='2'><name>n</name></o>" * 2 + "</offers>", "o", 2, id="3.2-ceneo"),
]  # fmt: skip


@pytest.mark.parametrize(
    "feed",
    [
        pytest.param(
            f"<rss><channel><title>t</title><link>l</link>{'{}'}</channel></rss>", id="3.2-rss-without-items"
        ),
        pytest.param("<feed><title>t</title>{}<updated>u</updated></feed>", id="3.2-atom-without-entries"),
        pytest.param("<rss><channel>{}<products/></channel></rss>", id="3.2-no-products"),
    ],
)
def test_what_a_feed_says_of_itself_is_no_item(feed, tmp_path):
    staged = stage_bytes(feed.format(ABOUT).encode(), tmp_path)
    assert cells(staged) == []
    assert "no_items" in fault_codes(staged)


@pytest.mark.parametrize(("feed", "item", "expected"), SHAPES)
def test_items_are_found_by_structure_and_named(feed, item, expected, tmp_path):
    staged = stage_bytes(feed.encode(), tmp_path)
    assert (staged.source.item, len(cells(staged))) == (item, expected)


CATEGORIES = '<category id="1" parentId="2">of many kinds</category>' * 6_000
OFFERS = '<offer id="1"><price>5</price><url>u</url></offer>' * 2


def test_case_3_2_a_known_root_tells_where_items_lie_that_come_late(tmp_path):
    feed = f"<yml_catalog><shop><categories>{CATEGORIES}</categories><offers>{OFFERS}</offers></shop></yml_catalog>"
    staged = stage_bytes(feed.encode(), tmp_path)
    assert (staged.source.item, len(cells(staged))) == ("offer", 2)


def test_case_3_2_the_merchant_may_name_an_element_that_comes_late(tmp_path):
    feed = f"<export><categories>{CATEGORIES}</categories><list>{OFFERS}</list></export>"
    staged = stage_bytes(feed.encode(), tmp_path, item="Offer")
    assert (staged.source.item, len(cells(staged)), fault_codes(staged)) == ("offer", 2, {})


def test_case_3_2_of_namesakes_the_outer_one_with_the_most_parts_is_meant(tmp_path):
    item = "<item><id>1</id><price>5</price><like><item><a>1</a><b>2</b><c>3</c></item></like></item>"
    feed = f"<export><menu><item>x</item></menu><list>{item}</list></export>"
    staged = stage_bytes(feed.encode(), tmp_path, item="item")
    assert [each["id"] for each in cells(staged)] == ["1"]


def test_case_3_2_the_merchant_names_the_item(tmp_path):
    feed = "<a><b><id>1</id><t>x</t><p>1</p></b><b><id>2</id><t>x</t><p>1</p></b><c><id>3</id></c></a>"
    staged = stage_bytes(feed.encode(), tmp_path, item="C")
    assert (staged.source.item, cells(staged)) == ("c", [{"id": "3"}])


def test_case_3_2_a_name_that_no_element_has_is_told(tmp_path):
    staged = stage_bytes((RSS % "<item><g:id>1</g:id></item>").encode(), tmp_path, item="offer")
    assert "no element is called 'offer' (source: item); the file has channel" in staged.stopped_reason
    assert fault_codes(staged) == {"no_items": 1}


NAMESPACED = [
    pytest.param('<rss><channel><item><q:id xmlns:q="%s">1</q:id></item></channel></rss>', id="6.13-at-the-element"),
    pytest.param('<rss><channel><item xmlns:q="%s"><q:id>1</q:id></item></channel></rss>', id="6.13-at-the-item"),
    pytest.param('<rss><channel><item><id xmlns="%s">1</id></item></channel></rss>', id="6.13-default-at-the-element"),
    pytest.param('<rss xmlns="%s"><channel><item><id>1</id></item></channel></rss>', id="6.13-default-at-the-root"),
    pytest.param(
        '<x:rss xmlns:x="a" xmlns:q="%s"><x:channel><x:item><q:id>1</q:id></x:item></x:channel></x:rss>',
        id="6.13-prefixes-everywhere",
    ),
]  # fmt: skip


@pytest.mark.parametrize("feed", NAMESPACED)
def test_googles_namespace_may_be_bound_anywhere(feed, tmp_path):
    assert only_item(stage_bytes((feed % GOOGLE_NAMESPACE).encode(), tmp_path)) == {"id": "1"}


OTHER = "http://shop.example/ns"


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        pytest.param(
            f'<item><q:id xmlns:q="{OTHER}">x</q:id><id>1</id></item><item><q:id xmlns:q="%s">2</q:id></item>',
            [{"q:id": "x", "id": "1"}, {"id": "2"}],
            id="6.13-another-namespace-first",
        ),
        pytest.param(
            f'<item><q:id xmlns:q="%s">1</q:id></item><item><q:id xmlns:q="{OTHER}">x</q:id><id>2</id></item>',
            [{"id": "1"}, {"q:id": "x", "id": "2"}],
            id="6.13-another-namespace-later",
        ),
        pytest.param(
            f'<item xmlns="%s"><id>1</id><more xmlns="{OTHER}"><price>x</price></more><price>5</price></item>',
            [{"id": "1", "more.price": "x", "price": "5"}],
            id="6.13-another-default-within",
        ),
        pytest.param(
            '<item><a xmlns:q="%s"><q:id>x</q:id></a><q:id>y</q:id><id>1</id></item>',
            [{"a.id": "x", "q:id": "y", "id": "1"}],
            id="6.13-not-beyond-its-element",
        ),
    ],
)
def test_a_prefix_means_what_it_is_bound_to_where_it_stands(items, expected, tmp_path):
    feed = f"<rss><channel>{items % GOOGLE_NAMESPACE}</channel></rss>"
    assert cells(stage_bytes(feed.encode(), tmp_path)) == expected


@pytest.mark.parametrize("address", [GOOGLE_NAMESPACE + "/", GOOGLE_NAMESPACE.replace("http", "https")])
def test_case_6_13_the_namespace_is_known_as_it_is_often_miswritten(address, tmp_path):
    feed = f'<rss xmlns:q="{address}"><channel><item><q:id>1</q:id></item></channel></rss>'
    assert only_item(stage_bytes(feed.encode(), tmp_path)) == {"id": "1"}


def test_case_6_13_a_default_namespace_displaces_plain_namesakes(tmp_path):
    item = f"<item><title>plain</title><title xmlns='{GOOGLE_NAMESPACE}'>google</title></item>"
    assert only_item(stage_rss(tmp_path, item)) == {"title": "google"}
