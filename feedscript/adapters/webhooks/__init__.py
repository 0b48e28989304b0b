"""Outcomes by HTTP POST to the caller's `callback_url`."""

from feedscript.adapters.webhooks.dead_letters import OutboxDeadLetters
from feedscript.adapters.webhooks.folder_box import FolderLetterBox
from feedscript.adapters.webhooks.notifier import WebhookNotifier
from feedscript.adapters.webhooks.signing import BadSecret, Signing

__all__ = ["BadSecret", "FolderLetterBox", "OutboxDeadLetters", "Signing", "WebhookNotifier"]
