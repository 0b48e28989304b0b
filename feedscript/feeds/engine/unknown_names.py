"""What is said of a name that nothing bears: which names are near it, and which there are."""

from collections.abc import Iterable

LISTED = 20
"""How many of the known names a message tells."""


class UnknownName(str):
    """The message about a name that is not known; it carries what it was made of.

    Attributes: `near` (names that are likely meant, best first), `known` (all there are).

    >>> UnknownName("there is no attribute 'titel'", "titel", ["price", "title"])
    "there is no attribute 'titel' (did you mean title?); known are price, title"
    """

    near: tuple[str, ...]
    known: tuple[str, ...]

    def __new__(cls, what: str, name: str, known: Iterable[str]) -> "UnknownName":
        """`what` says what is wrong; a known name is near that has most letters of `name`, in their order."""
        names = tuple(known)
        near = near_names(name, names)
        text = f"{what} (did you mean {' or '.join(near)}?)" if near else what
        made = super().__new__(
            cls, f"{text}; known are {listed(names)}" if names else f"{text}; none is known"
        )
        made.near, made.known = near, names
        return made


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three of the known names, best first, in whatever case and with whatever between the words."""
    from difflib import get_close_matches  # noqa: PLC0415 - few names are unknown

    alike: dict[str, str] = {}
    for each in known:
        alike.setdefault(_plain(each), each)
    return tuple(alike[found] for found in get_close_matches(_plain(name), alike, n=3, cutoff=0.7))


def listed(names: tuple[str, ...]) -> str:
    """The names as a message tells them."""
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")
