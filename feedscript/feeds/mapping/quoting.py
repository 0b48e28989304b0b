"""The one place where a text becomes part of a query."""


def literal(text: str) -> str:
    """The text as an SQL string literal.

    >>> literal("L'Or")
    "'L''Or'"
    """
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """The name as an SQL identifier.

    >>> identifier('my "best" column')
    '"my ""best"" column"'
    """
    return '"' + name.replace('"', '""') + '"'
