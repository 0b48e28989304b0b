"""What the configuration and the profiles say of a request's partner, before its script is started."""

from collections.abc import Container
from functools import lru_cache
from pathlib import Path

from feedscript.domain import FeedRequest, Phase, UnknownPartner, WrongDestination
from feedscript.feeds import ProfileError, UnknownProfile, load_profile
from feedscript.feeds import UnknownPartner as PartnerNotKnown
from feedscript.feeds.documents.document import Document, read_document
from feedscript.feeds.profiles.own import Anything, Given, given_profile, own_file
from feedscript.feeds.profiles.partner import Partner, config_file, find_partner
from feedscript.feeds.writers.file_form import WrongEnding, file_form, naming_advice
from feedscript.ports import Partners
from feedscript.ports.errors import StorageBroken

_KEPT = 1024
#: What tells one state of a file from another; None where there is no file.
_Stamp = tuple[int, int] | None


class ConfiguredPartners(Partners):
    """The partners of a folder of configuration, and those that have a shipped profile.

    A file may name one of its own. Of phases in `own_scripts`, which the operator's own scripts do, nothing is known.
    Files may change at any time.
    """

    def __init__(self, folder: Path, *, own_scripts: Container[Phase] = ()) -> None:
        self._folder = folder
        self._own_scripts = own_scripts
        self._profiles = lru_cache(_KEPT)(self._own_profiles)
        self._configured = lru_cache(_KEPT)(self._read)

    def warnings(self, phase: Phase, request: FeedRequest) -> tuple[str, ...]:
        """What the caller should know of whose feed this is; mistakes in the files are told by the script.

        Raises `StorageBroken` where a file cannot be read.
        """
        if phase in self._own_scripts:
            return ()
        try:
            return self._warnings(phase, request)
        except OSError as error:
            where = str(error.filename or self._folder)
            raise StorageBroken(where, f"cannot be read: {error.strerror or error}") from error

    def _warnings(self, phase: Phase, request: FeedRequest) -> tuple[str, ...]:
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
            except (ProfileError, UnknownProfile):
                # It was there a moment ago.
                return partner.warnings
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
            stamps = (*stamps, _stamp(partners))
            profiles = map(_stamp, self._profiles(partner_id, merchant_id, stamps))
            return self._configured(partner_id, merchant_id, (*stamps, *profiles))
        return find_partner(partners, partner_id)

    def _documents(self, partner_id: str | None, merchant_id: str) -> list[Document | None]:
        paths = (
            config_file(self._folder / "partners", partner_id),
            config_file(self._folder / "merchants", merchant_id),
        )
        return [read_document(path, Anything()) if path else None for path in paths]

    def _own_profiles(
        self,
        partner_id: str | None,
        merchant_id: str,
        stamps: tuple[_Stamp, ...],  # noqa: ARG002 - what is kept holds for these alone
    ) -> tuple[Path, ...]:
        """The profiles of their own that the files name, which may change by themselves."""
        documents = self._documents(partner_id, merchant_id)
        return tuple(path for each in documents if each is not None and (path := own_file(each)))

    def _read(
        self,
        partner_id: str | None,
        merchant_id: str,
        stamps: tuple[_Stamp, ...],  # noqa: ARG002 - as above
    ) -> Partner | None:
        documents = self._documents(partner_id, merchant_id)
        if any(document and document.mistakes for document in documents):
            return None
        given = [given_profile(each, self._folder) if each else Given() for each in documents]
        if any(each.misspelt or each.mistakes for each in given):
            return None
        own, otherwise = (each.profile for each in given)
        return find_partner(self._folder / "partners", partner_id, own=own, otherwise=otherwise)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size
