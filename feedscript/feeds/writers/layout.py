"""What a file of text is made of: something before the records, the records, something between and behind them."""

from collections.abc import Mapping
from dataclasses import dataclass

from feedscript.feeds.engine.sql import literal


@dataclass(frozen=True)
class Layout:
    """A file as text: `head`, the records parted by `between`, `end` behind the last of them, `tail`.

    `cells` are the SQL of what a record is made of: one text, which is written as it is; or, where there is a
    `delimiter`, cells that are quoted where they have to be (NULL is nothing, an empty text a pair of quotes), or all
    with `quoted`. `head` and `tail` bring their own line ends.
    """

    cells: tuple[str, ...]
    head: str = ""
    between: str = "\n"
    end: str = "\n"
    tail: str = ""
    delimiter: str = ""
    quoted: bool = False

    @property
    def size(self) -> str:
        """The SQL of the bytes that a record takes at most, in UTF-8 and with what parts it from the next."""
        parting = len(self.between)
        if not self.delimiter:
            return f"strlen({self.cells[0]}) + {parting}"
        quotes = (f"strlen({cell}) - strlen(replace({cell}, '\"', ''))" for cell in self.cells)
        sizes = (
            f"coalesce(strlen({cell}) + {more}, 0) + 3" for cell, more in zip(self.cells, quotes, strict=True)
        )
        return f"{' + '.join(sizes)} + {parting}"

    def copy(self, table: str, items: int, target: str, options: Mapping[str, str]) -> str:
        """The statement by which DuckDB copies so many items of `table` to `target`, a path as an SQL string."""
        cells = ", ".join(f"{cell} AS c{place}" for place, cell in enumerate(self.cells))
        query = f"SELECT {cells} FROM {table}"
        quote = literal('"' if self.delimiter else "")
        given = {
            "FORMAT": "csv",
            "HEADER": "false",
            "DELIMITER": literal(self.delimiter),
            "QUOTE": quote,
            "ESCAPE": quote,
            "NULL": "''",
            "NEW_LINE": literal(self.between),
            **({"FORCE_QUOTE": "*"} if self.quoted else {}),
            **options,
        }
        if self.head:
            # DuckDB has no prefix without a suffix either: where no record ends, the head does.
            head = self.head if items else self.head.removesuffix(self.end)
            given |= {"PREFIX": literal(head), "SUFFIX": literal(self.end + self.tail)}
        elif self.tail:
            # DuckDB has no suffix without a prefix.
            query += f" UNION ALL SELECT {literal(self.tail.removesuffix(self.end))}"
        written = ", ".join(f"{name} {value}" for name, value in given.items())
        return f"COPY ({query}) TO {target} ({written})"
