"""What a merchant or a partner wants: `config/merchants/<id>.yaml`, `config/partners/<id>.yaml`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from feedscript.feeds.documents.document import Document, read_document
from feedscript.feeds.engine.errors import ConfigError, Mistake
from feedscript.feeds.engine.paths import AnyPath
from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.generation.wishes import GenerationWishes
from feedscript.feeds.mapping import Mapping as FeedMapping
from feedscript.feeds.mapping import Rule, UnknownColumn, match_columns, recognised
from feedscript.feeds.mapping.own_mapping import OwnMappingSchema
from feedscript.feeds.mapping.platform import PlatformSchema
from feedscript.feeds.mapping.proportion import MOST_ATTRIBUTES
from feedscript.feeds.mapping.rows.schema import RowsField
from feedscript.feeds.policy import Policy
from feedscript.feeds.profiles import Profile, load_profile
from feedscript.feeds.profiles.countries import country_code
from feedscript.feeds.profiles.index import CANONICAL
from feedscript.feeds.profiles.loading import is_own, pinned
from feedscript.feeds.profiles.own import given_profile, own_profiles
from feedscript.feeds.profiles.partner import DEFAULT_PROFILE, config_file, find_partner
from feedscript.feeds.profiles.profile_field import ProfileField
from feedscript.feeds.profiles.schema import SEVERITIES
from feedscript.feeds.readers.options import SourceOptions
from feedscript.feeds.rules.known import unknown_rules
from feedscript.feeds.writers.cells import is_mappable, mappable_names


@dataclass(frozen=True, kw_only=True)
class FeedConfig:
    """What one file says: how sources are read, feeds generated and validated, and changes to the policy.

    `findings` asks for the full list of findings beside the report. `warnings` tell how `profile` was found, where that
    may not be what was meant.
    """

    source: SourceOptions = field(default_factory=SourceOptions)
    mapping: FeedMapping | None = None
    generation: GenerationWishes = field(default_factory=GenerationWishes)
    profile: str = DEFAULT_PROFILE
    warnings: tuple[str, ...] = ()
    country: str | None = None
    findings: bool = False
    changes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def names(self) -> Mapping[str, str]:
        """What the partner's file tells of the merchant in lines of its own."""
        return self.generation.names


