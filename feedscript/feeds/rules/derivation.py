"""Expressions that several rules share are computed once, as columns of their own."""

import re
from dataclasses import dataclass, field

_NAME = re.compile(r"\bd(\d+)_\d+\b")


@dataclass
class Derivation:
    """Named expressions in layers: one in a layer may use the names of those before it.

    SQL has no other way to name an intermediate value, and the engine shares none between branches of a CASE.
    """

    layers: list[dict[str, str]] = field(default_factory=list)

    def let(self, expression: str) -> str:
        """The name of the column that holds this expression's value."""
        depth = 1 + max((int(layer) for layer in _NAME.findall(expression)), default=-1)
        if depth == len(self.layers):
            self.layers.append({})
        return self.layers[depth].setdefault(expression, f"d{depth}_{len(self.layers[depth])}")

    def over(self, query: str) -> str:
        """The query with every named expression added to its columns."""
        for layer in self.layers:
            columns = ", ".join(f"{expression} AS {name}" for expression, name in layer.items())
            query = f"SELECT *, {columns} FROM ({query})"
        return query


@dataclass(frozen=True)
class Value:
    """A value that is tested: its SQL, and where shared expressions over it are kept (None within a lambda)."""

    text: str
    shared: Derivation | None = None

    def let(self, expression: str) -> str:
        """The expression, computed once for all that ask for it."""
        return self.shared.let(expression) if self.shared else f"({expression})"
