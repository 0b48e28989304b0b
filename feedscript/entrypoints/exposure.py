"""Who may call before there is any key: this machine alone, unless the operator insists."""

import sys

from feedscript.entrypoints.settings import BadSettings, Settings, is_loopback
from feedscript.ports import Keys


def refuse_exposure(settings: Settings, keys: Keys) -> None:
    """Raise `BadSettings` where everybody on the network could start scripts, and nobody has said that they may."""
    if not _has_key(settings, keys):
        refuse_exposure_without_key(settings)


def refuse_exposure_without_key(settings: Settings) -> None:
    """As `refuse_exposure`, where there is no key but those of the environment."""
    if settings.api_keys or settings.allow_anonymous or is_loopback(settings.host):
        return
    raise BadSettings(
        f"HOST={settings.host!r} is reached from elsewhere and there is no key: make one (feedscript keys create NAME) "
        "or set API_KEYS; ALLOW_ANONYMOUS=true to let everybody do everything"
    )


def tell_who_may_call(settings: Settings, keys: Keys) -> None:
    """Say whom a service without keys takes calls from."""
    if _has_key(settings, keys):
        return
    who = "this machine alone" if settings.for_this_machine else "everybody who reaches it"
    print(  # noqa: T201 - said once, before the log begins
        f"feedscript: there is no key, so {who} may call (feedscript keys create NAME makes one)",
        file=sys.stderr,
    )


def _has_key(settings: Settings, keys: Keys) -> bool:
    return bool(settings.api_keys) or not keys.empty()
