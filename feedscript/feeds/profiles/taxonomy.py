"""A taxonomy of products that a partner publishes: ids, and the paths that they have in each of its languages."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from zipfile import ZipFile

from feedscript.feeds.profiles.model import Branches

_HERE = Path(__file__).with_name("taxonomies")
_BETWEEN = " > "
#: What may stand around a name.
_BLANK = " \t\n\r\u00a0"


class UnknownCategory(ValueError):
    """A text that is neither an id of the taxonomy nor a path in one of its languages."""

    def __init__(self, text: str, taxonomy: str) -> None:
        super().__init__(f"{text!r} is no category of the taxonomy {taxonomy}")


@dataclass(frozen=True)
class Taxonomy:
    """A taxonomy in an archive of one list of names for each language, which is read when it is asked for.

    `versions` are by language (as in `en-US`), the first one's the newest: another may lack what was added since.
    `tree` has each category's id and depth (0 at the top), parents before their children.
    """

    name: str
    source: str
    versions: Mapping[str, str]
    tree: tuple[tuple[int, int], ...]

    @property
    def version(self) -> str:
        """The newest version, which the ids are of."""
        return next(iter(self.versions.values()))

    @property
    def archive(self) -> Path:
        """Where it is kept."""
        return _HERE / f"{self.name}.zip"

    def paths(self, language: str, between: str = _BETWEEN) -> list[str]:
        """The path of each category in the order of the tree; empty where the language has none."""
        names = self._names(language)
        above = [""] * (1 + max(depth for _, depth in self.tree))
        found = []
        for (_, depth), name in zip(self.tree, names, strict=True):
            path = f"{above[depth - 1]}{between}{name}" if depth else name
            above[depth] = path
            found.append(path if name else "")
        return found

    def usual_texts(self) -> list[str]:
        """The ids, and the paths in the first language, as they are published."""
        return [*(str(id_) for id_, _ in self.tree), *filter(None, self.paths(next(iter(self.versions))))]

    def spellings(self) -> Iterator[list[str]]:
        """Every text that names a category, with its case and `>` alone between names.

        First come the ids, with the paths of the first language; then the paths of each other one.
        """
        first, *others = self.versions
        yield [*(str(id_) for id_, _ in self.tree), *filter(None, self.paths(first, ">"))]
        for language in others:
            yield [*filter(None, self.paths(language, ">"))]

    def plainly_has(self, text: str) -> bool:
        """Whether the text is an id or, in whatever spelling, a path in the first language."""
        names = [name.strip(_BLANK) for name in unicodedata.normalize("NFC", text).lower().split(">")]
        if len(names) == 1 and names[0] in {str(id_) for id_, _ in self.tree}:
            return True
        found = 0
        for (_, depth), name in zip(self.tree, self._names(next(iter(self.versions))), strict=True):
            if depth < found:
                return False
            if depth == found and name.lower() == names[found]:
                found += 1
                if found == len(names):
                    return True
        return False

    def branches(self, roots: Iterable[str]) -> Branches:
        """All that lies under the roots (ids, or paths in any language), raising UnknownCategory."""
        places = [self._place(root) for root in roots]
        ids = {str(id_): None for place in places for id_ in self._under(place)}
        paths = {self._by_language[each][place]: None for place in places for each in self.versions}
        return Branches(ids=tuple(ids), paths=tuple(filter(None, paths)))

    def nearest(self, text: str) -> str | None:
        """The known category that an unknown path may mean, in the first language; None where none is near.

        It is the longest beginning of the path that is known; else a category whose name has most of the words of the
        path's last name.
        """
        names = [name.strip().lower() for name in text.split(">")]
        known = self._by_language[next(iter(self.versions))]
        places = {path.lower(): path for path in known}
        for count in range(len(names), 0, -1):
            if found := places.get(_BETWEEN.join(names[:count])):
                return found
        return _alike(names[-1], known)

    def _names(self, language: str) -> list[str]:
        with ZipFile(self.archive) as packed:
            return packed.read(f"{language}.txt").decode().split("\n")

    def _under(self, place: int) -> Iterator[int]:
        id_, depth = self.tree[place]
        yield id_
        below = takewhile(lambda each: each[1] > depth, self.tree[place + 1 :])
        yield from (id_ for id_, _ in below)

    def _place(self, root: str) -> int:
        if root in self._ids:
            return self._ids[root]
        for paths in self._by_language.values():
            if root in paths:
                return paths.index(root)
        raise UnknownCategory(root, self.name)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {str(id_): place for place, (id_, _) in enumerate(self.tree)}

    @cached_property
    def _by_language(self) -> dict[str, list[str]]:
        return {language: self.paths(language) for language in self.versions}


def taxonomy_ids() -> tuple[str, ...]:
    """The names of the taxonomies that come with the package."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.zip")))


@cache
def load_taxonomy(name: str) -> Taxonomy:
    """The taxonomy of this name, of which only the tree is read at once."""
    with ZipFile(_HERE / f"{name}.zip") as packed:
        about = json.loads(packed.read("about.json"))
        lines = packed.read("tree.txt").decode().split("\n")
    tree = tuple((int(id_), int(depth)) for id_, depth in map(str.split, lines))
    return Taxonomy(about["name"], about["source"], MappingProxyType(about["versions"]), tree)


def _alike(name: str, paths: list[str]) -> str | None:
    """The path whose last name has most of the name's words, more than half of them, and fewest others."""
    wanted = _words(name)
    if not wanted:
        return None

    def closeness(path: str) -> tuple[int, int]:
        found = _words(path.rpartition(_BETWEEN)[2].lower())
        return len(wanted & found), -len(found - wanted)

    best = max(paths, key=closeness)
    return best if closeness(best)[0] * 2 > len(wanted) else None


def _words(name: str) -> set[str]:
    """The words of a name, without the s of a plural."""
    return {word.removesuffix("s") for word in name.replace(",", " ").split() if word != "&"}
