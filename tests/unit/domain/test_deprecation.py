"""A name that is to go still works, and says what to use; one whose version has come is gone."""

from types import ModuleType

import pytest

import feedscript
from feedscript import domain
from feedscript.domain.deprecation import DEPRECATED, Deprecated, deprecated_names


def made() -> ModuleType:
    module = ModuleType("made")
    module.new = ["what it is"]  # type: ignore[attr-defined]  # as a module's own code does
    names = {"old": Deprecated(instead="new", gone_in="0.3.0")}
    module.__getattr__ = deprecated_names("made", vars(module), names)  # type: ignore[method-assign]
    return module


def test_a_name_that_is_to_go_is_the_new_one_and_says_so_where_it_is_used() -> None:
    module = made()
    with pytest.warns(
        DeprecationWarning, match=r"^made\.old goes with version 0\.3\.0; use made\.new$"
    ) as told:
        assert module.old is module.new
    assert [warning.filename for warning in told] == [__file__]


def test_a_name_that_never_was_is_not_there() -> None:
    for module in (made(), domain):
        with pytest.raises(AttributeError, match=rf"^module '{module.__name__}' has no attribute 'other'$"):
            _ = module.other
    assert callable(vars(domain)["__getattr__"])


def test_what_goes_from_the_domain_has_a_successor_and_goes_in_time() -> None:
    now = _version(feedscript.__version__)
    for name, each in DEPRECATED.items():
        assert name not in domain.__all__
        assert each.instead in domain.__all__
        assert _version(each.gone_in) > now, f"{name} was to be gone with version {each.gone_in}"
        with pytest.warns(DeprecationWarning, match=each.instead):
            getattr(domain, name)


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split(".")))
