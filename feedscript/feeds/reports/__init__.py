"""Reports: the document of a validation, for a reader at a browser or a terminal."""

from feedscript.feeds.reports.html import render_html
from feedscript.feeds.reports.text import render_text

__all__ = ["render_html", "render_text"]
