"""Where a YAML document says what: the line and the very text of each key and value."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

#: The parser of libyaml, where PyYAML was built with it, takes a tenth of the time.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MERGE = "tag:yaml.org,2002:merge"
_QUOTED = tuple("'\"|>")

Key = tuple[Any, ...]
"""The names and positions that lead to a value, from the document's top."""


@dataclass(frozen=True, slots=True)
class Place:
    """A value in a document: the line (from 1) of its key or its own, and both as nodes."""

    line: int
    value: yaml.Node
    name: yaml.Node | None = None


class Places:
    """The values of a document by key; of what an alias repeats, the first place."""

    def __init__(self, root: yaml.Node | None) -> None:
        self._by_key: dict[Key, Place] = {}
        if root is not None:
            self._note(Place(root.start_mark.line + 1, root), (), set())

    def __contains__(self, key: Key) -> bool:
        return key in self._by_key

    def line(self, key: Key) -> int | None:
        """The line of the key, or of the nearest one above it that the document has."""
        while key not in self._by_key and key:
            key = key[:-1]
        return self._by_key[key].line if key in self._by_key else None

    def scalar(self, key: Key, *, of_name: bool = False) -> yaml.ScalarNode | None:
        """The value of the key, or its name, where it is a scalar."""
        place = self._by_key.get(key)
        node = place and (place.name if of_name else place.value)
        return node if isinstance(node, yaml.ScalarNode) else None

    def _note(self, place: Place, key: Key, above: set[int]) -> None:
        self._by_key[key] = place
        node = place.value
        if id(node) in above or isinstance(node, yaml.ScalarNode):
            return
        above.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for name, value in node.value:
                self._note(Place(name.start_mark.line + 1, value, name), (*key, _name_of(name)), above)
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                self._note(Place(value.start_mark.line + 1, value), (*key, index), above)


def parsed(text: str) -> tuple[yaml.Node | None, Any, list[tuple[int, str, str]]]:
    """The document as nodes and as values, and what is wrong with single ones: line, key and cause.

    Raises yaml.YAMLError for what is not YAML.
    """
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        # Before its values are made, which puts in place what `<<` stands for.
        faults = [] if root is None else list(_faults(root, set()))
        unreadable = any(cause for _, _, cause in faults if cause is not _TWICE)
        data = None if root is None or unreadable else loader.construct_document(root)
        return root, data, faults
    finally:
        loader.dispose()


def value_of(node: yaml.Node) -> Any:
    """What YAML makes of a scalar: a text, a number, a date, true, false or nothing; raises ValueError for none."""
    if not isinstance(node, yaml.ScalarNode) or node.tag == _MERGE:
        return str(node.value)
    try:
        return yaml.constructor.SafeConstructor().construct_object(node)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # PyYAML lets through what its conversions of dates, and of values under a written tag, raise.
        raise ValueError(f"is no {node.tag.rpartition(':')[2]}: {error}") from error


def _name_of(node: yaml.Node) -> Any:
    try:
        return value_of(node)
    except ValueError:
        return node.value


def misread(node: yaml.ScalarNode | None) -> str | None:
    """What YAML takes a text without quotes for, where it is not the text itself; with the remedy."""
    if node is None or node.style in _QUOTED:
        return None
    read = value_of(node)
    if isinstance(read, str):
        return None
    if not node.value:
        return "is empty; give a value, or leave the key out (a value that begins with # needs quotes)"
    return (
        f"{node.value} is no text: without quotes YAML reads it as {_told(read)}. "
        f'Put it in quotes: "{node.value}"'
    )


def _told(read: object) -> str:
    if read is None:
        return "nothing"
    if isinstance(read, bool):
        return f"the boolean {str(read).lower()}"
    return f"the date {read}" if isinstance(read, date) else f"the number {read}"


_TWICE = "is given twice"


def _faults(node: yaml.Node, seen: set[int]) -> Iterator[tuple[int, str, str]]:
    """Keys given twice, and values that look like a date or a number and are none."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        names: set[str] = set()
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode) and name.tag != _MERGE:
                if name.value in names:
                    yield name.start_mark.line + 1, name.value, _TWICE
                names.add(name.value)
            yield from _faults(name, seen)
            yield from _faults(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _faults(value, seen)
    elif isinstance(node, yaml.ScalarNode):
        try:
            value_of(node)
        except ValueError as error:
            cause = f'{node.value} {error}. Put it in quotes where a text is meant: "{node.value}"'
            yield node.start_mark.line + 1, "", cause
