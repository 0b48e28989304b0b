"""What patterns read of XML is what the parser reads: the same cells, lines, columns and faults, of whatever feed."""

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedscript.feeds.engine.limits import Limits
from feedscript.feeds.readers.elements import Columns
from feedscript.feeds.readers.intake import FIELDS_PER_ITEM, Stopped
from feedscript.feeds.readers.item_paths import ItemPlace
from feedscript.feeds.readers.item_reader import ItemReader
from feedscript.feeds.readers.recovery import RecoveringReader
from feedscript.feeds.readers.staged import FaultTally
from feedscript.feeds.readers.swift_markup import SwiftReader
from feedscript.feeds.readers.table import Item, Rows
from feedscript.feeds.readers.table_columns import TableColumns
from tests.feeds_scanning import cells, lines, stage_bytes

PATH = ("rss", "channel", "item")
GOOGLE = "http://base.google.com/ns/1.0"
BEGIN = f"<rss version='2.0' xmlns:g='{GOOGLE}'><channel>\n<title>A shop</title>"
END = "\n</channel></rss>\n"
NEVER = sys.maxsize

#: Texts that are nothing special, and each thing that a text may have in it.
PLAIN = [
    "",
    "1",
    "Lamp",
    "in stock",
    "4.90 USD",
    "Home &gt; Lamps &amp; more",
    "&lt;b&gt;bold&lt;/b&gt;",
    "ü",
]
ODD = [
    " Lamp ",
    "\n  Lamp\n",
    "two\nlines",
    "two\r\nlines",
    "one\rmore",
    " ",
    "\u00a0x",
    'say "hi"',
    "&quot;&apos;",
    "&#65;&#x42;",
    "&#32;x",
    "x&#xA0;",
    "&#34;",
    "&amp;#32;",
    "<![CDATA[<b>A & B</b>]]>",
    "<![CDATA[ x ]]>y",
    "<![CDATA[]]>",
    "<![CDATA[</item><item>]]>",
    "a]]b",
    "a > b",
    # What XML forbids.
    "R & B",
    "&nbsp;",
    "&#0;",
    "&#x110000;",
    "&#xFFFF;",
    "a]]>b",
    "\x01",
    "a\x1eb",
    "a\x1fb",
    "\ufffe",
    "5 < 6",
    "<![CDATA[ never ends",
    "<!-- never ends",
]
NAMES = ["g:id", "title", "g:price", "g:image", "d", "x:y", "link"]
#: A name that another displaces, and one of another prefix that may be Google's.
ODD_NAMES = [*NAMES, "g:title", "c:id"]
ELEMENTS = ["<{0}>{1}</{0}>"] * 12 + [
    "<{0}/>",
    "<{0} />",
    "<{0} >{1}</{0}>",
    "<{0}>{1}</{0} >",
    "<{0} a='1'>{1}</{0}>",
    "<{0} xmlns:c='" + GOOGLE + "'>{1}</{0}>",
    "<{0}><g:part>{1}</g:part></{0}>",
    "<{0}><name>Color</name><value>{1}</value></{0}>",
    "<{0}>{1}<b>{1}</b></{0}>",
    "<{0}>{1}</{0}><{0}>{1}</{0}><{0}></{0}>",
    "<!-- {1} -->",
    "<?{0} {1}?>",
    "{1}",
    "<{0}>{1}",
    "<{0}>{1}</d>",
]
ITEMS = ["<item>{0}</item>"] * 12 + [
    "<item>\n{0}\n</item>",
    "<item>\r\n{0}\r\n</item>",
    "<item id='1'>{0}</item>",
    "<item >{0}</item >",
    "<item>{0}<item>{0}</item></item>",
    "<g:item>{0}</g:item>",
    "<item/>",
    "<item>{0}",
    "{0}",
    "{0}</item>",
    "<!-- <item>{0}</item> -->",
    "<other xmlns:x='" + GOOGLE + "'>{0}</other>",
    "</channel><channel>",
]
#: A choice among things.
Choose = Callable[[Sequence[str]], str]


