"""A page with the catalogue of rules for each shipped profile but Google's, which lies in the repository."""

from pathlib import Path

from feedscript.feeds import load_profile, profile_ids
from feedscript.feeds.rules.catalogue import as_markdown

#: Of the page that lies in the repository.
_KEPT = "This page is written by `feedscript rules --format markdown`; a test fails when it is out of date.\n"
_INDEX = """# Rules of each profile

What each rule says, how severe it is, and what to do. Google's are [on a page of their own](../../rules.md); how sure
the source of a rule is tell the [profiles](../../profiles/index.md).

```{toctree}
:maxdepth: 1
:glob:

*
```
"""


def write_rule_pages(folder: Path) -> None:
    """Write the pages, and one that leads to them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.md").write_text(_INDEX, "utf-8")
    for name in profile_ids():
        if name != "google":
            page = as_markdown(load_profile(name)).replace(_KEPT, "")
            (folder / f"{name}.md").write_text(page, "utf-8")
