"""The `mapping` section of a merchant's or partner's file, which is laid over what is known of all merchants."""

from typing import Any

from marshmallow import validates_schema

from feedscript.feeds.engine.unknown_names import UnknownName
from feedscript.feeds.mapping.document import MappingSchema, known_repairs
from feedscript.feeds.mapping.operation_list import Misplaced, operations_in
from feedscript.feeds.mapping.preset import presets


class OwnMappingSchema(MappingSchema):
    """As a mapping by itself, but that its operations may refer to what the known synonyms and presets give too."""

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def refer_to_what_is_given(self, _data: dict[str, Any], original: Any, **_: Any) -> None:
        """Refuse references to what no mapping gives, which no generation could follow."""
        mistakes = Misplaced()
        for section, name, place, operation in operations_in(original):
            for reference in operation.refers_to():
                known = _given(original)
                if reference not in known:
                    what = f"no attribute or input is called {reference!r}"
                    mistakes.add(section, name, place, UnknownName(what, reference, known))
        mistakes.tell()


def _given(document: dict[str, Any]) -> tuple[str, ...]:
    """The attributes and inputs that operations may refer to."""
    own = [name for section in ("attributes", "inputs") for name in document.get(section) or ()]
    known = [known_repairs(), *(preset.mapping for preset in presets())]
    theirs = [name for mapping in known for name in (*mapping.inputs, *mapping.attributes)]
    return tuple(dict.fromkeys([*own, *theirs]))
