"""The feed engine: profiles, rules, readers, validation, mapping, generation, reports. It knows no job.

What is listed here is imported when it is first asked for: the engine takes a tenth of a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feedscript.feeds.config import FeedConfig, load_config
    from feedscript.feeds.engine.errors import (
        ConfigError,
        DocumentError,
        FeedError,
        ProfileError,
        SourceUnavailable,
        SourceUnreadable,
        UnknownProfile,
    )
    from feedscript.feeds.engine.limits import Limits
    from feedscript.feeds.engine.progress import Progress
    from feedscript.feeds.generation import Generated, generate
    from feedscript.feeds.mapping import Mapping, read_mapping
    from feedscript.feeds.policy import Policy
    from feedscript.feeds.profiles import Profile, load_profile, profile_ids
    from feedscript.feeds.profiles.partner import UnknownPartner
    from feedscript.feeds.profiles.reading import read_profile
    from feedscript.feeds.readers.options import SourceOptions
    from feedscript.feeds.reports import render_html, render_text
    from feedscript.feeds.validation.report import Issue, Report
    from feedscript.feeds.validation.validation import validate
    from feedscript.feeds.warming import warm_up

__all__ = [
    "ConfigError",
    "DocumentError",
    "FeedConfig",
    "FeedError",
    "Generated",
    "Issue",
    "Limits",
    "Mapping",
    "Policy",
    "Profile",
    "ProfileError",
    "Progress",
    "Report",
    "SourceOptions",
    "SourceUnavailable",
    "SourceUnreadable",
    "UnknownPartner",
    "UnknownProfile",
    "generate",
    "load_config",
    "load_profile",
    "profile_ids",
    "read_mapping",
    "read_profile",
    "render_html",
    "render_text",
    "validate",
    "warm_up",
]

_HOMES = {
    "ConfigError": "engine.errors",
    "DocumentError": "engine.errors",
    "FeedConfig": "config",
    "FeedError": "engine.errors",
    "Generated": "generation",
    "Issue": "validation.report",
    "Limits": "engine.limits",
    "Mapping": "mapping",
    "Policy": "policy",
    "Profile": "profiles",
    "ProfileError": "engine.errors",
    "Progress": "engine.progress",
    "Report": "validation.report",
    "SourceOptions": "readers.options",
    "SourceUnavailable": "engine.errors",
    "SourceUnreadable": "engine.errors",
    "UnknownPartner": "profiles.partner",
    "UnknownProfile": "engine.errors",
    "generate": "generation",
    "load_config": "config",
    "load_profile": "profiles",
    "profile_ids": "profiles",
    "read_mapping": "mapping",
    "read_profile": "profiles.reading",
    "render_html": "reports",
    "render_text": "reports",
    "validate": "validation.validation",
    "warm_up": "warming",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
