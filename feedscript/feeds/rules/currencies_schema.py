"""The shape of the document about currencies."""

from pathlib import Path
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from feedscript.feeds.documents.document import load_document
from feedscript.feeds.engine.errors import ProfileError
from feedscript.feeds.rules.currencies import CurrencyFacts, Rates, Withdrawn

_CODE = validate.Regexp(r"[A-Z]{3}\Z", error="is no code of a currency (ISO 4217)")
_COUNTRY = validate.Regexp(r"[A-Z]{2}\Z", error="is no code of a country (ISO 3166)")
_DAY = validate.Regexp(r"\d{4}-\d{2}-\d{2}\Z", error="is no day such as 2026-01-31")


class RatesSchema(Schema):
    """Rates of exchange."""

    as_of = fields.String(required=True, validate=_DAY)
    base = fields.String(required=True, validate=_CODE)
    margin = fields.Float(required=True, validate=validate.Range(1))
    per_base = fields.Dict(
        keys=fields.String(validate=_CODE),
        values=fields.Float(validate=validate.Range(0, min_inclusive=False)),
        required=True,
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Rates:
        """The rates."""
        return Rates(**{**data, "per_base": MappingProxyType(data["per_base"])})


class WithdrawnSchema(Schema):
    """A currency that is no more."""

    until = fields.String(required=True, validate=_DAY)
    now = fields.String(required=True, validate=_CODE)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Withdrawn:
        """The withdrawn currency."""
        return Withdrawn(**data)


class CurrencyFactsSchema(Schema):
    """The document."""

    rates = fields.Nested(RatesSchema, required=True)
    countries = fields.Dict(
        keys=fields.String(validate=_COUNTRY),
        values=fields.List(fields.String(validate=_CODE), validate=validate.Length(1)),
        required=True,
    )
    withdrawn = fields.Dict(
        keys=fields.String(validate=_CODE), values=fields.Nested(WithdrawnSchema), required=True
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> CurrencyFacts:
        """The facts."""
        countries = {country: tuple(codes) for country, codes in data["countries"].items()}
        return CurrencyFacts(
            rates=data["rates"],
            countries=MappingProxyType(countries),
            withdrawn=MappingProxyType(data["withdrawn"]),
        )


def read_currency_facts(path: Path) -> CurrencyFacts:
    """The facts in the file at `path`; raises ProfileError naming the line at fault."""
    loaded = load_document(path, CurrencyFactsSchema(), ProfileError)
    assert isinstance(loaded, CurrencyFacts)
    return loaded
