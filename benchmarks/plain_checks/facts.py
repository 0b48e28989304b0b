"""What values are held against: the package's lists of currencies, categories, phrases and elements, not its rules."""

import unicodedata
from datetime import UTC, datetime
from functools import cache

from feedscript.feeds.profiles.taxonomy import load_taxonomy
from feedscript.feeds.profiles.vocabulary import CURRENCIES
from feedscript.feeds.rules.currencies import currency_facts
from feedscript.feeds.rules.hypertext import BREAKING, HIDDEN, INLINE
from feedscript.feeds.rules.promotion import promotion

WITHDRAWN = frozenset(currency_facts().withdrawn_by(datetime.now(UTC)))
#: How many decimals a price may have, by its currency.
DECIMALS = {
    **dict.fromkeys((*CURRENCIES[2], *currency_facts().withdrawn), 2),
    **dict.fromkeys(CURRENCIES[0], 0),
    **dict.fromkeys(CURRENCIES[3], 3),
}
ELEMENTS = (*BREAKING, *INLINE, *HIDDEN)
LANGUAGES = tuple(promotion().languages.values())
_TAXONOMY = load_taxonomy("google")
#: Branches of the taxonomy that call for other attributes, by what this profile calls them.
_ROOTS = {
    "apparel": ["Apparel & Accessories"],
    "sized": ["Apparel & Accessories > Clothing", "Apparel & Accessories > Shoes"],
    "media": ["Media"],
}


def _spelled(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower().replace(" > ", ">")


def _branch(roots: list[str]) -> frozenset[str]:
    found = _TAXONOMY.branches(roots)
    return frozenset((*found.ids, *map(_spelled, found.paths)))


#: The ids and the spelled paths of the categories of each branch.
BRANCHES = {name: _branch(roots) for name, roots in _ROOTS.items()}
CATEGORY_LANGUAGES = tuple(_TAXONOMY.versions)


@cache
def categories(language: str) -> frozenset[str]:
    """The spelled paths of all categories in a language, and with the first one's the ids."""
    ids = (str(id_) for id_, _ in _TAXONOMY.tree) if language == CATEGORY_LANGUAGES[0] else ()
    return frozenset((*ids, *map(_spelled, filter(None, _TAXONOMY.paths(language)))))
