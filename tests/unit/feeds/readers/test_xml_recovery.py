"""XML goes on behind an item that is not well-formed: what is wrong is told with its place; ids name the kind."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.element_survey import ElementSurvey
from feedscript.feeds.readers.elements import Columns
from feedscript.feeds.readers.item_paths import ItemPlace
from feedscript.feeds.readers.item_reader import ItemReader
from feedscript.feeds.readers.recovery import RecoveringReader
from feedscript.feeds.readers.staged import FaultTally
from tests.feeds_scanning import cells, fault_codes, lines, stage_bytes

PATH = ("rss", "channel", "item")
PLACE = ItemPlace("rss", PATH)
BEGIN, END = "<rss version='2.0'>\n<channel><title>A shop</title>\n", "</channel></rss>\n"


def good(number: int) -> str:
    return f"<item><g:id>{number}</g:id>\n<title>Lamp {number}</title></item>\n"


def stage(tmp_path, *items: str, begin: str = BEGIN, end: str = END):
    return stage_bytes((begin + "".join(items) + end).encode(), tmp_path)


MENDED = [
    pytest.param("Lamp & Co", "Lamp & Co", "&", id="3.5-bare-ampersand"),
    pytest.param("a&nbsp;b", "a&nbsp;b", "&nbsp;", id="3.5-undefined-entity"),
    pytest.param("AT&T", "AT&T", "&", id="3.5-ampersand-in-a-word"),
    pytest.param("x?a=1&b=2", "x?a=1&b=2", "&", id="3.5-address"),
    pytest.param("fish &", "fish &", "&", id="3.5-at-the-end"),
]


@pytest.mark.parametrize(("text", "read", "shown"), MENDED)
def test_a_bare_ampersand_is_told_with_its_place_and_the_item_is_read(text, read, shown, tmp_path):
    item = f"<item><g:id>3</g:id>\n <title>{text}</title></item>\n"
    staged = stage(tmp_path, good(1), good(2), item, *map(good, range(4, 27)))
    assert [each["id"] for each in cells(staged)] == [str(number) for number in range(1, 27)]
    assert cells(staged)[2]["title"] == read
    (fault,) = staged.faults.samples["malformed_xml"]
    assert fault.line == 8
    assert (
        f"line 8, column {len(' <title>') + text.index('&') + 1}: {shown if len(shown) > 1 else 'an &'}"
        in fault.message
    )
    assert staged.complete
    assert not staged.faults.lost


LOST = [
    pytest.param("<item><g:id>2</item>\n", "mismatched tag", id="3.5-mismatched-tag"),
    pytest.param(
        "<item><g:id>2</g:id><title>5 < 6</title></item>\n", "invalid token", id="3.5-bare-less-than"
    ),
    pytest.param(
        "<item><g:id>2</g:id><title>a\x01b</title></item>\n", "invalid token", id="3.5-control-character"
    ),
    pytest.param(
        "<item><g:id>2</g:id><title x=1>a</title></item>\n", "invalid token", id="3.5-unquoted-attribute"
    ),
    pytest.param("<item><g:id>2</g:id><title>a</title>\n", "mismatched tag", id="3.5-item-without-end"),
    pytest.param(
        "<item><g:id>2</g:id><t a='1' a='2'/></item>\n", "duplicate attribute", id="3.5-duplicate-attribute"
    ),
    pytest.param("<item><g:id>2</g:id>&#0;</item>\n", "invalid character number", id="3.5-no-character"),
]


@pytest.mark.parametrize(("item", "cause"), LOST)
def test_an_item_that_cannot_be_read_is_lost_and_the_rest_is_read(item, cause, tmp_path):
    staged = stage(tmp_path, good(1), item, good(3), good(4))
    assert [each["id"] for each in cells(staged)] == ["1", "3", "4"]
    assert lines(staged) == [3, 6, 8]
    (fault,) = staged.faults.samples["malformed_xml"]
    assert cause in fault.message
    assert (staged.faults.lost, staged.complete) == ({"malformed_xml": 1}, True)


IN_THE_START_TAG = [
    pytest.param('<item url="?a=1&b=2"><g:id>2</g:id></item>\n', ["1", "2", "3"], 0, 16, id="3.5-ampersand"),
    pytest.param("<item id=2><g:id>2</g:id></item>\n", ["1", "3"], 1, 10, id="3.5-no-quotes"),
    pytest.param("<item a='1' a='2'><g:id>2</g:id></item>\n", ["1", "3"], 1, 13, id="3.5-attribute-twice"),
    pytest.param('<item a="5<6"><g:id>2</g:id></item>\n', ["1", "3"], 1, 11, id="3.5-less-than"),
]


@pytest.mark.parametrize(("item", "read", "lost", "column"), IN_THE_START_TAG)
def test_an_item_at_fault_in_its_own_start_tag_is_counted_too(item, read, lost, column, tmp_path):
    staged = stage(tmp_path, good(1), item, good(3))
    assert [each["id"] for each in cells(staged)] == read
    assert staged.faults.lost["malformed_xml"] == lost
    (fault,) = staged.faults.samples["malformed_xml"]
    assert fault.message.startswith(f"line 5, column {column}: ")


NESTED = "<item><g:id>1</g:id><like><item><g:id>9</g:id></item><item/></like><title>a %s b</title></item>\n"


@pytest.mark.parametrize(
    ("sign", "read"),
    [
        pytest.param("&", ["8", "1", "3"], id="3.5-mended-with-namesakes-within"),
        pytest.param("<", ["8", "3"], id="3.5-lost-with-namesakes-within"),
    ],
)
def test_an_item_may_hold_namesakes(sign, read, tmp_path):
    first = NESTED.replace("<g:id>1", "<g:id>8") % "and"
    staged = stage(tmp_path, first, NESTED % sign, good(3))
    assert [each["id"] for each in cells(staged)] == read
    assert fault_codes(staged) == {"malformed_xml": 1}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("<!-- a", id="3.5-comment-without-end"),
        pytest.param("<![CDATA[a", id="3.5-cdata-without-end"),
    ],
)
def test_what_never_ends_takes_one_item_only(text, tmp_path):
    staged = stage(tmp_path, good(1), f"<item><g:id>2</g:id>\n<t>{text}</t></item>\n", good(3), good(4))
    assert [each["id"] for each in cells(staged)] == ["1", "3", "4"]
    assert (staged.faults.lost, staged.complete) == ({"malformed_xml": 1}, True)
    assert "line 6, column 4: " in staged.faults.samples["malformed_xml"][0].message


@pytest.mark.parametrize(
    "item",
    [
        pytest.param("<item><t>1 < 2" + "<!--" * 20_000 + "</t></item>", id="3.12-comments-without-end"),
        pytest.param("<item><t>1 < 2<!--</t></item>" * 30_000, id="3.12-items-with-comments-without-end"),
        pytest.param(("<item><![CDATA[" + "x" * 100 + "</item>") * 15_000, id="3.12-cdata-without-end"),
        pytest.param("<item><t>" + "R & B" * 20_000 + "</t></item>", id="3.12-ampersands-in-one-line"),
    ],
)
def test_recovery_takes_time_in_proportion(item, tmp_path):
    before = time.process_time()
    stage(tmp_path, good(1), item, good(3))
    assert time.process_time() - before < 8


def test_case_3_12_many_comments_before_the_document_take_no_time(tmp_path):
    staged = stage(tmp_path, good(1), begin="<!-- a -->" * 2_000 + BEGIN)
    assert cells(staged)[0]["id"] == "1"


@pytest.mark.parametrize("blanks", ["\n", " \r\n\t"], ids=["3.5-blank-line", "3.5-blanks"])
def test_an_xml_declaration_behind_blanks_is_told_and_the_items_are_read(blanks, tmp_path):
    begin = f'{blanks}<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE rss SYSTEM "x.dtd">\n{BEGIN}'
    staged = stage(tmp_path, good(1), good(2), begin=begin)
    assert [each["id"] for each in cells(staged)] == ["1", "2"]
    assert lines(staged) == [5, 7]
    (fault,) = staged.faults.samples["malformed_xml"]
    assert (fault.line, "before the XML declaration" in fault.message) == (2, True)


def test_what_is_wrong_before_the_items_does_not_hide_them(tmp_path):
    begin = (
        "<yml_catalog><shop><name>R & B</name><categories><category id=1>c</category></categories><offers>"
    )
    offers = '<offer id="1"><price>5</price></offer>\n' * 3
    staged = stage(tmp_path, offers, begin=begin, end="</offers></shop></yml_catalog>")
    assert (staged.source.item, len(cells(staged)), staged.complete) == ("offer", 3, True)


def test_case_3_2_items_with_mismatched_tags_are_found(tmp_path):
    thing = '<thing id="%d"><price>5</price><name>a</nom><b>c</thing>\n'
    good_thing = '<thing id="3"><price>5</price></thing>'
    staged = stage(
        tmp_path,
        *(thing % number for number in range(2)),
        good_thing,
        begin="<export><list>",
        end="</list></export>",
    )
    assert (staged.source.item, len(cells(staged))) == ("thing", 1)
    assert staged.faults.lost == {"malformed_xml": 2}


def test_case_3_2_what_has_no_end_tag_ends_with_what_it_lies_in():
    thing = "<thing><price>5</price><name>a</nom><b>c</thing>"
    survey = ElementSurvey(f"<export><list>{thing * 3}<thing id=4><price>5</price></thing></list></export>")
    assert survey.counts["export", "list", "thing"] == 4
    assert survey.counts["export", "list", "thing", "price"] == 4


def test_all_of_them_are_counted(tmp_path):
    bad = "<item><g:id>2</item>\n"
    staged = stage(tmp_path, *[good(1), bad, bad, "<item><t>R & B & C</t></item>\n"] * 50)
    assert (staged.faults.totals, staged.faults.lost) == ({"malformed_xml": 200}, {"malformed_xml": 100})
    assert len(cells(staged)) == 100


def test_text_before_the_items_is_passed_over(tmp_path):
    begin = BEGIN.replace("A shop", "Lamps & Co")
    staged = stage(tmp_path, good(1), good(2), begin=begin)
    assert [each["id"] for each in cells(staged)] == ["1", "2"]
    assert (fault_codes(staged), staged.faults.lost) == ({"malformed_xml": 1}, {})


def test_an_ampersand_where_it_may_be_is_nothing_to_mend(tmp_path):
    item = "<item><g:id>1</g:id><title><![CDATA[R & B]]><!-- & --> & C &amp; D</title></item>"
    staged = stage(tmp_path, item)
    assert cells(staged) == [{"id": "1", "title": "R & B & C & D"}]
    assert fault_codes(staged) == {"malformed_xml": 1}


def test_what_looks_like_an_item_in_a_text_is_none(tmp_path):
    item = "<item><g:id>1</g:id><title><![CDATA[</item><item>]]> & x</title></item>"
    staged = stage(tmp_path, item, good(2))
    assert [each["id"] for each in cells(staged)] == ["1", "2"]


def test_a_document_that_is_cut_off_is_incomplete(tmp_path):
    staged = stage(tmp_path, good(1), "<item><g:id>2</item>\n", good(3), "<item><g:id>4", end="")
    assert [each["id"] for each in cells(staged)] == ["1", "3"]
    assert not staged.complete


def test_an_item_that_never_ends_does_not_fill_the_memory(tmp_path):
    text = BEGIN + good(1) + "<item><g:id>2 & <x>" + "y" * 3_000_000
    staged = stage_bytes(text.encode(), tmp_path, limits=Limits(max_field_bytes=50_000))
    assert "longer than" in (staged.stopped_reason or "")
    assert cells(staged)[0]["id"] == "1"


PIECE = st.one_of(
    st.integers(1, 99).map(good),
    st.sampled_from(
        [
            "<item><g:id>2</item>\n",
            "<item><g:id>R & B</g:id></item>",
            "<item><g:id>x</g:id><t>1 < 2</t>\n</item>",
            "<item><g:id><![CDATA[</item> & <item>]]></g:id> & </item>\r\n",
            "<item><g:id>y</g:id>",
            "<item/>",
            "<item id=1><g:id>z</g:id></item>",
            '<item id="1&2"><g:id>z</g:id></item>\n',
            "<item><g:id>z</g:id><!-- </item>",
        ]
    ),
)


@settings(max_examples=200, deadline=None)
@given(items=st.lists(PIECE, max_size=12), cuts=st.lists(st.integers(0, 900), max_size=30))
def test_how_the_document_is_cut_into_pieces_does_not_matter(items: list[str], cuts: list[int]) -> None:
    data = (BEGIN + "".join(items) + END).encode()

    def read(ends: list[int]) -> tuple[object, ...]:
        tally = FaultTally()
        columns = Columns()
        reader = RecoveringReader(
            lambda resumed=None: ItemReader(PATH, {}, Limits(), columns, resumed),
            PLACE,
            10_000,
            tally,
        )
        found = []
        for start, end in zip([0, *ends], [*ends, len(data)], strict=True):
            reader.feed(data[start:end])
            found += reader.take()
        reader.close()
        found += reader.take()
        return found, tally.totals, tally.lost, tally.samples

    whole, pieces = read([]), read(sorted({min(cut, len(data)) for cut in cuts}))
    assert pieces == whole
    assert len(whole[0]) + whole[2]["malformed_xml"] == len(items)


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECE, max_size=12))
def test_good_items_are_read_whatever_lies_between(items: list[str]) -> None:
    data = BEGIN + "".join(items) + END
    tally = FaultTally()
    columns = Columns()
    reader = RecoveringReader(
        lambda resumed=None: ItemReader(PATH, {}, Limits(), columns, resumed),
        PLACE,
        10_000,
        tally,
    )
    reader.feed(data.encode())
    reader.close()
    read = [(line, item["title"]) for line, item in reader.take() if "title" in item]
    before = [BEGIN + "".join(items[:place]) for place in range(len(items))]
    expected = [
        (1 + text.count("\n"), item.partition("<title>")[2].partition("<")[0])
        for text, item in zip(before, items, strict=True)
        if "<title>" in item
    ]
    assert read == expected


def test_a_name_that_is_none_without_its_prefix_ends_no_survey(tmp_path):
    item = "<item><g:id>3</g:id><g:3d>a & b < c</g:3d></item>\n"
    staged = stage(tmp_path, good(1), item, good(3))
    assert [each["id"] for each in cells(staged)] == ["1", "3"]
