"""What a contract's test holds an adapter to, in the words of its port.

A promise quotes its port, and the quotation is looked up when the contract is imported: where a port's docstring says
something else by now, the contract does not load. A test that fails says which promise broke (`plugin`).
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])
MARK = "_feedscript_promise"


@dataclass(frozen=True, slots=True)
class Promise:
    """A sentence of a port: `of` is where it stands (`JobRepository.commit`), `docstring` all that stands there."""

    of: str
    words: str
    docstring: str

    @property
    def port(self) -> str:
        """The port's name."""
        return self.of.partition(".")[0]

    def __str__(self) -> str:
        return f'{self.of} promises: "{self.words}"'


def promise(of: Callable[..., Any], words: str) -> Callable[[Test], Test]:
    """Mark a test as one of a promise; raises `ValueError` where the docstring of `of` has no such words.

    >>> from feedscript.ports import Clock
    >>> promise(Clock.now, "Aware UTC")(lambda: None)._feedscript_promise.of
    'Clock.now'
    """
    docstring = inspect.getdoc(of) or ""
    if words not in " ".join(docstring.split()):
        raise ValueError(f"{of.__qualname__} promises no such thing: {words!r}")
    made = Promise(of.__qualname__, words, docstring)

    def mark(test: Test) -> Test:
        setattr(test, MARK, made)
        return test

    return mark


def promise_of(test: object) -> Promise | None:
    """The promise that a test function or method is about."""
    found = getattr(test, MARK, None)
    return found if isinstance(found, Promise) else None
