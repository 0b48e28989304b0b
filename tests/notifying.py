"""The notifier that tells over HTTP, as tests have it: of a fixed time, without pauses, to this machine alone."""

from feedscript.adapters.egress import EgressRules
from feedscript.adapters.letter_box import LetterBox
from feedscript.adapters.memory import MemoryActivityLog
from feedscript.adapters.webhooks import Signing, WebhookNotifier
from feedscript.testing.fakes import FrozenClock, SequentialIds


def notifier_over(letters: LetterBox) -> WebhookNotifier:
    """One that keeps its letters there."""
    clock = FrozenClock()
    return WebhookNotifier(
        letters,
        ids=SequentialIds(clock),
        clock=clock,
        record=MemoryActivityLog().append,
        signing=Signing(),
        rules=EgressRules(loopback=True),
        jitter=lambda: 0.5,
        pauses=(0.0, 0.0),
    )
