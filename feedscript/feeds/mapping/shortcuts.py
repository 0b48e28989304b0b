"""What is plainly right already is told by one cheap test, and passes by the operations that would leave it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from feedscript.feeds.engine.sql import choice, identifier, is_ascii, literal
from feedscript.feeds.mapping.operations import Layer, Operation
from feedscript.feeds.mapping.settling import settled
from feedscript.feeds.readers.staged import VALUE_SEPARATOR
from feedscript.feeds.readers.survey import Alphabet

#: What of ASCII is white space around a value.
_ENDS = (" ", "\t", "\n", "\r")


@dataclass(frozen=True)
class Foreknown:
    """What is known of a source before its cells are read: what many cells of each column are, and all characters."""

    usual: Sequence[Sequence[str]] = ()
    alphabet: Alphabet = Alphabet()  # noqa: RUF009 - frozen


@dataclass(frozen=True)
class Shortcut:
    """A cell passes by its trimming and its first `operations` operations where `test`, the column `name`, is true."""

    name: str
    test: str
    operations: int

    @classmethod
    def past(
        cls,
        column: str,
        position: int,
        operations: Iterable[Operation],
        foreknown: Foreknown,
        *,
        joined: bool,
    ) -> "Shortcut":
        """The shortcut of `column`, from its cell in the source to behind the last operation that tells what it leaves.

        Of usual texts the engine knows the answer before it reads any. `joined` says that a cell may hold several
        values.
        """
        cell = f"c{position}"
        passed = [*takewhile(lambda operation: operation.leaves(cell) is not None, operations)]

        def is_plain(value: str) -> str:
            left = (f"({operation.leaves(value)})" for operation in passed)
            return " AND ".join([*_trimmed(value, joined=joined), *left])

        usual = foreknown.usual[position] if position < len(foreknown.usual) else ()
        known = [(f"{cell} = {literal(text)}", is_plain(literal(text))) for text in usual]
        test = choice([(f"{cell} IS NULL", "true"), *known, (is_plain(cell), "true")], "false")
        return cls(f"{column}:plain", settled(test, foreknown.alphabet), len(passed))

    def guarded(self, layer: Layer, column: str, kept: str) -> Layer:
        """The layer that works out its columns only where the test failed: elsewhere `column` is `kept`, in SQL."""
        return {
            name: f"CASE WHEN {identifier(self.name)} THEN {kept if name == column else 'NULL'} ELSE {value} END"
            for name, value in layer.items()
        }


def _trimmed(cell: str, *, joined: bool) -> list[str]:
    """Tests of an ASCII text that has no white space around it, and is one value."""
    several = [f"NOT contains({cell}, {literal(VALUE_SEPARATOR)})"] if joined else []
    ends = [f"NOT ends_with({cell}, {literal(sign)})" for sign in _ENDS]
    return [f"{cell} >= '!'", is_ascii(cell), *ends, *several]
