"""How a document names a profile: by its id, and by its version where that is to be pinned."""

from typing import Any

from marshmallow import ValidationError, fields

from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.profiles.loading import is_own, load_profile, pinned, profile_ids


class ProfileField(fields.String):
    """`meta`; `meta@2026-11`, which is a mistake once it has another version; `../profiles/shop.yaml`, one's own."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, *args, **kwargs)
        profile, version = pinned(text)
        if is_own(profile):
            # Where it lies depends on the file that names it (`given_profile`).
            return profile
        if profile not in profile_ids():
            raise ValidationError(UnknownName(f"there is no profile {profile!r}", profile, profile_ids()))
        known = load_profile(profile).version
        if version is not None and version != known:
            raise ValidationError(
                UnknownName(f"the profile {profile} has no version {version!r} here", version, (known,))
            )
        return profile
