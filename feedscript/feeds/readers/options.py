"""What a merchant says of a source that cannot be told, or is told wrong, from its bytes."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class SourceOptions:
    """How a source is to be read; None leaves it to detection.

    `encoding` is a label of the WHATWG Encoding Standard; `delimiter` one character; `header` the physical line, from
    1, of the header of delimited text; `item` the local name of the element, or the key of the list, that holds the
    items; `member` the name of the feed among several files of a zip. `decimal` says which sign stands before the
    decimals of amounts that could be read in two ways.

    `platform` is the shop system whose export this is, where its header does not tell or tells wrong. `base_url` (of
    the shop, without a slash at its end), `currency` (three letters) and `tax_rate` (percent, of prices without tax)
    are what such exports do not hold.

    The others are what a partner's form of file says, never a merchant. `quoting` never: quotes mean nothing where the
    delimiter is none that text is full of. `columns` are the titles of delimited text that has no header. `preamble`
    and `trailer` are what a line begins with that stands before or behind the items of such text.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: int | None = None
    item: str | None = None
    member: str | None = None
    decimal: Literal["comma", "point"] | None = None
    platform: str | None = None
    base_url: str | None = None
    currency: str | None = None
    tax_rate: str | None = None
    quoting: Literal["never"] | None = None
    columns: tuple[str, ...] | None = None
    preamble: str | None = None
    trailer: str | None = None
