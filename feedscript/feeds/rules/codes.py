"""The shared codes: about forty kinds of defect that mean the same in every profile."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from feedscript.feeds.documents.shipped import load_shipped
from feedscript.feeds.profiles.model import Severity

FAMILIES = ("transport", "structure", "value", "identifier", "consistency", "quality", "config", "system")
#: Families whose findings are about the file and not about an attribute's value.
FILE_FAMILIES = ("transport", "structure")
#: What explains most of the other findings, and so is told before them.
LEADING_CODE = "foreign_export"


@dataclass(frozen=True, kw_only=True)
class Code:
    """What a code means; `message` and `remedy` are templates filled in from the attribute."""

    family: str
    severity: Severity
    message: str
    remedy: str
    rule_type: str | None = None


@cache
def codes() -> Mapping[str, Code]:
    """Every shared code by its name."""
    path = Path(__file__).with_name("shared_codes.yaml")
    loaded: Mapping[str, Code] = load_shipped(path, "feedscript.feeds.rules.codes_schema:read_codes")
    return loaded
