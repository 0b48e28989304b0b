"""XML: RSS 2.0 and Atom with Google's namespace, or plain elements."""

import re
from collections.abc import Iterator, Mapping, Sequence
from xml.sax.saxutils import escape

from feedscript.feeds.engine.sql import literal
from feedscript.feeds.profiles.written import FeedFile
from feedscript.feeds.writers.cells import Column
from feedscript.feeds.writers.layout import Layout

_GOOGLE = "http://base.google.com/ns/1.0"
_ATOM = "http://www.w3.org/2005/Atom"
_NAME = re.compile(r"[A-Za-z_][\w.-]*\Z", re.ASCII)
#: What channels and feeds are called where the merchant's file gives no `feed_title`.
_TITLE = "Products"


def rss_layout(columns: Sequence[Column], file: FeedFile, names: Mapping[str, str]) -> Layout:
    """A channel of items, about which the names `feed_title`, `feed_link` and `feed_description` tell."""
    title = names.get("feed_title", _TITLE)
    about = "".join(
        f"<{name}>{escape(text)}</{name}>\n"
        for name, text in (
            ("title", title),
            ("link", names.get("feed_link", "")),
            ("description", names.get("feed_description", title)),
        )
    )
    head = f'{_declaration(file)}<rss version="2.0" xmlns:g="{_GOOGLE}">\n<channel>\n{about}'
    return Layout((_element("item", columns, "g:"),), head, tail="</channel>\n</rss>\n")


def atom_layout(columns: Sequence[Column], file: FeedFile, names: Mapping[str, str]) -> Layout:
    """A feed of entries, about which the names `feed_title` and `feed_link` tell."""
    about = f"<title>{escape(names.get('feed_title', _TITLE))}</title>\n"
    if "feed_link" in names:
        about += f'<link rel="self" href="{escape(names["feed_link"], {chr(34): "&quot;"})}"/>\n'
    head = f'{_declaration(file)}<feed xmlns="{_ATOM}" xmlns:g="{_GOOGLE}">\n{about}'
    return Layout((_element("entry", columns, "g:"),), head, tail="</feed>\n")


def plain_layout(columns: Sequence[Column], file: FeedFile) -> Layout:
    """Elements without a namespace; `file.elements` are those from the root to an item."""
    *around, item = file.elements or ("products", "product")
    head = _declaration(file) + "".join(f"<{name}>\n" for name in around)
    tail = "".join(f"</{name}>\n" for name in reversed(around))
    return Layout((_element(item, columns, ""),), head, tail=tail)


def _declaration(file: FeedFile) -> str:
    return f'<?xml version="1.0" encoding="{file.encoding.upper()}"?>\n'


def _element(item: str, columns: Sequence[Column], prefix: str) -> str:
    """The SQL of an item's element: one for each value, none for NULL or an empty text."""
    parts = ", ".join(_parts(columns, prefix))
    return f"concat('<{item}>', {parts}, '</{item}>')"


def _parts(columns: Sequence[Column], prefix: str) -> Iterator[str]:
    for column in columns:
        name = column.declared[0] if column.declared else column.title
        tag = prefix + (name if _NAME.match(name) else column.attribute.name)
        # Elements within elements are Google's way; elsewhere a value of parts is a text.
        shape = _shape(column) if prefix else ()
        if column.values is None and not shape:
            # An empty text is told behind the escapes, which ask for theirs nine times.
            yield _wrapped(tag, f"nullif({_escaped(column.text)}, '')")
            continue
        values = column.values or f"list_filter([{column.text}], lambda v: v <> '')"
        texts = f"list_transform({values}, lambda v: {_escaped('v')})"
        inner = "v"
        if shape:
            # No sign of an escape is a colon.
            texts = f"list_transform({texts}, lambda v: string_split(v, ':'))"
            inner = _elements("v", shape, prefix)
        several = f"array_to_string(list_transform({texts}, lambda v: {_wrapped(tag, inner)}), '')"
        if column.only is None or shape:
            yield several
        else:
            yield f"coalesce({_wrapped(tag, _escaped(column.only))}, {several})"


def _shape(column: Column) -> tuple[str, ...]:
    return column.declared[1] if column.declared else tuple(part.name for part in column.attribute.parts)


def _elements(parts: str, names: Sequence[str], prefix: str) -> str:
    """An element for each of the parts that there is, the last of what is left."""
    last = len(names)
    texts = [f"{parts}[{place}]" for place in range(1, last)] + [f"array_to_string({parts}[{last}:], ':')"]
    elements = (
        _wrapped(prefix + name, f"nullif({text}, '')") for name, text in zip(names, texts, strict=True)
    )
    return f"concat({', '.join(elements)})"


def _wrapped(tag: str, inner: str) -> str:
    return f"'<{tag}>' || {inner} || '</{tag}>'"


def _escaped(text: str) -> str:
    """The text as it stands between tags, `]]>` among it; a bare carriage return would be read as a line feed."""
    escaped = text
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        escaped = f"replace({escaped}, {literal(sign)}, '{entity}')"
    needs = " OR ".join(f"contains({text}, {literal(sign)})" for sign in ("&", "<", ">", "\r"))
    return f"CASE WHEN {needs} THEN {escaped} ELSE {text} END"
