"""What a merchant or partner makes of the findings: re-graded and disabled rules, thresholds, samples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from feedscript.feeds.profiles.model import Severity


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How findings are graded and when they fail a feed.

    `fail_on` "warning" lets warnings fail a feed as errors do. `max_error_ratio` is the part of the items,
    from 0 to 1, that may have errors before the feed fails; defects of the file as a whole fail it at once.
    `severities` and `disabled` go by rule id. Samples are cut to `value_length` characters.
    """

    fail_on: Literal["error", "warning"] = "error"
    max_error_ratio: float = 0.0
    samples_per_rule: int = 20
    value_length: int = 200
    severities: Mapping[str, Severity] = field(default_factory=lambda: MappingProxyType({}))
    disabled: frozenset[str] = frozenset()
