"""Imported by the runners: the built-in scripts that they fork find the feed engine loaded and warm."""

from feedscript.feeds import warm_up

warm_up()
