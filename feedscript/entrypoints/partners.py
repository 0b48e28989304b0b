"""What the configuration and the profiles say of a request's partner, before its script is started."""

from collections.abc import Container
from functools import lru_cache
from pathlib import Path

from marshmallow import INCLUDE, Schema

from feedscript.domain import FeedRequest, Phase, UnknownPartner, WrongDestination
from feedscript.feeds import UnknownPartner as PartnerNotKnown
from feedscript.feeds import load_profile, profile_ids
from feedscript.feeds.documents.document import read_document
from feedscript.feeds.profiles.partner import Partner, config_file, find_partner, profile_given
from feedscript.feeds.writers.file_form import WrongEnding, file_form, naming_advice
from feedscript.ports import Partners

_KEPT = 1024
#: What tells one state of a file from another; None where there is no file.
_Stamp = tuple[int, int] | None


class ConfiguredPartners(Partners):
    """The partners of a folder of configuration, and those that have a shipped profile.

    Of phases in `own_scripts`, which the operator's own scripts do, nothing is known. Files may change at any time.
    """

    def __init__(self, folder: Path, *, own_scripts: Container[Phase] = ()) -> None:
        self._folder = folder
        self._own_scripts = own_scripts
        self._configured = lru_cache(_KEPT)(self._read)

    def warnings(self, phase: Phase, request: FeedRequest) -> tuple[str, ...]:
        """What the caller should know of whose feed this is; mistakes in the files are told by the script."""
        if phase in self._own_scripts:
            return ()
        try:
            partner = self._find(request.partner_id, request.affiliate_merchant_id)
        except PartnerNotKnown as error:
            raise UnknownPartner(error.partner_id, str(error), error.near) from error
        if partner is None:
            return ()
        if phase is Phase.GENERATION:
            name = request.destination.rpartition("/")[2]
            try:
                form = file_form(load_profile(partner.profile), name)
            except WrongEnding as error:
                raise WrongDestination(request.destination, str(error), error.endings) from error
            advice = naming_advice(form, name)
            return (*partner.warnings, advice) if advice else partner.warnings
        return partner.warnings

    def _find(self, partner_id: str | None, merchant_id: str) -> Partner | None:
        partners = self._folder / "partners"
        files = partners / f"{partner_id}.yaml", self._folder / "merchants" / f"{merchant_id}.yaml"
        stamps = tuple(map(_stamp, files))
        if any(stamps):
            # Whether a partner without a file is unknown depends on which others have one.
            return self._configured(partner_id, merchant_id, (*stamps, _stamp(partners)))
        return find_partner(partners, partner_id)

    def _read(
        self,
        partner_id: str | None,
        merchant_id: str,
        stamps: tuple[_Stamp, ...],  # noqa: ARG002 - what is kept holds for these alone
    ) -> Partner | None:
        paths = (
            config_file(self._folder / "partners", partner_id),
            config_file(self._folder / "merchants", merchant_id),
        )
        documents = [read_document(path, _Anything()) if path else None for path in paths]
        if any(document and document.mistakes for document in documents):
            return None
        given = [profile_given(document.given) if document else None for document in documents]
        if any(profile not in (None, *profile_ids()) for profile in given):
            return None
        own, otherwise = given
        return find_partner(self._folder / "partners", partner_id, own=own, otherwise=otherwise)


class _Anything(Schema):
    """A document that may say what it likes: its script tells the mistakes."""

    class Meta:
        """Marshmallow's options."""

        unknown = INCLUDE


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size
