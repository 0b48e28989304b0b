"""Adversarial delimited text: CSV, TSV, with pipes, in several encodings."""

import random
from collections.abc import Iterable, Iterator

from tests.adversarial.made import KIB, MIB, PRODUCTS, Kinds, filled, numbered
from tests.feeds_writing import write_delimited

KINDS = Kinds("delimited")
_SIGNS = (",", "\t", "|", ";", "~")


def _feed(delimiter: str = ",", **changes: str) -> bytes:
    first, *rest = PRODUCTS
    return write_delimited([first | changes, *rest], delimiter).encode()


def _row(delimiter: bytes, cell: int, around: bytes) -> tuple[bytes, bytes]:
    """What stands before and behind a cell of a row."""
    cells = [text.encode() for text in PRODUCTS[0].values()]
    return delimiter.join([*cells[:cell], around]), delimiter.join([around, *cells[cell + 1 :]]) + b"\n"


@KINDS.kind()
def delimiters_only(dice: random.Random, size: int) -> Iterable[bytes]:
    sign = dice.choice(_SIGNS).encode()
    return filled(dice.choice((sign, sign + b"\n", sign * 9 + b"\n")), dice.choice((1, 2, size)))


@KINDS.kind()
def one_line(dice: random.Random, size: int) -> Iterable[bytes]:
    return filled(dice.choice((b"x", b"x ", b"\xc3\xa9", b"#", b"0")), size)


@KINDS.kind()
def one_line_of_quotes(dice: random.Random, size: int) -> Iterable[bytes]:
    return filled(dice.choice((b'"', b'""', b'",', b'",""', b'\\"', b"'")), size)


@KINDS.kind()
def columns(dice: random.Random, size: int) -> Iterable[bytes]:
    sign = dice.choice(_SIGNS)
    yield b"id"
    yield from numbered(sign + "column {}", size)
    yield b"\n1" + sign.encode() * 3 + b"\n"


@KINDS.kind()
def namesakes(dice: random.Random, size: int) -> Iterable[bytes]:
    yield b"id" + b",id" * min(size // 3, dice.choice((900, 5_000))) + b"\n"
    yield b"1\n"


@KINDS.kind(passes=True)
def long_name(dice: random.Random, size: int) -> Iterable[bytes]:
    header, _, rows = _feed().partition(b"\n")
    yield header + b","
    yield from filled(dice.choice((b"name ", b"n", b'"" ')), size)
    yield b"\n" + rows.replace(b"\n", b",x\n")


@KINDS.kind(largest=100 * MIB)
def quoted_cell(dice: random.Random, size: int) -> Iterable[bytes]:
    before, behind = _row(b",", dice.randrange(10), b'"')
    yield _feed() + before
    yield from filled(dice.choice((b"x", b"a b ", b"line\n", b'""', b",", b"\xc3\xa9")), max(size, 3 * MIB))
    yield behind + _feed().partition(b"\n")[2]


@KINDS.kind(largest=100 * MIB)
def bare_cell(dice: random.Random, size: int) -> Iterable[bytes]:
    sign = dice.choice(_SIGNS)
    before, behind = _row(sign.encode(), dice.randrange(10), b"")
    yield _feed(sign) + before
    yield from filled(dice.choice((b"x", b"a b ", b"\xc3\xa9")), max(size, 3 * MIB))
    yield behind + _feed(sign).partition(b"\n")[2]


@KINDS.kind()
def open_quote(dice: random.Random, size: int) -> Iterable[bytes]:
    yield _feed() + b'sku-9,"'
    rows = _feed().partition(b"\n")[2]
    yield from filled(dice.choice((rows, b"text, text\n", b"\n", b"a,b,c,d,e,f,g,h,i,j\n")), size)


@KINDS.kind()
def broken_quotes(dice: random.Random, size: int) -> Iterable[bytes]:
    yield _feed()
    yield from filled(dice.choice((b'"a"b,"c\n', b'a"b"c,"d"e"f",\n', b'"",""x\n', b'"\n"x\n')), size)


@KINDS.kind()
def zeros(dice: random.Random, size: int) -> Iterable[bytes]:
    yield from () if dice.random() < 0.5 else (_feed() + b"sku-9,",)
    yield from filled(b"\0", size)


@KINDS.kind(passes=True)
def lines_of_nothing(dice: random.Random, size: int) -> Iterable[bytes]:
    yield _feed() if dice.random() < 0.7 else b""
    yield from filled(dice.choice((b"\n", b"\r", b"\r\n", b"\n\r", b" \n", b",\n", b'""\n')), size)
    yield b"x\n"


@KINDS.kind()
def comments_only(dice: random.Random, size: int) -> Iterable[bytes]:
    return filled(dice.choice((b"# a comment\n", b"#,#,#\n", b"sep=;\n", b"title\n")), size)


@KINDS.kind()
def ragged_rows(dice: random.Random, size: int) -> Iterable[bytes]:
    yield _feed()
    yield from filled(dice.choice((b"a\n", b"a,b\n", b"a," * 40 + b"\n")), size)


@KINDS.kind()
def bytes_of_no_encoding(dice: random.Random, size: int) -> Iterable[bytes]:
    yield _feed()
    for _ in range(max(1, size // 4096)):
        yield bytes(dice.choices(range(0x80, 0x100), k=4095)) + dice.choice((b"\n", b",", b'"'))


@KINDS.kind()
def utf_16(dice: random.Random, size: int) -> Iterable[bytes]:
    yield b"\xff\xfe" + _feed().decode().encode("utf-16-le")
    yield from filled(
        dice.choice(("x", "\u20ac;", '"', "\n", "\udc00")).encode("utf-16-le", "surrogatepass"), size
    )
    yield b"x"


@KINDS.kind()
def long_value(dice: random.Random, size: int) -> Iterator[bytes]:
    """One value, longer than any attribute's may be, of what the rules' patterns look for."""
    name = dice.choice([*PRODUCTS[0]])
    piece = dice.choice(
        ("<", "<a ", "&", "&amp;", "<!--", "<p>", "https://", "9", "9.", "%", "A", "!", "a.", "[", "{{",
            "Free shipping ",
            "\\", "1 USD ", ":")
    )  # fmt: skip
    yield _feed(**{name: piece * (min(max(size, 8 * KIB), 1_900 * KIB) // len(piece))})


@KINDS.kind()
def long_values(dice: random.Random, size: int) -> Iterator[bytes]:
    """Many values of many characters, in another column than that of the id, which tells items apart."""
    name = dice.choice([*PRODUCTS[0]][1:])
    piece = dice.choice(("<b>", "&lt;", "x", "https://x/", "0", "9,", "Ä", "-", "USD "))
    long = {name: piece * (64 * KIB // len(piece))}
    rows = [
        product | long | {"id": f"sku-{number}"}
        for number, product in enumerate(PRODUCTS * (size // MIB * 3 + 1))
    ]
    yield write_delimited(rows).encode()


@KINDS.kind(passes=True)
def many_small_rows(_: random.Random, size: int) -> Iterable[bytes]:
    header, _, row = write_delimited(PRODUCTS[:1]).partition("\n")
    yield header.encode() + b"\n"
    yield from numbered(row.replace("sku-1", "sku-{}"), size)
