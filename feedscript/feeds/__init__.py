"""The feed engine: profiles, rules, readers, validation, mapping, generation, reports. It knows no job."""

from feedscript.feeds.config import FeedConfig, load_config
from feedscript.feeds.errors import (
    ConfigError,
    DocumentError,
    FeedError,
    ProfileError,
    SourceUnavailable,
    SourceUnreadable,
    UnknownProfile,
)
from feedscript.feeds.generation import Generated, generate
from feedscript.feeds.limits import Limits
from feedscript.feeds.mapping import Mapping, read_mapping
from feedscript.feeds.policy import Policy
from feedscript.feeds.profiles import Profile, load_profile, profile_ids, read_profile
from feedscript.feeds.progress import Progress
from feedscript.feeds.report import Issue, Report
from feedscript.feeds.reports import render_html, render_text
from feedscript.feeds.validation import validate
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
    "SourceUnavailable",
    "SourceUnreadable",
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
