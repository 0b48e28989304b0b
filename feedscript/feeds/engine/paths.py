"""Paths as callers of the library give them."""

import os

#: A path, or the text of one.
AnyPath = str | os.PathLike[str]
