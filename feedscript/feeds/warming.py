"""What every run of the engine needs and none changes, made before the first: for processes that fork many."""

from datetime import UTC, datetime
from importlib import import_module

from feedscript.feeds.mapping.languages.lexicon import lexicon
from feedscript.feeds.profiles import Profile, load_profile, profile_ids
from feedscript.feeds.profiles.header import read_header
from feedscript.feeds.profiles.taxonomy import load_taxonomy
from feedscript.feeds.reports.html import page_template

#: What `validate` and `generate` import when they are first called, and for a source of each format.
_ENGINE = (
    "feedscript.feeds.validation.checking",
    "feedscript.feeds.generation",
    "feedscript.feeds.readers.json_feed",
    "feedscript.feeds.readers.markup",
    "feedscript.feeds.readers.parquet",
)


def warm_up() -> None:
    """Load and open the engine, load profiles, languages, rules and the page's template; starts no thread."""
    for module in _ENGINE:
        import_module(module)
    profiles = [*map(load_profile, profile_ids())]
    for profile in profiles:
        _compile(profile)
    _open({profile.taxonomy for profile in profiles if profile.taxonomy})
    lexicon()
    page_template()


def _open(taxonomies: set[str]) -> None:
    """Open the engine, and remember the texts that all feeds' categories are held against."""
    from feedscript.feeds.engine.ready import READY_ENGINE  # noqa: PLC0415 - a part of the engine
    from feedscript.feeds.scanning.crossing import remember_usual  # noqa: PLC0415 - as said

    connection = READY_ENGINE.open()
    for taxonomy in map(load_taxonomy, sorted(taxonomies)):
        taxonomy.plainly_has("")
        remember_usual(connection, taxonomy)


def _compile(profile: Profile) -> None:
    """Compile the rules of a feed that has every attribute, which reads all documents that any rule speaks of."""
    from feedscript.feeds.rules.compilation import compile_rules  # noqa: PLC0415 - a part of the engine

    header = read_header(profile, tuple(each.name for each in profile.attributes))
    compile_rules(profile, header, country="US", as_of=datetime.now(UTC), joined=False)
