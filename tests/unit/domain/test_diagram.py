"""docs/lifecycle.md shows the diagram that the table makes; run as a program, this draws it anew."""

from pathlib import Path

from feedscript.domain import TRANSITIONS, diagram

PAGE = Path(__file__).parents[3] / "docs" / "lifecycle.md"


def test_the_page_shows_the_diagram_of_the_table() -> None:
    shown = PAGE.read_text().partition("```mermaid\n")[2].partition("\n```")[0]
    assert shown == diagram(), "run the command that docs/lifecycle.md names"


def test_the_diagram_has_an_edge_per_row() -> None:
    assert len(diagram().splitlines()) == len(TRANSITIONS) + 1


def redraw() -> None:
    before, fence, rest = PAGE.read_text().partition("```mermaid\n")
    PAGE.write_text(f"{before}{fence}{diagram()}\n```{rest.partition('```')[2]}")


if __name__ == "__main__":
    redraw()
