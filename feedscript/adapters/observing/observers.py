"""Several observers as one, and entries that they are told of."""

import logging
from collections.abc import Callable, Sequence

from feedscript.domain import Activity, Job
from feedscript.ports import ActivityLog, Observer

logger = logging.getLogger(__name__)


class Observers(Observer):
    """Tells each of them; what one makes a mistake over is logged, and keeps nothing from the others."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def entered(self, activity: Activity, job: Job | None = None) -> None:
        """Tell all of the entry."""
        for observer in self._observers:
            try:
                observer.entered(activity, job)
            except Exception:
                logger.exception("%s could not be observed", activity.type)


def recorded(log: ActivityLog, observer: Observer) -> Callable[[Sequence[Activity]], None]:
    """A function that enters activities on the trail, and tells of them once they are there."""

    def record(activities: Sequence[Activity]) -> None:
        log.append(activities)
        for activity in activities:
            observer.entered(activity)

    return record
