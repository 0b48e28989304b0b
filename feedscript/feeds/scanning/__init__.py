"""The scan: one pass of DuckDB over a staged feed, and all that is asked of it afterwards."""

from feedscript.feeds.scanning.samples import Sample
from feedscript.feeds.scanning.scan import Scan

__all__ = ["Sample", "Scan"]
