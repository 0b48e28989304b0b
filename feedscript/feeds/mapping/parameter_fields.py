"""What operations and row steps take, as fields of a document; each tells its JSON Schema where it is no usual one."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validate

from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping.operations.links import LINK
from feedscript.feeds.mapping.patterns import LONGEST, checked_pattern
from feedscript.feeds.mapping.proportion import LONGEST_NAME
from feedscript.feeds.mapping.template import Template
from feedscript.feeds.mapping.template_field import TemplateField

_NAME = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}


def text(longest: int | None = None) -> fields.String:
    """A text that must be given and is not empty."""
    return fields.String(required=True, validate=validate.Length(min=1, max=longest))


class NamesField(fields.Field[tuple[str, ...]]):
    """One name, or several in a list."""

    inner = fields.List(text(LONGEST_NAME), validate=validate.Length(min=1, max=500))
    json_schema: ClassVar[Mapping[str, Any]] = {
        "oneOf": [
            _NAME,
            {"type": "array", "items": _NAME, "minItems": 1, "maxItems": 500},
        ]
    }

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        names: list[Any] = self.inner.deserialize([value] if isinstance(value, str) else value)
        return tuple(names)


class PatternField(fields.Field[str]):
    """A pattern (RE2), tried."""

    json_schema: ClassVar[Mapping[str, Any]] = {"type": "string", "minLength": 1, "maxLength": LONGEST}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        return checked_pattern(str(text().deserialize(value)))


class NumberField(fields.Field[str]):
    """A number within bounds, written as a number, as the text of a decimal."""

    def __init__(self, lowest: str, highest: str, **options: Any) -> None:
        super().__init__(**options)
        self.lowest, self.highest = Decimal(lowest), Decimal(highest)

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """The bounds."""
        return {"type": "number", "minimum": float(self.lowest), "maximum": float(self.highest)}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("must be a number, such as 10 or 0.5")
        number = Decimal(str(value))
        if not number.is_finite() or not self.lowest <= number <= self.highest:
            raise ValidationError(f"must be a number from {self.lowest} to {self.highest}")
        return f"{number:.6f}"


class RateField(NumberField):
    """A number, or the name of the input that tells it."""

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """Either."""
        return {"oneOf": [super().json_schema, {"type": "string", "minLength": 1}]}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return (None, value) if isinstance(value, str) and value else (super()._deserialize(value), None)


class ChoiceField(fields.Field[str]):
    """One of some words."""

    def __init__(self, words: tuple[str, ...], **options: Any) -> None:
        super().__init__(**options)
        self.words = words

    @property
    def json_schema(self) -> Mapping[str, Any]:
        """The words."""
        return {"enum": [*self.words]}

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if value not in self.words:
            raise ValidationError(
                UnknownName(f"Must be one of the known, not {value!r}", str(value), self.words)
            )
        return str(value)


class DeepLinkField(TemplateField):
    """A template that begins with an address and has the link in it."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Template:
        template = super()._deserialize(value)
        for name in template.columns:
            if name != LINK:
                raise ValidationError(UnknownName(f"a deep link has no {name!r}", name, (LINK,)))
        if not template.columns or template.parts[0].is_column:
            raise ValidationError("must begin with the network's address, and have {link|url} behind it")
        return template
