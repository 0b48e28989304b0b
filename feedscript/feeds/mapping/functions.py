"""What no SQL can do: Python functions that the engine calls for the few values that need them.

Each maps a text to a text and raises nothing; NULL stays NULL without a call. The engine hands values over in numpy's
vectors, which therefore only a generation loads.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import duckdb
from duckdb.sqltypes import VARCHAR

from feedscript.feeds.mapping.mended_address import mended_address
from feedscript.feeds.mapping.plain_text import plain_text

PLAIN_TEXT, MENDED_ADDRESS = "plain_text", "mended_address"
_FUNCTIONS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {PLAIN_TEXT: plain_text, MENDED_ADDRESS: mended_address}
)


def add_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the functions that operations call."""
    for name, function in _FUNCTIONS.items():
        connection.create_function(name, function, [VARCHAR], VARCHAR)


def where(test: str, function: str, value: str) -> str:
    """SQL of what the function makes of the value where the test is true, which is all that is called for it."""
    return f"CASE WHEN {test} THEN {function}({value}) ELSE {value} END"
