"""What all contracts share: promises that an adapter does not make are not tested, and said so."""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])
_NEEDED = "_feedscript_capability"


def needs(capability: str) -> Callable[[Test], Test]:
    """The test is about something that not every adapter can do: the contract has a flag of that name."""

    def mark(test: Test) -> Test:
        setattr(test, _NEEDED, capability)
        return test

    return mark


class Contract:
    """A pytest class to subclass. Its flags say what the adapter can do; a test that needs more is left out of it.

    Nothing is skipped: what is left out is in `left_out`, and the plugin's report names it.
    """

    left_out: ClassVar[tuple[str, ...]] = ()
    _needing: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        own = {name: test for name, test in vars(cls).items() if hasattr(test, _NEEDED)}
        inherited = [vars(base).get("_needing", {}) for base in reversed(cls.__mro__[1:])]
        cls._needing = {name: test for some in (*inherited, own) for name, test in some.items()}
        lacking = []
        for name, test in cls._needing.items():
            able = bool(getattr(cls, getattr(test, _NEEDED)))
            # Also where a class above could not do what this one can.
            setattr(cls, name, test if able else None)
            if not able:
                lacking.append(name)
        cls.left_out = tuple(lacking)
