"""What happens, in the log and in figures: both are told by the entries of the audit trail."""

from feedscript.adapters.observing.change_log import ChangeLog
from feedscript.adapters.observing.metrics import Metrics
from feedscript.adapters.observing.observers import Observers, recorded

__all__ = ["ChangeLog", "Metrics", "Observers", "recorded"]
