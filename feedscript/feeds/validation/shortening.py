"""Long texts cut to what matters in them."""

_CUT = "…"


def shortened(text: str, length: int, mark: tuple[int, int] = (0, 0)) -> tuple[str, tuple[int, int]]:
    """The text cut to `length` characters around the `mark` (start and end), and where the mark is in what is left.

    Where something was cut stands an ellipsis, which counts no character.

    >>> shortened("a long text that says <b>SALE</b> in its middle, and goes on", 12, (22, 25))
    ('…ays <b>SALE<…', (5, 8))
    >>> shortened("a long text", 6)
    ('a long…', (0, 0))
    """
    if len(text) <= length:
        return text, mark
    start, end = mark
    end = min(end, start + length)
    first = max(0, min(start - (length - (end - start)) // 2, len(text) - length))
    before = _CUT if first else ""
    after = _CUT if first + length < len(text) else ""
    moved = len(before) - first
    return f"{before}{text[first : first + length]}{after}", (start + moved, end + moved)
