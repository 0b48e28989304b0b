"""What a merchant or a partner wants: `config/merchants/<id>.yaml`, `config/partners/<id>.yaml`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from feedscript.feeds.documents.document import Document, read_document
from feedscript.feeds.engine.errors import ConfigError, Mistake
from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping import Mapping as FeedMapping
from feedscript.feeds.mapping.own_mapping import OwnMappingSchema
from feedscript.feeds.mapping.rows.schema import RowsField
from feedscript.feeds.policy import Policy
from feedscript.feeds.profiles import load_profile, profile_ids
from feedscript.feeds.profiles.countries import country_code
from feedscript.feeds.profiles.schema import SEVERITIES
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.readers.options_schema import SourceSchema
from feedscript.feeds.rules.catalogue import catalogue

_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")


@dataclass(frozen=True, kw_only=True)
class FeedConfig:
    """What one file says: how sources are read, feeds generated and validated, and changes to the policy.

    `max_lost_ratio` is the part of a source's records that may be lost in a generation. `names` are what the partner's
    file tells of the merchant in lines of its own. `findings` asks for the full
    list of findings beside the report.
    """

    source: SourceOptions = field(default_factory=SourceOptions)
    mapping: FeedMapping | None = None
    max_lost_ratio: float | None = None
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    profile: str | None = None
    country: str | None = None
    findings: bool = False
    changes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


def _a_country(text: str) -> None:
    try:
        country_code(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class ValidationSchema(Schema):
    """The `validation` section of a merchant's or partner's file."""

    profile = fields.String()
    country = fields.String(validate=_a_country)
    findings = fields.Boolean()
    fail_on = fields.String(validate=validate.OneOf(["error", "warning"]))
    max_error_ratio = fields.Float(validate=validate.Range(0, 1))
    samples_per_rule = fields.Integer(strict=True, validate=validate.Range(0, 1000))
    value_length = fields.Integer(strict=True, validate=validate.Range(1, 10_000))
    severities = fields.Dict(keys=fields.String(), values=fields.String(validate=validate.OneOf(SEVERITIES)))
    disabled = fields.List(fields.String())

    @validates_schema(skip_on_field_errors=False)
    def name_what_exists(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse profiles and rules that are not there: a misspelt rule would be switched off in vain."""
        named = {rule: rule for rule in data.get("severities", {})}, dict(enumerate(data.get("disabled", [])))
        mistakes: dict[str, Any] = {
            section: unknown
            for section, rules in zip(("severities", "disabled"), named, strict=True)
            if (unknown := _unknown_rules(rules))
        }
        profile = data.get("profile", "google")
        if profile not in profile_ids():
            mistakes["profile"] = [UnknownName(f"there is no profile {profile!r}", profile, profile_ids())]
        if mistakes:
            raise ValidationError(mistakes)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> FeedConfig:
        """The configuration."""
        profile, country = data.pop("profile", None), data.pop("country", None)
        country = country and country_code(country)
        findings = data.pop("findings", False)
        if "disabled" in data:
            data["disabled"] = frozenset(data["disabled"])
        return FeedConfig(profile=profile, country=country, findings=findings, changes=MappingProxyType(data))


class GenerationSchema(Schema):
    """The `generation` section of a merchant's or partner's file."""

    max_lost_ratio = fields.Float(validate=validate.Range(0, 1))
    names = fields.Dict(
        keys=fields.String(
            validate=validate.Regexp(r"[a-z][a-z0-9_]*\Z", error="must be lower case letters")
        ),
        values=fields.String(),
    )


def _unknown_rules(rules: Mapping[Any, str]) -> dict[Any, list[str]]:
    """What is said of rules that are not there, by the place where they are named."""
    if not rules:
        return {}
    known = {rule.id: None for profile in profile_ids() for rule in catalogue(load_profile(profile))}
    return {
        place: [UnknownName(f"there is no rule {rule!r}", rule, known)]
        for place, rule in rules.items()
        if rule not in known
    }


