"""Profiles: what each partner accepts, as versioned data."""

from feedscript.feeds.profiles.loading import load_profile, profile_ids
from feedscript.feeds.profiles.model import (
    Attribute,
    Condition,
    CrossField,
    Part,
    Profile,
    Type,
)

__all__ = [
    "Attribute",
    "Condition",
    "CrossField",
    "Part",
    "Profile",
    "Type",
    "load_profile",
    "profile_ids",
]
