"""Finds the columns that row steps speak of, each among those that the source and the steps before it give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.engine.unknown_names import listed, near_names
from feedscript.feeds.mapping.name_patterns import ANY, fitting
from feedscript.feeds.mapping.names import fold, folded
from feedscript.feeds.mapping.numbers import Decimal
from feedscript.feeds.mapping.rows.looking_up import LookUp, Origin
from feedscript.feeds.mapping.rows.preparation import Preparation
from feedscript.feeds.mapping.rows.step import RowStep

NONE: Mapping[Origin, tuple[str, ...]] = MappingProxyType({})


class UnknownRowColumn(BadConfig):
    """Row steps name columns that the source has not.

    Attributes: `unknown` (number from 1 and name of the step, and the column, of each), `columns` (those there are).
    """

    def __init__(self, unknown: tuple[tuple[int, str, str], ...], columns: tuple[str, ...]) -> None:
        told = ", ".join(
            f"step {number} ({step}) the column {column!r}{_meant(column, columns)}"
            for number, step, column in unknown
        )
        super().__init__(f"of the row steps, {told} is not in the source; its columns are {listed(columns)}")
        self.unknown = unknown
        self.columns = columns


def _meant(column: str, columns: tuple[str, ...]) -> str:
    near = near_names(column, columns)
    return f" (did you mean {' or '.join(map(repr, near))}?)" if near else ""


@dataclass
class _Names:
    """The columns there are, and those that were asked for and are not."""

    there: list[str]
    missing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._bare = {bare: name for name, bare in reversed([*folded(tuple(self.there)).items()])}

    def find(self, name: str) -> str:
        known = name if name in self.there else self._bare.get(fold(name))
        if ANY in name and known is None:
            known = next(iter(fitting(name, tuple(self.there))), None)
        if known is None:
            self.missing.append(name)
        return known or name

    def add(self, name: str) -> None:
        if name not in self.there:
            self.there.append(name)
            self._bare.setdefault(fold(name), name)


def prepare_rows(
    steps: tuple[RowStep, ...],
    columns: tuple[str, ...],
    decimal: Decimal | None = None,
    lists: Mapping[Origin, tuple[str, ...]] = NONE,
) -> Preparation:
    """The steps over a source with these columns; raises UnknownRowColumn with all that are not there.

    `lists` holds the columns of the lists that values are looked up in.
    """
    names = _Names([*columns])
    found, unknown = [], []
    for number, step in enumerate(steps, 1):
        names.missing = []
        over = step.over(names.find)
        if isinstance(over, LookUp):
            within = _Names([*lists[over.origin]])
            over = over.over_list(within.find)
            names.missing += [f"{over.origin}: {name}" for name in within.missing]
        unknown += [(number, step.name, name) for name in dict.fromkeys(names.missing)]
        if over is not None:
            found.append(over)
            for name in over.adds:
                names.add(name)
    if unknown:
        raise UnknownRowColumn(tuple(unknown), columns)
    return Preparation(tuple(found), columns, tuple(names.there), decimal)
