"""What is known of currencies: where each is legal tender, which are no more, and roughly what one is worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from feedscript.feeds.documents.shipped import load_shipped


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How much of each currency one of `base` bought at `as_of` (a day), roughly.

    What is held against a limit in another currency has to pass it `margin` times over.
    """

    as_of: str
    base: str
    margin: float
    per_base: Mapping[str, float]

    def limits(self, limit: float, currency: str) -> dict[str, float]:
        """What a limit in one currency is in each that has a rate: itself there, and with the margin elsewhere."""
        one = self.per_base[currency]
        converted = {code: limit * rate / one * self.margin for code, rate in self.per_base.items()}
        return converted | {currency: limit}


@dataclass(frozen=True, kw_only=True)
class Withdrawn:
    """A currency that is legal tender nowhere since the day after `until`, and what came in its place."""

    until: str
    now: str


@dataclass(frozen=True, kw_only=True)
class CurrencyFacts:
    """`countries` are the currencies that are legal tender by country (ISO 3166); `withdrawn` by code (ISO 4217)."""

    rates: Rates
    countries: Mapping[str, tuple[str, ...]]
    withdrawn: Mapping[str, Withdrawn]

    def withdrawn_by(self, moment: datetime) -> tuple[str, ...]:
        """The codes that were withdrawn before this moment."""
        day = moment.date().isoformat()
        return tuple(code for code, each in self.withdrawn.items() if each.until < day)


@cache
def currency_facts() -> CurrencyFacts:
    """The facts that come with the package."""
    path = Path(__file__).with_name("currency_facts.yaml")
    loaded = load_shipped(path, "feedscript.feeds.rules.currencies_schema:read_currency_facts")
    assert isinstance(loaded, CurrencyFacts)
    return loaded
