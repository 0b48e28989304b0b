"""White space around a value, which is no part of it: Unicode's, and the byte order mark."""

#: What Unicode calls separators of space; DuckDB's trim without a set knows them by itself.
_SPACES = " \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000"
_OTHERS = "\t\n\r\u0085\u2028\u2029\ufeff"
BLANKS = _SPACES + _OTHERS


def trimmed(value: str) -> str:
    """The SQL of the text `value` without white space around it.

    DuckDB's trim with a set makes the set anew for each value, which costs many times what the other does.
    """
    others = " OR ".join(f"contains({value}, '{sign}')" for sign in _OTHERS)
    return f"CASE WHEN {others} THEN trim({value}, '{BLANKS}') ELSE trim({value}) END"


def trimmed_each(value: str, separator: str) -> str:
    """The SQL of the text `value` as `trimmed`, but of several values, parted by `separator`, each; empty ones go."""
    between = f"[{BLANKS}]*{separator}[{BLANKS}{separator}]*"
    apart = f"regexp_replace({value}, '{between}', '{separator}', 'g')"
    several = f"trim({apart}, '{BLANKS}{separator}')"
    return f"CASE WHEN contains({value}, '{separator}') THEN {several} ELSE {trimmed(value)} END"
