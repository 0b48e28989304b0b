"""Whose export a source is, told by its columns: a platform's, for which there is a preset, or a partner's own feed."""

from feedscript.feeds.mapping.made_for import rules_for
from feedscript.feeds.mapping.preset import Preset, presets
from feedscript.feeds.profiles.index import CANONICAL, profile_index, whose_columns
from feedscript.feeds.profiles.loading import load_profile, profile_ids

NO_PLATFORM = "none"
"""What says that a source is no platform's, whatever its header looks like."""


def platforms() -> tuple[str, ...]:
    """What merchants' files call the platforms, and the partners of whose feeds a source may be, in order."""
    return tuple(sorted({*(preset.platform for preset in presets()), *profile_ids()} - {CANONICAL}))


def recognised(columns: tuple[str, ...], platform: str | None = None) -> Preset | None:
    """The preset of a source with these columns, the one that asks for most of them; None of an unknown source.

    What no platform writes may be a feed made for a partner. With `platform` it is that of the platform or partner
    which is likest, whether it is recognised or not.
    """
    if platform is None:
        found = (preset for preset in presets() if preset.recognises(columns))
        known = max(found, key=lambda preset: len(preset.recognise), default=None)
        partner = None if known else whose_columns(columns)
        return made_for(partner, columns) if partner else known
    own = (preset for preset in presets() if preset.platform == platform)
    likest = max(own, key=lambda preset: preset.recognised_of(columns) / len(preset.recognise), default=None)
    if platform not in profile_ids():
        return likest
    partners = made_for(platform, columns)
    # A network's publishers get other files from it than its advertisers give it.
    return max(
        (each for each in (likest, partners) if each), key=lambda preset: preset.recognised_of(columns)
    )


def made_for(partner: str, columns: tuple[str, ...]) -> Preset:
    """How a feed with these columns is read that was made for the partner of this profile."""
    profile = load_profile(partner)
    return Preset(
        name=f"profile: {partner}",
        title=f"a feed of the profile {partner} ({profile.title})",
        platform=partner,
        recognise=profile_index()[partner].asked,
        mapping=rules_for(profile, columns),
    )
