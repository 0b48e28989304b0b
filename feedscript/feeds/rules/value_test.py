"""One test of one value, as SQL that is made for the value at hand."""

from collections.abc import Callable
from dataclasses import dataclass

from feedscript.feeds.engine import sql
from feedscript.feeds.rules.derivation import Value

Fails = Callable[[Value], str]


@dataclass(frozen=True)
class ValueTest:
    """A code, and what makes the SQL that tells of a value whether it has that defect.

    `fine` makes SQL that is true only of values without the defect, and much cheaper; None where nothing is.
    """

    code: str
    fails: Fails
    fine: Fails | None = None

    def passes(self, value: Value) -> str:
        """What is true only of values without the defect, at the least cost."""
        return self.fine(value) if self.fine else f"({self.fails(value)}) IS NOT TRUE"


def longer_than(most: int, code: str) -> ValueTest:
    """The test that fails where a text has more than so many characters."""
    return ValueTest(
        code,
        lambda value: sql.longer(value.text, most),
        lambda value: sql.no_longer(value.text, most),
    )
