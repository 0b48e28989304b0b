"""Adversarial XML: RSS, Atom and plain elements."""

import random
from collections.abc import Iterable, Iterator

from tests.adversarial.made import KIB, MIB, PRODUCTS, Kinds, filled, numbered
from tests.feeds_writing import write_atom, write_rss, write_xml

KINDS = Kinds("xml")
_ITEM = "".join(f"<g:{name}>{text}</g:{name}>" for name, text in PRODUCTS[0].items()).encode()
_RSS = b'<?xml version="1.0"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel>'
_END = b"</channel></rss>"


def _around(dice: random.Random, inside: Iterable[bytes]) -> Iterator[bytes]:
    """Something within an item, or before, between or behind items; in the end the whole or not."""
    place = dice.choice(("item", "before", "between", "behind"))
    yield _RSS
    if place != "before":
        yield b"<item>" + _ITEM + b"</item>\n"
    if place == "item":
        yield b"<item>" + _ITEM
    yield from inside
    if place == "item":
        yield b"</item>\n"
    if place != "behind":
        yield b"<item>" + _ITEM.replace(b"sku-1", b"sku-2") + b"</item>\n"
    yield _END


@KINDS.kind()
def deep(dice: random.Random, size: int) -> Iterable[bytes]:
    tag = dice.choice(
        ("<a>", "<g:a>", '<a b="c">', "<a xmlns='http://base.google.com/ns/1.0'>", "<item>", "<{0}>")
    )
    tag = tag.format("n" * dice.choice((10, 1_000)))
    return filled(tag.encode(), size)


