"""How shops write currencies: codes, signs and words, and what each may stand for."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from feedscript.feeds.documents.shipped import load_shipped
from feedscript.feeds.profiles.vocabulary import CURRENCIES


@dataclass(frozen=True, kw_only=True)
class Currencies:
    """Signs and words by the currencies they stand for, and the words around an amount that change nothing about it.

    Signs are in capitals, without blanks and without the points of abbreviations. `unless_told` is what a sign means
    where nobody says which currency; `words` are codes that are words too; `without_their_decimals` are currencies
    whose decimals (ISO 4217) shops do not use; `before` and `behind` are phrases beside an amount.
    """

    version: str
    signs: Mapping[str, tuple[str, ...]]
    unless_told: Mapping[str, str]
    words: tuple[str, ...]
    without_their_decimals: tuple[str, ...]
    before: tuple[str, ...]
    behind: tuple[str, ...]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Every code that counts as one, usual ones first."""
        return tuple(dict.fromkeys((*self.signs, *(code for codes in CURRENCIES.values() for code in codes))))

    @cached_property
    def own_meaning(self) -> Mapping[str, str]:
        """The signs that mean one currency whatever the merchant's is, usual ones first.

        Words do so only where `unless_told` says it: "R 500" is a price in rand where the merchant sells in rand.
        """
        meanings: dict[str, list[str]] = {}
        for code, signs in self.signs.items():
            for sign in signs:
                meanings.setdefault(sign, []).append(code)
        return {
            sign: codes[0]
            for sign, codes in meanings.items()
            if len(codes) == 1 and (sign in self.unless_told or any(map(_is_sign, sign)))
        }


def _is_sign(letter: str) -> bool:
    return unicodedata.category(letter) == "Sc"


@cache
def currencies() -> Currencies:
    """The currencies as this package knows them."""
    path = Path(__file__).with_name("currency_signs.yaml")
    loaded = load_shipped(path, "feedscript.feeds.mapping.currencies_schema:read_currencies")
    assert isinstance(loaded, Currencies)
    return loaded
