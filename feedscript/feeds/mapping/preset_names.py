"""What a preset calls columns, and what a source of its platform calls them."""

from collections.abc import Iterable, Iterator, Mapping

from feedscript.feeds.mapping.name_patterns import ANY, fitting
from feedscript.feeds.mapping.named_lists import find_labelled, numbered_lists, parted
from feedscript.feeds.mapping.names import folded, names_within
from feedscript.feeds.mapping.said import PLACEHOLDERS

_FIRST = [0]


class PresetNames:
    """Finds the source's own names; `called` are other names of what a preset names, `within` as presets have it."""

    def __init__(
        self, columns: tuple[str, ...], within: tuple[str, ...], called: Mapping[str, tuple[str, ...]]
    ) -> None:
        plain = names_within(columns, within)
        own = {bare: name for name, bare in reversed([*folded(columns).items()])}
        self._named = {bare: columns[place] for bare, place in plain.items()} | own
        self._lists = numbered_lists(columns)
        self._called = called
        # To fold all at once is far faster.
        self._bare = dict(folded(tuple(dict.fromkeys(each for names in called.values() for each in names))))

    def add(self, columns: Iterable[str]) -> None:
        """Columns that there are from here on."""
        self._named |= {bare: name for name, bare in folded(tuple(columns)).items()}

    def find(self, name: str) -> str | None:
        """The source's name of a column, or of a value with a name in a list; None where it has none.

        Of a pattern it is the first column that fits.
        """
        if name in PLACEHOLDERS:
            return name
        if ANY in name:
            return next(
                (each for pattern in self.patterns(name) for each in fitting(pattern, self._own)), None
            )
        for each in self._names(name):
            bare = self._bare.get(each) or folded((each,))[each]
            if bare in self._named:
                return self._named[bare]
        return self._labelled(name)

    def find_any(self, name: str) -> Iterator[str]:
        """The column, or the patterns of this name that fit one."""
        if ANY in name:
            yield from self.patterns(name)
        elif (found := self.find(name)) is not None:
            yield found

    def patterns(self, pattern: str) -> Iterator[str]:
        """The pattern, or what it is called otherwise, where it fits a column."""
        return (each for each in self._names(pattern) if fitting(each, self._own))

    @property
    def _own(self) -> tuple[str, ...]:
        return tuple(self._named.values())

    def _names(self, name: str) -> tuple[str, ...]:
        return name, *self._called.get(name, ())

    def _labelled(self, name: str) -> str | None:
        named = (f"{each}[{label}]" for base, label in parted(name) for each in self._names(base))
        # A column by itself may hold a list too: `Color=Red,Size=L`.
        columns = dict.fromkeys(self._named, _FIRST)
        return next((each for each in named if find_labelled(each, self._lists, columns)), None)
