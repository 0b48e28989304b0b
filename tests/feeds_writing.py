"""Writes the same products as a feed of any format, encoding and compression, for tests and benchmarks."""

import bz2
import csv
import gzip
import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

import duckdb

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Product = Mapping[str, str]

GOOGLE_NAMESPACE = "http://base.google.com/ns/1.0"
#: Names that RSS and Atom have themselves; a feed may write them without Google's prefix.
_PLAIN_IN_RSS = ("title", "link", "description")


def columns_of(products: Sequence[Product]) -> list[str]:
    return list(dict.fromkeys(name for product in products for name in product))


def write_delimited(products: Sequence[Product], delimiter: str = ",", line_end: str = "\n") -> str:
    text = io.StringIO(newline="")
    columns = columns_of(products)
    rows = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_MINIMAL)
    rows.writerow(columns)
    rows.writerows([product.get(name, "") for name in columns] for product in products)
    return text.getvalue()


def write_tsv(products: Sequence[Product]) -> str:
    return write_delimited(products, "\t")


def write_rss(products: Sequence[Product]) -> str:
    items = "\n".join(f"<item>\n{_elements(product, _PLAIN_IN_RSS)}\n</item>" for product in products)
    return (
        f'<?xml version="1.0"?>\n<rss version="2.0" xmlns:g="{GOOGLE_NAMESPACE}">\n<channel>\n'
        f"<title>A shop</title>\n<link>https://shop.example</link>\n<description/>\n{items}\n</channel>\n</rss>\n"
    )


def write_atom(products: Sequence[Product]) -> str:
    entries = "\n".join(f"<entry>\n{_elements(product, ())}\n</entry>" for product in products)
    return (
        f'<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="{GOOGLE_NAMESPACE}">\n'
        f'<title>A shop</title>\n<link href="https://shop.example" rel="self"/>\n{entries}\n</feed>\n'
    )


def write_xml(products: Sequence[Product]) -> str:
    items = "".join(f"<product>{_elements(product, tuple(product))}</product>" for product in products)
    return f'<?xml version="1.0"?>\n<products>{items}</products>\n'


def write_json(products: Sequence[Product]) -> str:
    return json.dumps(list(products), ensure_ascii=False, indent=1)


def write_wrapped_json(products: Sequence[Product]) -> str:
    return json.dumps({"shop": {"name": "A shop"}, "count": len(products), "products": list(products)})


def write_jsonl(products: Sequence[Product]) -> str:
    return "".join(json.dumps(product, ensure_ascii=False) + "\n" for product in products)


def write_parquet(products: Sequence[Product]) -> bytes:
    with TemporaryDirectory() as folder, duckdb.connect() as connection:
        lines, path = Path(folder) / "feed.jsonl", Path(folder) / "feed.parquet"
        lines.write_text(write_jsonl(products), encoding="utf-8")
        columns = ", ".join(f"'{name}': 'varchar'" for name in columns_of(products))
        source = f"read_json('{lines}', format = 'newline_delimited', columns = {{{columns}}})"
        connection.execute(f"copy (from {source}) to '{path}' (format parquet)").fetchall()
        return path.read_bytes()


#: A text feed by the name of its format, as a reader reports it.
TEXT_WRITERS: dict[str, Callable[[Sequence[Product]], str]] = {
    "csv": write_delimited,
    "tsv": write_tsv,
    "rss": write_rss,
    "atom": write_atom,
    "xml": write_xml,
    "json": write_json,
    "jsonl": write_jsonl,
}
FORMATS = (*TEXT_WRITERS, "parquet")


def write_feed(feed_format: str, products: Sequence[Product]) -> bytes:
    """A feed in UTF-8, without compression."""
    if feed_format == "parquet":
        return write_parquet(products)
    return TEXT_WRITERS[feed_format](products).encode()


def _zip(content: bytes, name: str = "feed.csv") -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()


def _gzip(content: bytes) -> bytes:
    # Without the time, the same content is the same file.
    return gzip.compress(content, mtime=0)


def _zst(content: bytes) -> bytes:
    # Without the checksum that the zstd command adds, damage to plain text would go unnoticed.
    return zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: 1})


COMPRESSORS: dict[str | None, Callable[[bytes], bytes]] = {
    None: bytes,
    "gz": _gzip,
    "bz2": bz2.compress,
    "zip": _zip,
    "zst": _zst,
}


def _elements(product: Product, plain: Sequence[str]) -> str:
    return "\n".join(
        f"<{name}>{escape(text)}</{name}>" if name in plain else f"<g:{name}>{escape(text)}</g:{name}>"
        for name, text in product.items()
    )
