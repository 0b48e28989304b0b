"""Templates in documents: a mistake in one is told with its place."""

from typing import Any

from marshmallow import ValidationError, fields

from feedscript.feeds.mapping.template import BadTemplate, Template, parse_template


class TemplateField(fields.Field[Template]):
    """A text with columns in braces."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Template:
        if not isinstance(value, str):
            raise ValidationError("Not a valid string.")
        if not value:
            raise ValidationError("must not be empty")
        try:
            return parse_template(value)
        except BadTemplate as error:
            raise ValidationError(error.args[0]) from error
