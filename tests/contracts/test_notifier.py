"""The notifiers, by the shipped contract."""

from pathlib import Path

from feedscript.adapters.egress import EgressRules
from feedscript.adapters.files import Disk
from feedscript.adapters.memory import MemoryActivityLog
from feedscript.adapters.webhooks import FolderLetterBox, Signing, WebhookNotifier
from feedscript.ports import Notifier
from feedscript.testing.contracts import NotifierContract
from feedscript.testing.fakes import FrozenClock, RecordingNotifier, SequentialIds
from feedscript.testing.receiver import Receiver


class TestWebhookNotifier(NotifierContract):
    def open_notifier(self, folder: Path) -> Notifier:
        clock = FrozenClock()
        return WebhookNotifier(
            FolderLetterBox(folder, Disk()),
            ids=SequentialIds(clock),
            clock=clock,
            record=MemoryActivityLog().append,
            signing=Signing(),
            rules=EgressRules(loopback=True),
            jitter=lambda: 0.5,
            pauses=(0.0, 0.0),
        )


class TestRecordingNotifier(NotifierContract):
    delivers_over_http = False

    def open_notifier(self, folder: Path) -> Notifier:
        return RecordingNotifier()

    def told(self, notifier: Notifier, receiver: Receiver) -> list[str | None]:
        assert isinstance(notifier, RecordingNotifier)
        return [each.id for each in notifier.notifications]