def made_item(choose: Choose, names: Sequence[str], *, odd: bool) -> str:
    """One item of elements of these names, plain or odd in some way."""
    gap = choose(["", "\n", "\n  ", " ", "\r\n"]) if odd else "\n"
    elements, texts, shapes = (ELEMENTS, PLAIN + ODD, ITEMS) if odd else (ELEMENTS[:1], PLAIN, ITEMS[:1])
    parts = [choose(elements).format(name, choose(texts)) for name in names]
    return choose(shapes).format(f"{gap}{gap.join(parts)}{gap}") + choose(["\n", "\n", "\n", "", " ", "\r\n"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A feed in which runs of plain items change with odd ones."""
    dice = draw(st.randoms(use_true_random=True))
    choose = dice.choice
    made = []
    for odd in draw(st.lists(st.booleans(), min_size=1, max_size=8)):
        for _ in range(dice.randrange(3) if odd else dice.randrange(30)):
            names = [name for name in (ODD_NAMES if odd else NAMES) if dice.randrange(4)]
            if odd and dice.randrange(2):
                dice.shuffle(names)
            made.append(made_item(choose, names, odd=odd))
    return BEGIN + "".join(made) + END


def read(
    texts: list[str], *, learned_from: int, verbatim: bool = False, limits: Limits | None = None
) -> tuple[object, int]:
    """Everything that a document is read as, and how many of its items were read by patterns."""
    limits = limits or Limits()
    faults = FaultTally()
    names, table = Columns(), TableColumns(limits, faults)
    new_reader = partial(ItemReader, PATH, {}, limits, names, verbatim=verbatim)
    careful = RecoveringReader(
        new_reader, ItemPlace("rss", PATH, nests=True), limits.max_field_bytes * FIELDS_PER_ITEM, faults
    )
    swift = SwiftReader(careful, "item", names, table, limits, verbatim=verbatim, learned_from=learned_from)
    found: list[tuple[int | None, dict[str, str]]] = []
    by_pattern = 0

    def take(read: Iterator[Item | Rows]) -> None:
        nonlocal by_pattern
        for each in read:
            if isinstance(each, Rows):
                rows = [*csv.reader(io.StringIO(each.content.decode(), newline=""))]
                assert (len(rows), each.content.count(b"\n")) == (each.items, each.feeds)
                by_pattern += each.items
                found.extend(
                    (int(row[-1]), filled(dict(zip(table.names, row, strict=False)))) for row in rows
                )
                assert all(len(row) == len(table.names) + 1 for row in rows)
            else:
                table.learn(each[1])
                found.append((each[0], filled(each[1])))

    stopped = None
    try:
        for text in texts:
            take(swift.feed(text))
        take(swift.flush())
        careful.close()
    except Stopped as broken_off:
        stopped = broken_off.reason
    take(iter(careful.take()))
    told = (faults.totals, faults.samples, faults.lost, faults.first_lost, faults.lost_after)
    return (found, table.names, stopped, told), by_pattern


def filled(item) -> dict[str, str]:
    return {name: text for name, text in item.items() if text}


def cut(document: str, places: list[int]) -> list[str]:
    bounds = sorted({0, len(document), *(place % (len(document) + 1) for place in places)})
    return [document[start:stop] for start, stop in pairwise(bounds)]


@settings(max_examples=100, deadline=None)
@given(documents(), st.lists(st.integers(0, 10_000), max_size=4), st.booleans())
def test_patterns_read_what_the_parser_reads(document, places, verbatim):
    expected, _ = read([document], learned_from=NEVER, verbatim=verbatim)
    assert read(cut(document, places), learned_from=0, verbatim=verbatim)[0] == expected


@pytest.mark.parametrize("text", [*PLAIN, *ODD])
@pytest.mark.parametrize("verbatim", [False, True])
def test_whatever_stands_in_one_text_is_read_as_by_the_parser(text, verbatim):
    plain = [f"<item>\n<g:id>{n}</g:id>\n<title>Lamp</title>\n</item>\n" for n in range(300)]
    odd = f"<item>\n<g:id>odd</g:id>\n<title>{text}</title>\n</item>\n"
    document = BEGIN + "".join([*plain[:150], odd, *plain[150:], odd, odd, plain[0]]) + END
    expected, _ = read([document], learned_from=NEVER, verbatim=verbatim)
    found, by_pattern = read([document], learned_from=0, verbatim=verbatim)
    assert found == expected
    assert by_pattern


def test_items_with_elements_left_out_repeated_or_new_are_read_by_patterns():
    made = [
        f"<item>\n<g:id>{n}</g:id>\n{'<title>Lamp &amp; &#233;</title>' * (n % 3 > 0)}\n"
        f"{'<g:image>a</g:image>' * (n % 4)}\n{'<d><![CDATA[<b>x</b>]]></d>' if n % 5 else '<d/>'}\n"
        f"{'<new>1</new>' * (n == 50)}</item>\n"
        for n in range(400)
    ]
    document = BEGIN + "".join(made) + END
    expected, _ = read([document], learned_from=NEVER)
    found, by_pattern = read([document], learned_from=0)
    assert found == expected
    assert by_pattern > 350


@pytest.mark.parametrize("longest", [20, 60, 200])
def test_limits_stop_where_the_parser_stops(longest):
    made = [f"<item><g:id>{n}</g:id><d>{'x' * (n % 90)}</d></item>\n" for n in range(300)]
    document = BEGIN + "".join(made) + END
    limits = Limits(max_field_bytes=longest)
    assert (
        read([document], learned_from=0, limits=limits)[0]
        == read([document], learned_from=NEVER, limits=limits)[0]
    )


def test_no_more_items_are_read_than_the_limit_allows(tmp_path: Path):
    made = "".join(f"<item><g:id>{n}</g:id><d>{n % 7}</d></item>\n" for n in range(2_000))
    staged = stage_bytes((BEGIN + made + END).encode(), tmp_path, limits=Limits(max_items=1_203))
    assert [each["id"] for each in cells(staged)] == [str(n) for n in range(1_203)]
    assert lines(staged) == [*range(2, 1_205)]
    assert not staged.complete
