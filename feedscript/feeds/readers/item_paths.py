"""Items in XML: where they lie, found in the document's beginning."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from feedscript.feeds.readers.element_survey import ElementSurvey
from feedscript.feeds.readers.elements import ElementPath
from feedscript.feeds.readers.intake import Stopped
from feedscript.feeds.readers.staged import Fault

#: The shapes that platforms and price comparison sites write, in lower case; the root tells the format.
_KNOWN: tuple[ElementPath, ...] = (
    ("rss", "channel", "item"),
    ("rdf", "item"),
    ("feed", "entry"),
    ("yml_catalog", "shop", "offers", "offer"),
    ("shop", "offers", "offer"),
    ("shop", "shopitem"),
    ("offers", "group", "o"),
    ("offers", "o"),
    ("offers", "offer"),
    ("store", "products", "product"),
    ("products", "product"),
    ("catalog", "products", "product"),
    ("catalog", "product"),
    ("items", "item"),
)
_FORMATS = {"rss": "rss", "rdf": "rss", "feed": "atom"}
#: Roots that say where their items lie, even if none of them is in the document's beginning.
_BY_ROOT: Mapping[str, ElementPath] = {
    "rss": ("channel", "item"),
    "feed": ("entry",),
    "yml_catalog": ("shop", "offers", "offer"),
}
#: What RSS and Atom say of the feed itself, with parts of their own.
_ABOUT_FEED = frozenset(
    {
        "channel",
        "image",
        "textinput",
        "cloud",
        "owner",
        "author",
        "contributor",
        "link",
        "category",
        "generator",
    }
)
#: An element with this many parts is an item, rather than a wrapper of one value.
_SEVERAL = 2
_NAMES_SHOWN, _LONGEST_SHOWN = 20, 40


@dataclass(frozen=True)
class ItemPlace:
    """Where items lie.

    `format` is rss, atom or xml; `path` the local names from the root to an item. Where `nests`, elements with the
    items' name lie within items too.
    """

    format: str
    path: ElementPath
    nests: bool = False


class NoSuchElement(Stopped):
    """No element has the name that the merchant says items have.

    Attributes: `named`.
    """

    def __init__(self, named: str, seen: set[str]) -> None:
        shown = ", ".join(name[:_LONGEST_SHOWN] for name in sorted(seen)[:_NAMES_SHOWN])
        message = f"no element is called {named!r} (source: item); the file has {shown}"
        super().__init__(message, Fault("no_items", message, value=named))
        self.named = named


def find_items(survey: ElementSurvey, named: str | None = None) -> ItemPlace:
    """The items' place in a document whose beginning has been surveyed.

    `named` is the local name that the merchant says they have. Else known shapes come first. In other XML the items are
    the elements that have the most different parts of their own, repeated ones before single ones; what repeats
    within an element that has more parts, and a price, is a list within an item. Where an element stands but once in
    each of its parents, and these repeat, it is a part of them.
    Raises `NoSuchElement`.
    """
    found = _named(survey, named) if named is not None else _known(survey) or _most_item_like(survey)
    path = found or (survey.root,)
    return ItemPlace(_FORMATS.get(survey.root.lower(), "xml"), path, nests=path in survey.nesting)


def _named(survey: ElementSurvey, named: str) -> ElementPath:
    alike = [path for path in survey.counts if path[-1].lower() == named.lower()]
    outer = [path for path in alike if not any(path != each and _is_within(path, each) for each in alike)]
    if not outer:
        raise NoSuchElement(named, {path[-1] for path in survey.counts})
    return max(outer, key=lambda path: (survey.parts_of(path), -len(path)))


def _known(survey: ElementSurvey) -> ElementPath | None:
    for known in _KNOWN:
        if found := next((path for path in survey.counts if tuple(map(str.lower, path)) == known), None):
            return found
    below = _BY_ROOT.get(survey.root.lower())
    if below is None:
        return None
    # The known place may come later, where the beginning has no item yet; but what is like items is items elsewhere.
    several = [path for path in survey.counts if survey.parts_of(path) >= _SEVERAL]
    namesakes = [path for path in several if path[-1] == below[-1]]
    if namesakes:
        return min(namesakes, key=len)
    # A catalogue of Yandex begins with lists of other things, and may have more of them than its beginning holds.
    best = None if survey.root.lower() == "yml_catalog" else _most_item_like(survey, _ABOUT_FEED)
    return best if best in several else (survey.root, *below)


def _most_item_like(survey: ElementSurvey, besides: Set[str] = frozenset()) -> ElementPath | None:
    """The path whose elements are most like items; None where nothing below the root has a part.

    `besides` are names, in lower case, of elements that are no items.
    """
    below = [
        path
        for path in survey.counts
        if len(path) > 1 and survey.parts_of(path) and path[-1].lower() not in besides
    ]
    best = _richest(survey, [path for path in below if survey.counts[path] > 1])
    single = _richest(survey, [path for path in below if survey.counts[path] == 1])
    if best is None or survey.parts_of(best) < _SEVERAL:
        several = [path for path in below if survey.parts_of(path) >= _SEVERAL]
        best = _richest(survey, several) or best or single
    elif single is not None and _is_list_within(survey, best, single):
        best = single
    while best is not None and len(best) > 2 and survey.is_part_of_its_parent(best):  # noqa: PLR2004
        best = best[:-1]
    return best


def _richest(survey: ElementSurvey, paths: list[ElementPath]) -> ElementPath | None:
    return max(paths, key=lambda path: (survey.parts_of(path), -len(path)), default=None)


def _is_list_within(survey: ElementSurvey, path: ElementPath, holder: ElementPath) -> bool:
    richer = survey.parts_of(holder) > survey.parts_of(path)
    return _is_within(path, holder) and richer and survey.has_price(holder) and not survey.has_price(path)


def _is_within(path: ElementPath, holder: ElementPath) -> bool:
    return path[: len(holder)] == holder
