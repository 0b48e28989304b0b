"""XML elements as columns: what an item's parts are called, and which of two namesakes counts."""

import re
from collections.abc import Iterable

from feedscript.feeds.readers.cells import OWN_TEXT, Value

#: Google's namespace, `http://base.google.com/ns/1.0`, also as it is often miswritten.
_GOOGLE_NAMESPACE = re.compile(r"\s*https?://base\.google\.com/ns/1\.0/?\s*", re.IGNORECASE)
#: The usual prefix, which is taken as that namespace's even where a feed forgets to declare it.
GOOGLE_PREFIX = "g"
ATTRIBUTE_MARK = "@"
#: More prefixes for one namespace are not looked at.
_MOST_PREFIXES = 100
#: Names whose columns are kept; not every one becomes a column of the table, which has no more than it may.
_MOST_KEPT = 10_000

#: What lies in an element: a child's name as written and its value. An attribute's name begins with
#: `ATTRIBUTE_MARK`; a piece of the element's own text has the name `OWN_TEXT`.
Part = tuple[str, Value]
#: Local names from the root on.
ElementPath = tuple[str, ...]


def local_name(name: str) -> str:
    """A name without its namespace prefix.

    >>> local_name("g:id")
    'id'
    """
    return name.rpartition(":")[2]


def attribute_parts(attributes: dict[str, str]) -> list[Part] | None:
    """An element's attributes, without those that are XML's own business; None if nothing is left."""
    kept: list[Part] = [
        (ATTRIBUTE_MARK + name, text) for name, text in attributes.items() if not name.startswith("xml")
    ]
    return kept or None


def bound_prefixes(attributes: dict[str, str], outer: frozenset[str]) -> frozenset[str]:
    """The prefixes that are Google's in an element with these attributes; `outer` are those around it.

    The empty prefix stands for the default namespace. The usual prefix stays Google's, whatever it is bound to.
    """
    google = set(outer)
    for name, text in attributes.items():
        mark, _, prefix = name.partition(":")
        if mark != "xmlns":
            continue
        if not _GOOGLE_NAMESPACE.fullmatch(text):
            google.discard(prefix)
        elif len(google) < _MOST_PREFIXES:
            google.add(prefix)
    return frozenset(google | {GOOGLE_PREFIX})


class Columns:
    """Gives the parts of an item their column names, the prefix of Google's namespace dropped."""

    def __init__(self) -> None:
        #: The prefixes of Google's namespace, wherever nothing within an item binds them otherwise.
        self.google_prefixes = frozenset({GOOGLE_PREFIX})
        self._names: dict[str, str] = {}

    def learn_prefixes(self, attributes: dict[str, str]) -> None:
        """Note the prefixes that an element around the items binds to Google's namespace."""
        self.google_prefixes = bound_prefixes(attributes, self.google_prefixes) - {""}
        self._names.clear()

    def scoped(self, name: str, google_prefixes: frozenset[str]) -> str:
        """A name as it would be written outside of the item, where other prefixes may be Google's within."""
        prefix, _, local = name.rpartition(":")
        if prefix in google_prefixes:
            return f"{GOOGLE_PREFIX}:{local}"
        return name.replace(":", ".") if prefix in self.google_prefixes else name

    def of_names(self, names: Iterable[str]) -> tuple[str, ...]:
        """The columns of elements of these names."""
        return tuple(map(self._name, names))

    def by_column(self, parts: Iterable[Part]) -> dict[str, Value]:
        """Parts by column; namesakes become a list, but a Google attribute displaces a plain one."""
        parts = list(parts)
        columns = {self._names.get(name) or self._name(name): value for name, value in parts}
        return columns if len(columns) == len(parts) else self._merged(parts)

    def value_of(self, name: str, parts: list[Part]) -> Value:
        """The value of an element that has children or attributes.

        Text with elements in it, as of a description in unescaped HTML, is one text, without white space around its
        pieces. A link without text is its `href`, as in Atom; one that leads elsewhere than to the item (`rel="self"`)
        is nothing.
        """
        names = [part for part, _ in parts]
        if OWN_TEXT in names and not all(
            part == OWN_TEXT or part.startswith(ATTRIBUTE_MARK) for part in names
        ):
            return " ".join(_texts(parts))
        columns = self.by_column(parts)
        if local_name(name) == "link" and "href" in columns:
            return columns["href"] if columns.get("rel", "alternate") == "alternate" else None
        if OWN_TEXT in columns and len(parts) > names.count(OWN_TEXT) and self._is_google(name):
            return columns[OWN_TEXT]
        return columns

    def _merged(self, parts: list[Part]) -> dict[str, Value]:
        best: dict[str, int] = {}
        for name, _ in parts:
            column = self._name(name)
            best[column] = max(best.get(column, 0), self._rank(name))
        merged: dict[str, list[Value]] = {}
        for name, value in parts:
            column = self._name(name)
            if self._rank(name) == best[column]:
                merged.setdefault(column, []).append(value)
        return {column: values[0] if len(values) == 1 else values for column, values in merged.items()}

    def _name(self, name: str) -> str:
        known = self._names.get(name)
        if known is None:
            known = name.removeprefix(ATTRIBUTE_MARK)
            if self._is_google(name):
                known = local_name(name)
            if len(self._names) >= _MOST_KEPT:
                self._names.clear()
            self._names[name] = known
        return known

    def _rank(self, name: str) -> int:
        return 0 if name.startswith(ATTRIBUTE_MARK) else 2 if self._is_google(name) else 1

    def _is_google(self, name: str) -> bool:
        return name.partition(":")[0] in self.google_prefixes and ":" in name


def _texts(parts: Iterable[Part]) -> Iterable[str]:
    """Every text in an element, in order, without the attributes."""
    for name, value in parts:
        if name.startswith(ATTRIBUTE_MARK):
            continue
        if isinstance(value, str):
            if text := value.strip():
                yield text
        elif isinstance(value, dict):
            yield from _texts(value.items())
        elif isinstance(value, list):
            yield from _texts((name, one) for one in value)
