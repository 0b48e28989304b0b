"""Writes what the shipped profiles call things, so that no run has to load them all to know it.

python tools/build_profile_index.py
"""

import json

from feedscript.feeds.profiles import load_profile, profile_ids
from feedscript.feeds.profiles.index import CANONICAL, INDEX, entry_of


def main() -> None:
    """Write the index beside the profiles."""
    entries = {name: entry_of(load_profile(name), load_profile(CANONICAL)) for name in profile_ids()}
    INDEX.write_text(json.dumps(entries, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
