"""Adversarial Parquet: odd schemas, values that expand, footers that lie."""

import random
import struct
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from tests.adversarial.made import KIB, MIB, PRODUCTS, Kinds
from tests.feeds_writing import write_parquet

KINDS = Kinds("parquet")
_ITEM = ", ".join(f"'{text}' as {name}" for name, text in PRODUCTS[0].items() if name != "id")


def _made(query: str, options: str = "") -> list[bytes]:
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "made.parquet"
        connection.execute(f"copy ({query}) to '{path}' (format parquet{options})").fetchall()
        return [path.read_bytes()]


def _item(value: str, rows: int = 5) -> str:
    return f"select 'sku-' || range as id, {_ITEM}, {value} as more from range({rows})"


@KINDS.kind()
def columns(dice: random.Random, size: int) -> Iterable[bytes]:
    most = dice.choice((999, 1_200, 6_000)) if size > 64 * KIB else 1_200
    return _made("select " + ", ".join(f"'x' as c{number}" for number in range(most)))


@KINDS.kind(passes=True)
def nested_types(dice: random.Random, size: int) -> Iterable[bytes]:
    value = "'x'"
    for depth in range(dice.choice((3, 10, 40, 90))):
        value = dice.choice((f"[{value}]", f"{{'k{depth}': {value}}}", f"[{{'a': {value}, 'b': 1}}]"))
    return _made(_item(value, rows=min(1_000, size // KIB)))


@KINDS.kind(passes=True)
def members(dice: random.Random, size: int) -> Iterable[bytes]:
    most = dice.choice((500, 2_000, 5_000)) if size > 64 * KIB else 500
    struct_value = "{" + ", ".join(f"'m{number}': 1" for number in range(most)) + "}"
    return _made(_item(dice.choice((struct_value, f"[{struct_value}]")), rows=2))


@KINDS.kind(passes=True)
def row_groups(_: random.Random, size: int) -> Iterable[bytes]:
    return _made(_item("'x'", rows=min(size // 8, 400_000)), ", row_group_size 2048")


@KINDS.kind()
def long_names(dice: random.Random, size: int) -> Iterable[bytes]:
    name = dice.choice(("n", "é", ".", "'", '""', "\\", "\n", "[")) * min(size // 2, 200_000)
    return _made(f'select 1 as id, 2 as "{name}"')


@KINDS.kind(largest=100 * MIB)
def long_cell(dice: random.Random, size: int) -> Iterable[bytes]:
    piece = dice.choice(("x", '"', "é", ","))
    return _made(_item(f"repeat('{piece}', {max(size, 3 * MIB)})", rows=2))


@KINDS.kind(passes=True, largest=64 * MIB)
def dictionary_bomb(dice: random.Random, size: int) -> Iterable[bytes]:
    """One long value that every row refers to: the file says nothing of what the texts come to."""
    long = dice.choice((10 * KIB, 100 * KIB, MIB))
    return _made(_item(f"repeat('x', {long})", rows=max(100, min(size * 200 // long, 40_000))))


@KINDS.kind(passes=True, largest=64 * MIB)
def list_bomb(dice: random.Random, size: int) -> Iterable[bytes]:
    long = dice.choice((10_000, 200_000))
    values = dice.choice(("'x'", "{'a': 1, 'b': 'x'}", "1", "repeat('x', 1000)"))
    listed = f"list_transform(range({long}), lambda each: {values})"
    return _made(_item(listed, rows=max(5, min(size // long, 300))))


@KINDS.kind(passes=True)
def odd_types(dice: random.Random, size: int) -> Iterable[bytes]:
    value = dice.choice((
        "'\\xFF\\xFE'::blob", "map {'a': 1}", "1e300::decimal(38, 0)", "'infinity'::date", "'nan'::double",
        "'00000000-0000-4000-8000-000000000001'::uuid",
        "interval 1 year", "true",
        "'99999-12-31'::date", "-1::hugeint", "[null]", "null", "'12:00'::time", "1::utinyint",
        "{'a': map {'b': [1]}}", "[map {'a': 'b'}]", "repeat('\\x00', 9)::blob", "chr(0)",
    ))  # fmt: skip
    return _made(
        _item(value, rows=min(size, 10_000)).replace(
            "1e300::decimal(38, 0)", "99999999999999999999999999999999999999::decimal(38, 0)"
        )
    )


@KINDS.kind(passes=True)
def damaged(dice: random.Random, size: int) -> Iterable[bytes]:
    whole = bytearray(_made(_item("range", rows=min(size // 16, 20_000)))[0])
    footer = struct.unpack("<L", whole[-8:-4])[0]
    begin = dice.choice((4, len(whole) - 8 - footer))
    for _ in range(dice.choice((1, 3, 20))):
        whole[dice.randrange(begin, len(whole) - 8)] = dice.randrange(256)
    return [bytes(whole)]


@KINDS.kind()
def lying_footer(dice: random.Random, size: int) -> Iterable[bytes]:
    whole = bytearray(write_parquet(PRODUCTS))
    whole[-8:-4] = struct.pack("<L", dice.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, len(whole), len(whole) - 12)))
    return [bytes(whole), *([b"PAR1" * (size // 4)] if dice.random() < 0.3 else [])]


@KINDS.kind()
def signature_only(dice: random.Random, size: int) -> Iterable[bytes]:
    return [b"PAR1", dice.choice((b"", b"PAR1", b"\0" * size, b"PAR1" * (size // 4), b"\xff" * 8 + b"PAR1"))]
