"""Items in XML: where they lie, found in the document's beginning."""

from collections import Counter
from contextlib import suppress
from xml.parsers import expat

from feedscript.feeds.readers.elements import local_name
from feedscript.feeds.readers.expat_parser import new_parser
from feedscript.feeds.readers.intake import Stopped

ElementPath = tuple[str, ...]

#: By the root element: the format, and where its items lie unless the document shows otherwise.
_KNOWN: dict[str, tuple[str, ElementPath]] = {
    "rss": ("rss", ("rss", "channel", "item")),
    "feed": ("atom", ("feed", "entry")),
}
#: An element with fewer leaves than this is no item.
_FEWEST_LEAVES = 2


def find_items(head: str) -> tuple[str, ElementPath]:
    """The format (`rss`, `atom` or `xml`) and the path of local names from the root to the items.

    In XML of no known kind the items are the outermost elements that repeat and have several leaves of
    their own; where none repeats, the outermost that has them.
    """
    root, records = _survey(head)
    name, path = _KNOWN.get(root, ("xml", (root,)))
    if name != "xml":
        same = [found for found in records if found[-1] == path[-1]]
        return name, path if path in records or not same else min(same, key=len)
    repeated = [found for found, count in records.items() if count > 1]
    inner = [found for found in records if len(found) > 1]
    candidates = repeated or inner or list(records) or [path]
    return name, min(candidates, key=lambda found: (len(found), -records[found]))


def _survey(head: str) -> tuple[str, Counter[ElementPath]]:
    """The root's name, and how often each path leads to an element with several leaves."""
    path: list[str] = []
    leaves: list[int] = []
    root = ""
    records: Counter[ElementPath] = Counter()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal root
        path.append(local_name(name))
        root = root or path[0]
        leaves.append(len(attributes) if len(path) > 1 else 0)
        parents_with_child.add(len(path) - 1)

    def end(_: str) -> None:
        depth = len(path)
        is_leaf = depth not in parents_with_child
        parents_with_child.discard(depth)
        if leaves.pop() >= _FEWEST_LEAVES:
            records[tuple(path)] += 1
        path.pop()
        if is_leaf and leaves:
            leaves[-1] += 1

    parents_with_child: set[int] = set()
    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    # Where the head breaks off or is at fault, the reading itself comes to the same place, and says so.
    with suppress(expat.ExpatError, Stopped):
        parser.Parse(head.encode("utf-8", "replace"))
    if not records and leaves:
        # A first item longer than the head: its start is known, its end is not.
        records[tuple(path[: leaves.index(max(leaves)) + 1])] += 1
    return root, records