@KINDS.kind()
def deep_within(dice: random.Random, size: int) -> Iterable[bytes]:
    depth = max(100, size // 7)
    return _around(dice, [b"<a>" * depth, b"</a>" * depth])


@KINDS.kind()
def deep_names_of_their_own(dice: random.Random, size: int) -> Iterable[bytes]:
    return _around(dice, numbered("<n{}>", max(size, 4 * KIB)))


@KINDS.kind()
def up_and_down(dice: random.Random, size: int) -> Iterable[bytes]:
    """As deep as may be, again and again, with names of their own."""
    yield b"<root>"
    for number in range(max(1, size // 600)):
        names = [f"n{number}x{depth}" for depth in range(dice.choice((20, 60)))]
        yield "".join(f"<{name}>" for name in names).encode()
        yield "".join(f"</{name}>" for name in reversed(names)).encode()
    yield b"</root>"


@KINDS.kind(passes=True)
def attributes(dice: random.Random, size: int) -> Iterable[bytes]:
    return _around(dice, [b"<a", *numbered(' a{}="1"', size), b"/>"])


@KINDS.kind()
def attributes_of_items(dice: random.Random, size: int) -> Iterator[bytes]:
    yield b"<products>"
    for start in range(0, max(1, size // 12), 100):
        own = "".join(f' a{start + number}="1"' for number in range(dice.choice((20, 100))))
        yield f"<product{own}/>".encode()
    yield b"</products>"


@KINDS.kind(passes=True)
def namespaces(dice: random.Random, size: int) -> Iterable[bytes]:
    uri = dice.choice(("http://base.google.com/ns/1.0", "urn:{0}", "urn:x"))
    return _around(dice, [b"<a", *numbered(f' xmlns:p{{0}}="{uri}"', size), b"/>"])


@KINDS.kind(passes=True)
def namespaces_of_elements(dice: random.Random, size: int) -> Iterable[bytes]:
    return _around(dice, numbered('<p{0}:a xmlns:p{0}="http://base.google.com/ns/1.0">x</p{0}:a>', size))


@KINDS.kind(passes=True)
def long_name(dice: random.Random, size: int) -> Iterable[bytes]:
    name = b"n" * size
    return _around(dice, [b"<" + name + b">x</" + name + b">"])


@KINDS.kind()
def within_a_long_name(_: random.Random, size: int) -> Iterable[bytes]:
    """Elements whose columns would all begin with a name that is long itself."""
    name = b"n" * max(size // 2, 2_000)
    yield _RSS + b"<item>" + _ITEM + b"<" + name + b">"
    yield from numbered("<a{0}>x</a{0}>", max(size // 2, 8 * KIB))
    yield b"</" + name + b"></item>" + _END


@KINDS.kind(passes=True, largest=64 * MIB)
def names_of_no_columns(_: random.Random, size: int) -> Iterable[bytes]:
    """Elements beside the address that a link is: ever new names, and never a column."""
    yield _RSS
    for number in range(max(1, size // 20_000)):
        beside = b"".join(b"<a%d/>" % (number * 1_000 + each) for each in range(1_000))
        item = _ITEM.replace(b"sku-1", b"sku-%d" % number)
        yield b"<item>" + item + b"<link>" + beside + b"<href>https://x.example</href></link></item>\n"
    yield _END


@KINDS.kind(passes=True, largest=100 * MIB)
def long_attribute(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice((b"x", b"&#65;", b"&amp;", b"\n"))
    return _around(dice, [b'<a b="', *filled(piece, max(size, 3 * MIB)), b'"/>'])


@KINDS.kind(passes=True, largest=100 * MIB)
def long_text(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice((b"x", b"&#65;", b"&amp;", b"a\n", b"\xc3\xa9", b"<b/>"))
    return _around(
        dice, [b"<a>", *filled(piece, max(size, 36 * MIB if piece == b"<b/>" else 3 * MIB)), b"</a>"]
    )


@KINDS.kind(passes=True, largest=100 * MIB)
def long_comment(dice: random.Random, size: int) -> Iterable[bytes]:
    opening, closing = dice.choice(((b"<!--", b"-->"), (b"<?x ", b"?>")))
    return _around(dice, [opening, *filled(dice.choice((b"x", b"<", b"\n")), size), closing])


@KINDS.kind(passes=True, largest=100 * MIB)
def long_section(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice((b"x", b"<item>", b"]]", b"&"))
    return _around(dice, [b"<a><![CDATA[", *filled(piece, max(size, 3 * MIB)), b"]]></a>"])


@KINDS.kind()
def never_closed(dice: random.Random, size: int) -> Iterable[bytes]:
    opener = dice.choice((b"<!--", b"<![CDATA[", b"<?x ", b"<a b='", b"<a ", b"<a>"))
    yield _RSS + b"<item>" + _ITEM + b"</item>" + opener
    yield from filled(dice.choice((b"x", opener, b"<item>x</item>", b"<!--", b"\n")), size)


@KINDS.kind()
def faults(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice((
        b"<item><a>&</a></item>", b"<item><a></b></item>", b"<item>", b"</item>", b"<", b"&x;",
        b"<item><a x></a></item>",
        b"<![CDATA[<item>]]>x<item></x>", b"</a>", b"<item>\x01</item>", b"<item><![CDATA[</item>",
        b"<item><!-- -- --></item>",
    ))  # fmt: skip
    return _around(dice, filled(piece, size))


@KINDS.kind()
def doctype(dice: random.Random, size: int) -> Iterable[bytes]:
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    long = "x" * size
    yield dice.choice((
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a>&l9;</a>',
        f'<!DOCTYPE a [<!ENTITY e "{long}">]><a>{"&e;" * 1_000}</a>',
        '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        f"<!DOCTYPE {long}",
        f'<!DOCTYPE a SYSTEM "{long}"><a/>',
        f"<!DOCTYPE a [{'<!ELEMENT a ANY>' * (size // 16)}]><a/>",
        "<!DOCTYPE a SYSTEM 'x'>" * (size // 23),
    )).encode()  # fmt: skip


@KINDS.kind()
def prolog(dice: random.Random, size: int) -> Iterable[bytes]:
    yield from filled(
        dice.choice((b"<?x?>", b"<!-- -->", b" ", b"\n", b"<?", b"<!--", b"<!", b"\xef\xbb\xbf")), size
    )
    yield dice.choice((b"", b"<rss/>", b"<!--"))


@KINDS.kind(passes=True)
def declaration(dice: random.Random, size: int) -> Iterable[bytes]:
    long = b"x" * size
    yield (
        b'<?xml version="1.0" encoding="'
        + dice.choice((long, b"utf-7", b"utf-32", b"cp037", b"rot13"))
        + b'"?>'
    )
    yield write_rss(PRODUCTS).partition("?>")[2].encode() + (b"" if dice.random() < 0.5 else long)


@KINDS.kind(passes=True)
def columns(dice: random.Random, size: int) -> Iterable[bytes]:
    return _around(dice, numbered("<c{0}>x</c{0}>", size))


@KINDS.kind()
def columns_of_items(_: random.Random, size: int) -> Iterable[bytes]:
    yield b"<items>"
    yield from numbered("<item><id>1</id><c{0}>x</c{0}></item>", size)
    yield b"</items>"


@KINDS.kind(passes=True)
def repeated_element(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice(
        (
            b"<g:image_link>x</g:image_link>",
            b"<a/>",
            b"<g:shipping><g:price>1</g:price></g:shipping>",
            b"<a b='1'/>",
        )
    )
    return _around(dice, filled(piece, max(size, 4 * MIB)))


@KINDS.kind(passes=True)
def named_list(dice: random.Random, size: int) -> Iterable[bytes]:
    return _around(dice, numbered('<param name="p{}">x</param>', max(size, 64 * KIB)))


@KINDS.kind()
def many_roots(dice: random.Random, size: int) -> Iterable[bytes]:
    return filled(
        dice.choice((write_xml(PRODUCTS[:1]), write_atom(PRODUCTS[:1]), "<a/>", "<a/><b>")).encode(), size
    )


@KINDS.kind(passes=True)
def utf_16(dice: random.Random, size: int) -> Iterable[bytes]:
    for piece in _around(dice, filled(dice.choice((b"<a>", b"x", b"&", b"<a/>")), size)):
        yield piece.decode().encode("utf-16-le")


@KINDS.kind()
def signs(dice: random.Random, size: int) -> Iterable[bytes]:
    yield b"<"
    yield from filled(
        dice.choice((b"<", b">", b"<>", b"</", b"<?", b"<!", b"<!-", b"<![", b"&", b"<a", b"\0", b"<a/")),
        size,
    )
