"""What a merchant says of the shop that a source comes from: its system, its address, its currency, its tax."""

import re
from typing import Any

from marshmallow import ValidationError, fields

from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping.parameter_fields import NumberField
from feedscript.feeds.mapping.recognition import NO_PLATFORM, platforms
from feedscript.feeds.profiles.vocabulary import CURRENCIES
from feedscript.feeds.readers.options_schema import SourceSchema

_ADDRESS = r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~%/-]*)?"
_CODES = frozenset(code for codes in CURRENCIES.values() for code in codes)


class _Platform(fields.String):
    """The name of a platform that a preset reads, or of a partner whose feed it is, or none."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, *args, **kwargs).lower()
        known = (*platforms(), NO_PLATFORM)
        if name not in known:
            raise ValidationError(UnknownName(f"there is no platform {value!r}", name, known))
        return name

    @property
    def json_schema(self) -> dict[str, Any]:
        """The names as editors know them."""
        return {"enum": [*platforms(), NO_PLATFORM]}


class _Address(fields.String):
    """The address of a shop, to which paths are joined."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, *args, **kwargs).strip()
        if not re.fullmatch(_ADDRESS, text):
            raise ValidationError(
                "must be the address of the shop, such as https://shop.example, without ? and #"
            )
        return text.rstrip("/")


class _Currency(fields.String):
    """The code of a currency."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        code = super()._deserialize(value, *args, **kwargs).upper()
        if code not in _CODES:
            raise ValidationError(f"{value!r} is no currency; say the three letters of ISO 4217, such as EUR")
        return code


class _TaxRate(NumberField):
    """The percent of tax that prices are without."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        rate: str = super()._deserialize(value, *args, **kwargs)
        return rate.rstrip("0").rstrip(".")


class PlatformSchema(SourceSchema):
    """The `source` section of a merchant's or partner's file, with what is said of the shop."""

    platform = _Platform()
    base_url = _Address()
    currency = _Currency()
    tax_rate = _TaxRate("0", "99")
