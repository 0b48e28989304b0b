"""How a name of the face goes: it stays for a version, under a warning that says what to use.

>>> get = deprecated_names("shop", {"cheap": 1}, {"low": Deprecated(instead="cheap", gone_in="0.3.0")})
>>> with warnings.catch_warnings(record=True, action="always") as told:
...     get("low"), str(told[0].message)
(1, 'shop.low goes with version 0.3.0; use shop.cheap')
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecated:
    """A name that is gone with the version `gone_in`; `instead` is the name to use."""

    instead: str
    gone_in: str


DEPRECATED: Mapping[str, Deprecated] = {}
"""The names of `feedscript.domain` that are to go."""


def deprecated_names(
    module: str, face: Mapping[str, object], names: Mapping[str, Deprecated]
) -> Callable[[str], object]:
    """The module's `__getattr__` (PEP 562): each of the names is what is to be used instead, with a warning."""

    def get(name: str) -> object:
        found = names.get(name)
        if found is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        told = f"{module}.{name} goes with version {found.gone_in}; use {module}.{found.instead}"
        warnings.warn(told, DeprecationWarning, stacklevel=2)
        return face[found.instead]

    return get
