"""The forms of file that a profile can state, and how each gives a value back."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.writers.file_form import FileForm

_REPEATED = ("product_highlight", "additional_image_link", "shipping")


def _as_it_is(_: str, text: str) -> str:
    return text


def _several(name: str, text: str) -> str:
    """Values that the form holds one by one, as they are staged."""
    return text.replace(",", "\x1f") if name in _REPEATED else text


def _on_one_line(delimiter: str) -> Callable[[str, str], str]:
    """What cannot be told from the file's own delimiters and line ends is a space."""
    return lambda _, text: re.sub(rf"\r\n|[\r\n{re.escape(delimiter)}]", " ", text)


@dataclass(frozen=True)
class Form:
    """A form of file; `value` is what a cell, by its attribute and text, is read back as.

    Where a file may have to be rewritten to be scanned, the line ends within its cells are `loose`.
    """

    file: FeedFile
    compression: str | None = None
    value: Callable[[str, str], str] = _as_it_is
    loose: bool = False

    @property
    def asked(self) -> FileForm:
        return FileForm(self.file, self.compression)

    @property
    def name(self) -> str:
        return "feed" + self.file.endings[0] + (f".{self.compression}" if self.compression else "")

    def limited(self, *, max_items: int | None = None, max_bytes: int | None = None) -> "Form":
        return replace(self, file=replace(self.file, max_items=max_items, max_bytes=max_bytes))

    def same(self, products: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
        """Products in which nothing differs that may."""
        return [{name: self._tight(text) for name, text in each.items()} for each in products]

    def _tight(self, text: str) -> str:
        return re.sub(r"\r\n|\r", "\n", text) if self.loose else text

    def expected(self, product: Mapping[str, str]) -> dict[str, str]:
        """A product as it is read back."""
        return {name: self.value(name, text) for name, text in product.items() if text}


_CSV = FeedFile(format="csv", endings=(".csv",))
_RSS = FeedFile(format="rss", endings=(".xml",))
_JSON = FeedFile(format="json", endings=(".json",))
_POSITIONAL = FeedFile(
    format="positional",
    endings=(".txt",),
    delimiter="|",
    quoting="never",
    header=False,
    preamble="HDR|{shop}",
    trailer="TRL|{items}",
    line_end="\r\n",
)

FORMS: Mapping[str, Form] = {
    "csv": Form(_CSV),
    "csv.gz": Form(_CSV, "gz"),
    "csv, all quoted, with a mark": Form(
        replace(_CSV, quoting="always", bom=True, line_end="\r\n", delimiter=";")
    ),
    "csv below a comment": Form(replace(_CSV, preamble="# made for {shop}: {items} items")),
    "csv without a header": Form(replace(_CSV, header=False), loose=True),
    "csv in utf-16": Form(replace(_CSV, encoding="utf-16"), loose=True),
    "tsv": Form(replace(_CSV, format="tsv", endings=(".tsv",), delimiter="\t")),
    "tsv without quotes": Form(
        replace(_CSV, format="tsv", endings=(".txt",), delimiter="\t", quoting="never"),
        value=_on_one_line("\t"),
    ),
    "positional": Form(_POSITIONAL, value=_on_one_line("|")),
    "positional with a trailer alone": Form(replace(_POSITIONAL, preamble=None), value=_on_one_line("|")),
    "rss": Form(_RSS, value=_several),
    "rss.zip": Form(_RSS, "zip", _several),
    "atom": Form(replace(_RSS, format="atom"), value=_several),
    "plain xml": Form(
        replace(_RSS, format="xml", elements=("catalog", "products", "product")), value=_several
    ),
    "json": Form(_JSON, value=_several),
    "json under a key": Form(replace(_JSON, elements=("products",)), value=_several),
    "jsonl.zst": Form(replace(_JSON, format="jsonl", endings=(".jsonl",)), "zst", _several),
    "parquet": Form(replace(_JSON, format="parquet", endings=(".parquet",)), value=_several),
}