class FeedConfigSchema(Schema):
    """A whole file: the `source`, `rows`, `mapping` and `generation` sections of docs/mapping, and `validation`."""

    source = fields.Nested(SourceSchema, load_default=SourceOptions)
    rows = RowsField()
    mapping = fields.Nested(OwnMappingSchema(exclude=("rows",)), load_default=None)
    generation = fields.Nested(GenerationSchema, load_default=dict)
    validation = fields.Nested(ValidationSchema, load_default=FeedConfig)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> FeedConfig:
        """The configuration."""
        config = data["validation"]
        assert isinstance(config, FeedConfig)
        mapping = data["mapping"]
        if "rows" in data:
            mapping = replace(mapping or FeedMapping(), rows=tuple(data["rows"]))
        return replace(config, source=data["source"], mapping=mapping, **data["generation"])


def config_json_schema() -> dict[str, Any]:
    """The JSON Schema of a merchant's or partner's file, for editors."""
    # Only who asks for it pays for its import.
    from feedscript.feeds.mapping.json_schema import json_schema  # noqa: PLC0415

    return json_schema(FeedConfigSchema(), "feedscript: a merchant's or partner's file")


def load_config(
    folder: Path, *, partner_id: str | None, merchant_id: str | None
) -> tuple[FeedConfig, Policy]:
    """What holds for this partner and this merchant: the merchant's word over the partner's, that over the defaults.

    `folder` is the one with `merchants/` and `partners/`; a file that is not there says nothing. Raises ConfigError
    naming file, line and key of every
    mistake in both.
    """
    config, policy = FeedConfig(), Policy()
    documents = []
    for kind, name in (("partners", partner_id), ("merchants", merchant_id)):
        path = folder / kind / f"{name}.yaml"
        if name is None or not _SAFE_ID.match(name) or not path.is_file():
            continue
        documents.append(read_document(path, FeedConfigSchema()))
    for document in documents:
        said = document.value or FeedConfig()
        config = FeedConfig(
            source=_over(said.source, config.source),
            mapping=said.mapping.beside(folder / "lists") if said.mapping else config.mapping,
            max_lost_ratio=config.max_lost_ratio if said.max_lost_ratio is None else said.max_lost_ratio,
            names=MappingProxyType({**config.names, **said.names}),
            profile=said.profile or config.profile,
            country=said.country or config.country,
            findings=said.findings or config.findings,
        )
        policy = _changed(policy, said.changes)
    profile = config.profile or _profile_given(documents) or "google"
    mistakes = [
        mistake
        for document in documents
        for mistake in sorted(
            (*document.mistakes, *_unknown_attributes(document, profile)), key=lambda each: each.line or 0
        )
    ]
    if mistakes:
        raise ConfigError(*mistakes)
    return config, policy


def _profile_given(documents: Iterable[Document]) -> str | None:
    """The profile that files name which have mistakes elsewhere."""
    given = [document.given_at("validation", "profile") for document in documents]
    return next((profile for profile in reversed(given) if profile in profile_ids()), None)


def _unknown_attributes(document: Document, profile: str) -> Iterator[Mistake]:
    """What a mapping gives that the profile of its feeds has not."""
    named = document.given_at("mapping", "attributes")
    if not isinstance(named, dict):
        return
    known = [attribute.name for attribute in load_profile(profile).attributes]
    for name in named:
        if isinstance(name, str) and name not in known:
            cause = UnknownName(f"profile {profile} has no attribute {name!r}", name, known)
            yield document.mistake(("mapping", "attributes", name), cause)


def _over(said: SourceOptions, before: SourceOptions) -> SourceOptions:
    """What this file says of the source, and what the one before said of anything else."""
    return replace(before, **{name: value for name, value in vars(said).items() if value is not None})


def _changed(policy: Policy, changes: Mapping[str, Any]) -> Policy:
    """The policy with the changes; re-graded and disabled rules add to those before."""
    merged = dict(changes)
    if "severities" in changes:
        merged["severities"] = MappingProxyType({**policy.severities, **changes["severities"]})
    if "disabled" in changes:
        merged["disabled"] = policy.disabled | changes["disabled"]
    return replace(policy, **merged)
