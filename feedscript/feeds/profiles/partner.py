"""Which profile a partner's feeds have, by its file, its name, or for want of either."""

import re
from dataclasses import dataclass
from pathlib import Path

from feedscript.feeds.engine.errors import BadConfig
from feedscript.feeds.engine.unknown_names import UnknownName, near_names
from feedscript.feeds.profiles.loading import profile_ids

#: Whose feed it is where nobody says so.
DEFAULT_PROFILE = "google"

_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")


class UnknownPartner(BadConfig):
    """There is a folder of partners' files, and neither a file in it nor a profile has this partner's name.

    Attributes: `partner_id`, `near` (known partners that may be meant).
    """

    def __init__(self, partner_id: str, known: tuple[str, ...]) -> None:
        message = UnknownName(f"there is no partner {partner_id!r}", partner_id, known)
        super().__init__(
            f"{message}; another one is made known by its file in partners/ of the configuration (profile: ...)"
        )
        self.partner_id = partner_id
        self.near = message.near


@dataclass(frozen=True, slots=True)
class Partner:
    """Whose rules a partner's feeds have, and what should be known of how that was found."""

    profile: str
    warnings: tuple[str, ...] = ()


def config_file(folder: Path, name: str | None) -> Path | None:
    """The file of the partner or merchant of this name; None where there is none, or the name is no file's."""
    path = folder / f"{name}.yaml"
    return path if name is not None and _SAFE_ID.match(name) and path.is_file() else None


def find_partner(
    folder: Path, partner_id: str | None, *, own: str | None = None, otherwise: str | None = None
) -> Partner:
    """The partner with this id; Google where none is asked for.

    `folder` holds the partners' files; `own` is the profile that the partner's file names, `otherwise` what the
    merchant's file names for partners that say nothing. Raises UnknownPartner.
    """
    if own:
        return Partner(own)
    if not partner_id:
        return Partner(otherwise or DEFAULT_PROFILE)
    if partner_id in profile_ids():
        return Partner(partner_id)
    files = {path.stem for path in folder.glob("*.yaml")}
    if files and partner_id not in files:
        raise UnknownPartner(partner_id, tuple(sorted({*files, *profile_ids()})))
    if otherwise:
        return Partner(otherwise)
    return Partner(DEFAULT_PROFILE, (_not_known(partner_id),))


def _not_known(partner_id: str) -> str:
    near = near_names(partner_id, profile_ids())
    meant = f" (did you mean {' or '.join(near)}?)" if near else ""
    return (
        f"no profile is known for the partner {partner_id!r}{meant}, so this is a feed of the profile "
        f"{DEFAULT_PROFILE}; name another one in partners/{partner_id}.yaml of the configuration (profile: ...)"
    )
