"""Partners whose files hold no currency: they take every amount for one in theirs, so a feed may have one alone."""

from collections.abc import Mapping

import duckdb

from feedscript.feeds.engine.errors import FeedError
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.writers.values import is_price

_PRICE = "price"


class SeveralCurrencies(FeedError):
    """The items have prices in several currencies, and the partner's file would not say which is in which.

    Attributes: `uri`, `currencies` (how many items have each).
    """

    def __init__(self, uri: str, profile: str, currencies: Mapping[str, int]) -> None:
        told = ", ".join(f"{currency} x{items}" for currency, items in currencies.items())
        super().__init__(
            f"{uri} has prices in several currencies ({told}), and a feed of {profile} does not say which is in which."
            " Keep the items of one by a row step of the merchant's file (rows: - where:), or make a feed for each"
        )
        self.uri = uri
        self.currencies = currencies


def refuse_several_currencies(
    connection: duckdb.DuckDBPyConnection, items: str, cells: Mapping[str, str], profile: Profile, uri: str
) -> None:
    """Raise SeveralCurrencies where prices of `items` (SQL) are in several and no column tells which."""
    price = cells.get(_PRICE)
    taken = {each.cell.take for each in profile.attributes if each.origin == _PRICE}
    if price is None or "amount" not in taken or "currency" in taken:
        return
    found = connection.execute(
        f"SELECT right({price}, 3), count(*) FROM {items} WHERE {is_price(price)} GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    if len(found) > 1:
        raise SeveralCurrencies(uri, profile.id, dict(found))
