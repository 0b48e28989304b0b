"""The notifiers, by the shipped contract."""

from pathlib import Path

from feedscript.adapters.files import Disk
from feedscript.adapters.webhooks import FolderLetterBox
from feedscript.ports import Notifier
from feedscript.testing.contracts import NotifierContract
from feedscript.testing.contracts.faults import DEATH, ERROR, Fault
from feedscript.testing.failing import FailingDisk
from feedscript.testing.fakes import RecordingNotifier
from feedscript.testing.receiver import Receiver
from tests.notifying import notifier_over


class TestWebhookNotifier(NotifierContract):
    faults = (ERROR, DEATH)

    def open_notifier(self, folder: Path) -> Notifier:
        return notifier_over(FolderLetterBox(folder, Disk()))

    def open_failing(self, folder: Path, fault: Fault) -> Notifier:
        return notifier_over(FolderLetterBox(folder, FailingDisk(fault)))


class TestRecordingNotifier(NotifierContract):
    delivers_over_http = False

    def open_notifier(self, folder: Path) -> Notifier:
        return RecordingNotifier()

    def told(self, notifier: Notifier, receiver: Receiver) -> list[str | None]:
        assert isinstance(notifier, RecordingNotifier)
        return [each.id for each in notifier.notifications]
