"""Expressions that several rules share are computed once, as columns of their own."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from feedscript.feeds.engine import sql
from feedscript.feeds.readers.survey import Alphabet

_NAME = re.compile(r"\bd(\d+)_\d+\b")
_FIELD = re.compile(r"\bv\.e(\d+)_\d+\b")


def holds_name(text: str) -> bool:
    """Whether a part of the text would be taken for the name of an expression."""
    return bool(_NAME.search(text) or _FIELD.search(text))


@dataclass
class Derivation:
    """Named expressions in layers: one in a layer may use the names of those before it.

    SQL has no other way to name an intermediate value, and the engine shares none between branches of a CASE.
    """

    layers: list[dict[str, str]] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)

    def let(self, expression: str) -> str:
        """The name of the column that holds this expression's value."""
        depth = 1 + max((int(layer) for layer in _NAME.findall(expression)), default=-1)
        if depth == len(self.layers):
            self.layers.append({})
        return self.layers[depth].setdefault(expression, f"d{depth}_{len(self.layers[depth])}")

    def known(self, expression: str) -> str | None:
        """The name of the column that holds this expression's value, if there is one."""
        return next((layer[expression] for layer in self.layers if expression in layer), None)

    def hold(self, expression: str, unless: str | None = None) -> str:
        """The name of the column that holds this expression's value, also where only few items are asked for it.

        It is not worked out for items for which the SQL `unless` is true, who are not to be asked for it.
        """
        name = self.let(
            expression if unless is None else f"CASE WHEN {unless} THEN NULL ELSE {expression} END"
        )
        self.held[name] = expression
        return name

    def asked_again(self, texts: Iterable[str]) -> set[str]:
        """Of the names that are held, those that these pieces of SQL ask for in more places than one."""
        asked = [*texts]
        needed = self.needed(" ".join(asked))
        expressions = self._expressions
        asked += [expressions[name] for name in needed]
        uses = Counter(name.group() for text in asked for name in _NAME.finditer(text))
        return {name for name in needed & self.held.keys() if uses[name] > 1}

    def needed(self, text: str) -> set[str]:
        """The names in the SQL, and those that their expressions hold in turn."""
        expressions = self._expressions
        found: set[str] = set()
        left = {name.group() for name in _NAME.finditer(text)}
        while left:
            found |= left
            left = {each.group() for name in left for each in _NAME.finditer(expressions[name])} - found
        return found

    def spelled_out(self, text: str, kept: set[str]) -> str:
        """The SQL with every name but those `kept` replaced by its expression: for what is asked of few items."""
        expressions = self._expressions | self.held

        def expression(name: re.Match[str]) -> str:
            if name[0] in kept:
                return name[0]
            return f"({_NAME.sub(expression, expressions[name[0]])})"

        return _NAME.sub(expression, text)

    def over(self, query: str, wanted: str | None = None) -> str:
        """The query with every named expression that the SQL `wanted` (None: any) needs added to its columns."""
        needed = set(self._expressions) if wanted is None else self.needed(wanted)
        for layer in self.layers:
            columns = ", ".join(f"{each} AS {name}" for each, name in layer.items() if name in needed)
            query = f"SELECT *, {columns} FROM ({query})" if columns else query
        return query

    @property
    def _expressions(self) -> dict[str, str]:
        return {name: expression for layer in self.layers for expression, name in layer.items()}


@dataclass(frozen=True)
class Guarded:
    """Named expressions that are computed only for items for which the SQL `fine` is not true."""

    shared: Derivation
    fine: str

    def let(self, expression: str) -> str:
        """The name of the column that holds this expression's value; NULL where all is fine, unless others ask too."""
        return self.shared.known(expression) or self.shared.hold(expression, unless=self.fine)


@dataclass(frozen=True)
class Elements:
    """Named expressions over each element of a list: fields of a structure `v`, whose field `t` is the element."""

    layers: list[dict[str, str]] = field(default_factory=list)

    def let(self, expression: str) -> str:
        """The field that holds this expression's value."""
        depth = 1 + max((int(layer) for layer in _FIELD.findall(expression)), default=-1)
        if depth == len(self.layers):
            self.layers.append({})
        return f"v.{self.layers[depth].setdefault(expression, f'e{depth}_{len(self.layers[depth])}')}"

    def over(self, elements: str) -> str:
        """The list of structures made of a list's elements."""
        structures = f"list_transform({elements}, lambda t: {{'t': t}})"
        for layer in self.layers:
            fields = ", ".join(f"{name} := {expression}" for expression, name in layer.items())
            structures = f"list_transform({structures}, lambda v: struct_insert(v, {fields}))"
        return structures


@dataclass(frozen=True)
class Value:
    """A value that is tested: its SQL, where shared expressions over it are kept (None: nowhere), its characters.

    A value is a part of the file's text, so that it has no sign of which the whole file has none. What is known by that
    is a constant, and of what hangs on a constant the engine hears nothing: to plan a query takes as long as it has
    expressions.
    """

    text: str
    shared: Derivation | Guarded | Elements | None = None
    alphabet: Alphabet = Alphabet()  # noqa: RUF009 - frozen

    def let(self, expression: str) -> str:
        """The expression, computed once for all that ask for it."""
        if expression in {"true", "false"}:
            return expression
        return self.shared.let(expression) if self.shared else f"({expression})"

    @property
    def is_ascii(self) -> str:
        """Whether it is of ASCII characters alone."""
        return "true" if self.alphabet.is_ascii else sql.is_ascii(self.text)

    def holds_any(self, signs: tuple[str, ...]) -> str:
        """Whether it contains one of the texts."""
        return sql.holds_any(self.text, self._possible(signs)) or "false"

    def holds_none(self, signs: tuple[str, ...]) -> str:
        """Whether it contains none of the texts."""
        return sql.holds_none(self.text, self._possible(signs)) or "true"

    def _possible(self, signs: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each for each in signs if self.alphabet.absent.isdisjoint(each))
