"""Adversarial JSON and JSON Lines."""

import json
import random
from collections.abc import Iterable, Iterator

from tests.adversarial.made import KIB, MIB, PRODUCTS, Kinds, filled, numbered

KINDS = Kinds("json")
_ITEM = json.dumps(PRODUCTS[0]).encode()
_OPEN = _ITEM[:-1] + b', "more": '


def _around(dice: random.Random, value: Iterable[bytes]) -> Iterator[bytes]:
    """A value as a member of an item in an array, in an envelope, on a line, or as the document."""
    match dice.choice(("array", "envelope", "lines", "document", "beside")):
        case "array":
            yield b"[" + _ITEM + b"," + _OPEN
            yield from value
            yield b"}," + _ITEM.replace(b"sku-1", b"sku-2") + b"]"
        case "envelope":
            yield b'{"shop": {"name": "x"}, "products": [' + _ITEM + b"," + _OPEN
            yield from value
            yield b"}]}"
        case "lines":
            yield _ITEM + b"\n" + _OPEN
            yield from value
            yield b"}\n" + _ITEM.replace(b"sku-1", b"sku-2") + b"\n"
        case "document":
            yield from value
        case _:
            yield b'{"before": '
            yield from value
            yield b', "products": [' + _ITEM + b"]}"


@KINDS.kind()
def deep(dice: random.Random, size: int) -> Iterable[bytes]:
    opener = dice.choice((b"[", b'{"a":', b'[{"a":', b"[[],", b'{"products":['))
    return _around(dice, filled(opener, size))


