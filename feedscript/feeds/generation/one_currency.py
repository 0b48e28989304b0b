"""Partners whose files hold no currency: they take every amount for one in theirs, so a feed has one alone."""

from collections.abc import Mapping

import duckdb

from feedscript.feeds.engine.errors import FeedError
from feedscript.feeds.profiles.model import Profile
from feedscript.feeds.writers.values import is_price

_PRICES = ("price", "sale_price")


class SeveralCurrencies(FeedError):
    """The items have prices in several currencies, and nothing tells which is the feed's, whose file holds none.

    Attributes: `uri`, `currencies` (how many items have each).
    """

    def __init__(self, uri: str, profile: str, currencies: Mapping[str, int]) -> None:
        told = ", ".join(f"{currency} x{items}" for currency, items in currencies.items())
        super().__init__(
            f"{uri} has prices in several currencies ({told}), none of which most of them have, and a feed of "
            f"{profile} does not say which is in which. Name the feed's in the merchant's file (source: currency:), "
            "keep the items of one by a row step (rows: - where:), or make a feed for each"
        )
        self.uri = uri
        self.currencies = currencies


def currency_of_feed(
    connection: duckdb.DuckDBPyConnection,
    items: str,
    cells: Mapping[str, str],
    profile: Profile,
    *,
    uri: str,
    declared: str | None,
) -> str | None:
    """The currency in which alone amounts are written; None where each is told, or all of `items` (SQL) are in one.

    It is the one that is `declared`, if any item has it, else that of more than half of the prices. Raises
    SeveralCurrencies where there is no such.
    """
    prices = [cells[name] for name in _PRICES if name in cells]
    taken = {each.cell.take for each in profile.attributes if each.origin == _PRICES[0]}
    if not prices or "amount" not in taken or "currency" in taken:
        return None
    price = f"coalesce({', '.join(prices)})"
    found = dict(
        connection.execute(
            f"SELECT right({price}, 3), count(*) FROM {items} WHERE {is_price(price)} GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
    )
    if len(found) <= 1 or declared in found:
        return declared if len(found) > 1 else None
    usual, total = next(iter(found.items()))
    if 2 * total <= sum(found.values()):
        raise SeveralCurrencies(uri, profile.id, found)
    return str(usual)
