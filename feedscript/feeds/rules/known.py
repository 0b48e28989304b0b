"""The rules that a merchant's or partner's file may name, and what is said of others."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from feedscript.feeds.documents.document import Document
from feedscript.feeds.documents.yaml_places import Key
from feedscript.feeds.engine.errors import Mistake
from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.profiles import Profile, load_profile, profile_ids
from feedscript.feeds.rules.catalogue import catalogue


def unknown_rules(document: Document, own: Callable[[], Iterable[Profile] | None]) -> Iterator[Mistake]:
    """What is said of rules that neither a shipped profile has nor one of `own`: a misspelt one is off in vain.

    `own` is asked only where the shipped profiles have not all of them; None: nobody can tell.
    """
    named = [*_named(document)]
    known = shipped_rules()
    if all(rule in known for _, rule in named) or (profiles := own()) is None:
        return
    known = known | {rule.id: None for profile in profiles for rule in catalogue(profile)}
    for key, rule in named:
        if rule not in known:
            yield document.mistake(key, UnknownName(f"there is no rule {rule!r}", rule, known))


@cache
def shipped_rules() -> dict[str, None]:
    """The ids of the shipped profiles' rules, in their order."""
    return {rule.id: None for profile in profile_ids() for rule in catalogue(load_profile(profile))}


def _named(document: Document) -> Iterator[tuple[Key, str]]:
    severities = document.given_at("validation", "severities")
    for rule in severities if isinstance(severities, dict) else ():
        if isinstance(rule, str):
            yield ("validation", "severities", rule), rule
    disabled = document.given_at("validation", "disabled")
    for index, rule in enumerate(disabled if isinstance(disabled, list) else ()):
        if isinstance(rule, str):
            yield ("validation", "disabled", index), rule