@KINDS.kind(passes=True)
def deep_and_closed(dice: random.Random, size: int) -> Iterable[bytes]:
    opener, closer = dice.choice(((b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")))
    depth = dice.choice((60, 101, 500, 900, 2_000, size // 8))
    inner = b"1" if dice.random() < 0.5 else b'{"b":' * 3 + b"1" + b"}" * 3
    return _around(dice, [opener * depth, inner, closer * depth])


@KINDS.kind(passes=True)
def deep_often(dice: random.Random, size: int) -> Iterable[bytes]:
    one = b'{"a":' * 90 + b"1" + b"}" * 90
    return _around(dice, [b"[", *filled(one + b",", size), one, b"]"])


@KINDS.kind(passes=True)
def keys(dice: random.Random, size: int) -> Iterable[bytes]:
    return _around(dice, [b'{"a":1', *numbered(',"k{}":1', max(size, 64 * KIB)), b"}"])


@KINDS.kind()
def keys_of_items(_: random.Random, size: int) -> Iterable[bytes]:
    yield b'[{"id":1}'
    yield from numbered(',{{"id":1,"k{}":1}}', max(size, 64 * KIB))
    yield b"]"


@KINDS.kind(passes=True)
def repeated_keys(dice: random.Random, size: int) -> Iterable[bytes]:
    return _around(dice, [b'{"a":1', *filled(b',"a":1', size), b"}"])


@KINDS.kind(passes=True)
def long_key(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice((b"k", b"\\u0041", b"\\n", b"\xc3\xa9"))
    return _around(dice, [b'{"', *filled(piece, max(size, 4 * KIB)), b'":"x"}'])


@KINDS.kind()
def within_a_long_name(dice: random.Random, size: int) -> Iterable[bytes]:
    """Members whose columns would all begin with a name that is long itself."""
    form, ends = dice.choice(((',"a{}":1', b"{}"), (',{{"name":"a{}","value":1}}', b"[]")))
    first, last = ends[:1], ends[1:]
    inner = [*numbered(form, max(size // 2, 8 * KIB))]
    yield b"[" + _OPEN + b'{"' + b"k" * max(size // 2, 2_000) + b'":' + first + inner[0][1:]
    yield from inner[1:]
    yield last + b"}}]"


@KINDS.kind(passes=True, largest=100 * MIB)
def long_items(dice: random.Random, size: int) -> Iterable[bytes]:
    """Items as long as they may be, of which the first ones are looked at together."""
    values = ",".join(f'"c{number}":"{"x" * 1_900_000}"' for number in range(dice.choice((2, 15))))
    for number in range(max(1, size // len(values))):
        yield _ITEM.replace(b"sku-1", b"sku-%d" % number)[:-1] + f",{values}}}\n".encode()


@KINDS.kind(passes=True, largest=100 * MIB)
def long_string(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice(
        (b"x", b"\\u0041", b"\\n", b"\\\\", b"\\ud83d\\ude00", b"\\ud83d", b"\xf0\x9f\x98\x80", b"},{")
    )
    return _around(dice, [b'"', *filled(piece, max(size, 13 * MIB)), b'"'])


@KINDS.kind()
def open_string(dice: random.Random, size: int) -> Iterable[bytes]:
    return _around(dice, [b'"', *filled(dice.choice((b"x", b"\\u00", b"},{", b"\n", b'},{"id":"2"')), size)])


@KINDS.kind(passes=True)
def huge_numbers(dice: random.Random, size: int) -> Iterable[bytes]:
    form = dice.choice((b"%s", b"-%s", b"0.%s", b"1e%s", b"1E-%s", b"%s."))
    digits = b"9" * size
    return _around(dice, [form.replace(b"%s", digits)])


@KINDS.kind(passes=True)
def many_values(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice((b"1,", b'"",', b"{},", b"[],", b"null,", b"1e9,", b'{"a":1},', b"NaN,", b"[[]],"))
    return _around(dice, [b"[", *filled(piece, size), b"1]"])


@KINDS.kind()
def broken_items(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice((
        b'{"id":},', b'{"id" "x"},', b'{"id":"x" ', b'{"id":"1","b":"},', b"{]", b'{"id":1}{', b'"}', b"},{", b"[{",
        b',{"id":1,"a":[}',
        b'{"id":1,,}', b"tru,", b'{"id":"x\ny"},',
    ))  # fmt: skip
    yield b"[" + _ITEM + b","
    yield from filled(piece, size)
    yield b"]"


@KINDS.kind()
def broken_lines(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice(
        (
            b"[",
            b"{",
            b'{"a":',
            b"x",
            b"1\n",
            b"[]\n",
            b'{"a":1}x\n',
            b'"\n',
            b"{}\n",
            b"\n",
            b"nul\n",
            b'{"a":"\n',
        )
    )
    yield _ITEM + b"\n"
    yield from filled(piece, size)
    yield b"x\n"


@KINDS.kind(passes=True)
def space(dice: random.Random, size: int) -> Iterable[bytes]:
    yield dice.choice((b"[", b"{", b'{"a"', _ITEM, b"[" + _ITEM))
    yield from filled(dice.choice((b" ", b"\n", b"\t", b"\r")), size)
    yield dice.choice((b"", b"x", b"]x"))


@KINDS.kind()
def wrappers(dice: random.Random, size: int) -> Iterable[bytes]:
    """Many arrays of objects, of which one would be that of the items."""
    yield b'{"a0":[{"x":1}]'
    yield from numbered(dice.choice((',"a{}":[{{"x":1}}]', ',"a{}":{{"b":[{{"x":1}}]}}', ',"a{}":[]')), size)
    yield b"}"


@KINDS.kind(passes=True)
def named_list(dice: random.Random, size: int) -> Iterable[bytes]:
    value = [
        b'[{"name":"n","value":"v"}',
        *numbered(',{{"name":"n{}","value":"v"}}', max(size, 64 * KIB)),
        b"]",
    ]
    return _around(dice, value)


@KINDS.kind(passes=True)
def branches(dice: random.Random, size: int) -> Iterable[bytes]:
    """Lists of objects within lists of objects: columns and texts that might grow as a product."""
    value: object = "x"
    for _ in range(dice.choice((2, 3, 5))):
        value = [{f"k{number}": value} for number in range(8)]
    text = json.dumps(value).encode()
    return _around(dice, [b"[", *filled(text + b",", min(size, 2 * MIB)), text, b"]"])
