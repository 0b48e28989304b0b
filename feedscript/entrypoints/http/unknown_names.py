"""What is said of names, in a query or a body, that mean nothing here: which one is likely meant."""

from collections.abc import Collection, Iterable, Mapping

from feedscript.feeds.engine.unknown_names import UnknownName, near_names

MOST_TOLD, LONGEST_TOLD = 20, 100
SHORTEST_PART = 4


def complaints(names: Iterable[str], known: Collection[str]) -> Mapping[str, list[str]]:
    """A message for each name, of a call with very many for the first of them.

    >>> complaints(["merchant_id", "x"], ["affiliate_merchant_id"])["x"]
    ['There is no such name here; known are affiliate_merchant_id']
    """
    told: dict[str, list[str]] = {}
    left_out = 0
    for name in names:
        if len(told) < MOST_TOLD:
            told[name] = [_complaint(name, known)]
        else:
            left_out += 1
    return told | ({"...": [f"{left_out} more"]} if left_out else {})


def _complaint(name: str, known: Collection[str]) -> str:
    if not known:
        return "There is no such name here, and no other."
    what, name = "There is no such name here", name[:LONGEST_TOLD]
    # Of a long name people remember a part.
    longer = [each for each in known if len(name) >= SHORTEST_PART and name.lower() in each]
    if longer and not near_names(name, known):
        what = f"{what} (did you mean {' or '.join(longer)}?)"
    return str(UnknownName(what, name, known))
