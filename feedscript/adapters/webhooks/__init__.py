"""Outcomes by HTTP POST to the caller's `callback_url`."""

from feedscript.adapters.webhooks.notifier import WebhookNotifier

__all__ = ["WebhookNotifier"]
