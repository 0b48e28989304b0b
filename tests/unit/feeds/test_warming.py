"""What a runner has made before it forks."""

import subprocess
import sys

SCRIPT = """
import sys
import threading
import feedscript.entrypoints.scripts.warm
from feedscript.feeds.profiles.loading import shipped_profile
from feedscript.feeds.reports.html import page_template
from feedscript.feeds.rules.codes import codes
from feedscript.feeds.rules.currencies import currency_facts
from feedscript.feeds.rules.promotion import promotion
print({"feedscript.feeds.validation.checking", "feedscript.feeds.generation"} <= sys.modules.keys())
print(shipped_profile.cache_info().currsize > 0, page_template.cache_info().currsize, threading.active_count())
print({each.cache_info().currsize for each in (codes, currency_facts, promotion)})
"""


def test_the_runners_preload_loads_what_every_run_needs_and_starts_no_thread() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["True", "True", "1", "1", "{1}"]
