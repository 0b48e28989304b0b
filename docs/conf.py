"""How `make docs` builds the site: pages in Markdown, references out of the code itself."""

import json
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.util import logging

import feedscript
from tools.site.diagram import Mermaid
from tools.site.http_api import http_api
from tools.site.pictures import photograph
from tools.site.rule_pages import write_rule_pages
from tools.site.service import service

HERE = Path(__file__).parent
#: What the build itself makes for the pages; nothing in it is kept.
MADE = HERE / "_made"
#: Of it, what becomes a part of the site as it is.
EXTRA = MADE / "extra"

project = "feedscript"
author = "the feedscript founders"
version = release = feedscript.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click", "sphinx_copybutton"]
# Of what the build makes, the pages of rules are pages of their own; the calls are a part of one.
exclude_patterns = ["_build", "_made/*.md"]
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
myst_fence_as_directive = ["mermaid"]
html_theme = "furo"
html_title = f"feedscript {version}"
html_copy_source = False
html_show_copyright = False
# The kinds of link that are followed within the site are checked by -W; these would need the network.
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": False}


def write_pages(app: Sphinx) -> None:
    """Write what the code knows: the served document, with the calls in it, and the rules of each profile."""
    EXTRA.mkdir(parents=True, exist_ok=True)
    with service() as (served, _):
        document = served.test_client().get("/api/openapi.json").json
    app.config.html_extra_path = [str(EXTRA)]
    (EXTRA / "openapi.json").write_text(json.dumps(document, indent=1), "utf-8")
    (MADE / "http-api.md").write_text(http_api(document), "utf-8")
    write_rule_pages(MADE / "rules")


def take_pictures(app: Sphinx) -> None:
    """Take the pictures of the pages that the service shows."""
    if photograph(MADE, HERE.parent / "samples" / "broken-feed.csv", app.config.picture_size):
        app.tags.add("pictures")
    else:
        logging.getLogger(__name__).info("no chromium here: the site has no pictures")
        # What is left out for want of the tag is looked for all the same.
        app.config.suppress_warnings = [*app.config.suppress_warnings, "image.not_readable"]


def setup(app: Sphinx) -> None:
    """Let the build make what the pages show (Sphinx calls this)."""
    # Pygments does not know it; it is read as it stands.
    app.add_lexer("csv", TextLexer)
    app.add_directive("mermaid", Mermaid)
    app.add_config_value("picture_size", "1100,1000", "html")
    app.connect("builder-inited", write_pages)
    app.connect("builder-inited", take_pictures)