def _a_country(text: str) -> None:
    try:
        country_code(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class ValidationSchema(Schema):
    """The `validation` section of a merchant's or partner's file."""

    profile = ProfileField()
    country = fields.String(validate=_a_country)
    findings = fields.Boolean()
    fail_on = fields.String(validate=validate.OneOf(["error", "warning"]))
    max_error_ratio = fields.Float(validate=validate.Range(0, 1))
    samples_per_rule = fields.Integer(strict=True, validate=validate.Range(0, 1000))
    value_length = fields.Integer(strict=True, validate=validate.Range(1, 10_000))
    severities = fields.Dict(keys=fields.String(), values=fields.String(validate=validate.OneOf(SEVERITIES)))
    disabled = fields.List(fields.String())

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> FeedConfig:
        """The configuration."""
        # Of two files that name one it is asked which of them may (`load_config`).
        data.pop("profile", None)
        country = data.pop("country", None)
        country = country and country_code(country)
        findings = data.pop("findings", False)
        if "disabled" in data:
            data["disabled"] = frozenset(data["disabled"])
        return FeedConfig(country=country, findings=findings, changes=MappingProxyType(data))


class GenerationSchema(Schema):
    """The `generation` section of a merchant's or partner's file."""

    max_lost_ratio = fields.Float(validate=validate.Range(0, 1))
    names = fields.Dict(
        keys=fields.String(
            validate=validate.Regexp(r"[a-z][a-z0-9_]*\Z", error="must be lower case letters")
        ),
        values=fields.String(),
    )
    exclude = fields.Boolean()  # type: ignore[assignment]  # fields are taken out of the class
    max_rejected_ratio = fields.Float(validate=validate.Range(0, 1))
    max_drop = fields.Float(validate=validate.Range(0, 1))
    allow_drop_from = fields.String(validate=validate.Regexp(r"(?i)[0-9a-f]{8,64}\Z"))
    deltas = fields.Boolean()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> GenerationWishes:
        """The wishes."""
        return GenerationWishes(**data)


class FeedConfigSchema(Schema):
    """A whole file: `profile`, and the sections of docs/mapping.md and `validation`.

    `profile` may stand within `validation` too.
    """

    profile = ProfileField()
    source = fields.Nested(PlatformSchema, load_default=SourceOptions)
    rows = RowsField()
    mapping = fields.Nested(OwnMappingSchema(exclude=("rows",)), load_default=None)
    generation = fields.Nested(GenerationSchema, load_default=GenerationWishes)
    validation = fields.Nested(ValidationSchema, load_default=FeedConfig)

    @validates_schema(pass_original=True, skip_on_field_errors=True)
    def name_one_profile(self, data: dict[str, Any], original: Any, **_: Any) -> None:
        """Refuse two profiles: what is generated for one is not valid under another."""
        checked = (original.get("validation") or {}).get("profile")
        if "profile" in data and checked and pinned(checked)[0] != data["profile"]:
            raise ValidationError(f"validation.profile says {checked}; name one profile, here", "profile")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> FeedConfig:
        """The configuration."""
        config = data["validation"]
        assert isinstance(config, FeedConfig)
        mapping = data["mapping"]
        if "rows" in data:
            mapping = replace(mapping or FeedMapping(), rows=tuple(data["rows"]))
        return replace(config, source=data["source"], mapping=mapping, generation=data["generation"])


def config_json_schema() -> dict[str, Any]:
    """The JSON Schema of a merchant's or partner's file, for editors."""
    # Only who asks for it pays for its import.
    from feedscript.feeds.mapping.json_schema import json_schema  # noqa: PLC0415

    return json_schema(FeedConfigSchema(), "feedscript: a merchant's or partner's file")


def load_config(
    folder: AnyPath,
    *,
    partner_id: str | None = None,
    merchant_id: str | None = None,
    merchant_file: AnyPath | None = None,
    profile: str | None = None,
) -> tuple[FeedConfig, Policy]:
    """What holds for this partner and this merchant: the merchant's word over the partner's, that over the defaults.

    The profile alone is the partner's to say: by its file, by its name, and only then by the merchant's file; `profile`
    is one that holds whatever the files say. `folder` is the one with `merchants/` and `partners/`; a file that is not
    there says nothing. `merchant_file` is the merchant's, wherever it lies. Raises UnknownPartner, and ConfigError
    naming file, line and key of every mistake in both.
    """
    folder = Path(folder)
    paths = {
        "partners": config_file(folder / "partners", partner_id),
        "merchants": Path(merchant_file) if merchant_file else config_file(folder / "merchants", merchant_id),
    }
    documents = {kind: read_document(path, FeedConfigSchema()) for kind, path in paths.items() if path}
    given = {kind: given_profile(document, folder) for kind, document in documents.items()}
    named = {kind: each.profile for kind, each in given.items()}
    partner = find_partner(
        folder / "partners",
        partner_id,
        own=profile or named.get("partners"),
        otherwise=named.get("merchants"),
    )
    unreadable = any(each.unreadable for each in given.values())
    theirs = _Theirs(folder, partner.profile, tuple(filter(None, named.values())), unreadable=unreadable)
    config, policy = FeedConfig(profile=partner.profile, warnings=partner.warnings), Policy()
    for document in documents.values():
        said = document.value or FeedConfig()
        config = replace(
            config,
            source=_over(said.source, config.source),
            mapping=said.mapping.beside(folder / "lists") if said.mapping else config.mapping,
            generation=said.generation.over(config.generation),
            country=said.country or config.country,
            findings=said.findings or config.findings,
        )
        policy = _changed(policy, said.changes)
    mistakes: dict[Mistake, None] = {}
    for kind, document in documents.items():
        own = given[kind].mistakes
        here = [*document.mistakes, *(each for each in own if each.path == document.path)]
        here += [*_unknown_attributes(document, theirs), *unknown_rules(document, theirs.profiles)]
        mistakes |= dict.fromkeys((*sorted(here, key=lambda each: each.line or 0), *own))
    if mistakes:
        raise ConfigError(*mistakes)
    if config.mapping:
        config = replace(config, mapping=_without_others(config.mapping, theirs.profile))
    return config, policy


def unknown_columns(path: Path, columns: tuple[str, ...]) -> tuple[Mistake, ...]:
    """What the merchant's file at `path` takes from columns that a source has not, whatever else is wrong with it."""
    document = read_document(path, FeedConfigSchema())
    said = document.value.source if document.value else SourceOptions()
    preset = recognised(columns, said.platform)
    mistakes = []
    for key, taken in _columns_named(document):
        try:
            match_columns(
                columns, FeedMapping({key[-2]: Rule(columns=taken)}), preset.within if preset else ()
            )
        except UnknownColumn as error:
            mistakes += [
                document.mistake(key, UnknownName(f"the source has no column {column!r}", column, columns))
                for _, column in error.unknown
            ]
    return tuple(mistakes)


def _columns_named(document: Document) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The columns that rules of the mapping name, right or wrong, with the key where they do."""
    for section in ("inputs", "attributes"):
        rules = document.given_at("mapping", section)
        for name, rule in rules.items() if isinstance(rules, dict) else ():
            for key in ("column", "columns") if isinstance(rule, dict) else ():
                given = rule.get(key)
                named = given if isinstance(given, list) else [given]
                taken = tuple(each for each in named if isinstance(each, str) and each)
                if taken:
                    yield ("mapping", section, name, key), taken


@dataclass(frozen=True)
class _Theirs:
    """The profile whose feed it is, and those of their own that any partner has: one merchant's file serves all."""

    folder: Path
    name: str
    named: tuple[str, ...]
    unreadable: bool

    @property
    def profile(self) -> Profile:
        """Whose feed it is."""
        return load_profile(self.name)

    def profiles(self) -> tuple[Profile, ...] | None:
        """Those of their own; None where one cannot be read, of which nobody can tell what it knows."""
        others = None if self.unreadable else own_profiles(self.folder)
        if others is None:
            return None
        return (*(load_profile(each) for each in (self.name, *self.named) if is_own(each)), *others)


def _unknown_attributes(document: Document, theirs: _Theirs) -> Iterator[Mistake]:
    """What a mapping gives that neither the canonical product has nor any partner."""
    named = document.given_at("mapping", "attributes")
    if not isinstance(named, dict) or len(named) > MOST_ATTRIBUTES:
        return
    target = theirs.profile
    unknown = [name for name in named if isinstance(name, str) and not is_mappable(name, target)]
    if not unknown or (profiles := theirs.profiles()) is None:
        return
    canonical = load_profile(CANONICAL)
    others = {name for profile in profiles for name in mappable_names(profile, canonical)}
    for name in unknown:
        if name not in others:
            what = f"profile {target.id} has no attribute {name!r}"
            cause = UnknownName(what, name, mappable_names(target, canonical))
            yield document.mistake(("mapping", "attributes", name), cause)


def _without_others(mapping: FeedMapping, target: Profile) -> FeedMapping:
    """The mapping where what another partner's own profile alone knows is written nowhere, and may be referred to."""
    others = {name: rule for name, rule in mapping.attributes.items() if not is_mappable(name, target)}
    if not others:
        return mapping
    attributes = {name: rule for name, rule in mapping.attributes.items() if name not in others}
    return replace(mapping, attributes=attributes, inputs={**others, **mapping.inputs})


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
