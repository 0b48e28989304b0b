"""What every run of the engine needs and none changes, made before the first: for processes that fork many."""

from feedscript.feeds.profiles import load_profile, profile_ids
from feedscript.feeds.reports.html import page_template


def warm_up() -> None:
    """Load the profiles and the page's template; starts no thread, so that forks are safe afterwards."""
    for profile in profile_ids():
        load_profile(profile)
    page_template()
