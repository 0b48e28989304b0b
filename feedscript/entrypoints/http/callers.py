"""Who calls: by a key, by an attempt's token, or as anybody where there is no key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Response, g, request
from werkzeug.exceptions import SecurityError

from feedscript.domain import ApiKey, KeyState, Reach, Scope, is_key, key_digest, key_id_of
from feedscript.entrypoints.http.problems import problem
from feedscript.entrypoints.settings import Settings, is_loopback
from feedscript.ports import Clock, Keys

KEY_HEADER, TOKEN_HEADER = "X-API-Key", "X-Feedscript-Token"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
NO_KEY = key_digest("")
REMEMBERED = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, by the name that goes on the audit trail; what it may do, and with whom it may have to do.

    `known` is False for one who has proved nothing; `why` says what is wrong with a key that was one. `digest` is of
    the key that was shown, so that a session can tell it from another of the same name.
    """

    name: str = "anonymous"
    scopes: frozenset[Scope] = frozenset()
    reach: Reach = field(default_factory=Reach)
    known: bool = False
    why: str = ""
    digest: str = field(default="", repr=False)


STRANGER = Caller()
ANYBODY = Caller(scopes=frozenset(Scope), known=True)


class KeyRing:
    """All keys that there are: the environment's and those that an operator made."""

    def __init__(self, from_environment: Mapping[str, str] | None, keys: Keys, clock: Clock) -> None:
        self._fixed = {name: key_digest(key) for name, key in (from_environment or {}).items()}
        self._keys = keys
        self._clock = clock
        self._empty = not self._fixed

    @property
    def empty(self) -> bool:
        """Whether there has never been a key, so that nobody can be asked for one."""
        # No key is ever forgotten, so once there is one nobody needs to look again.
        self._empty = self._empty and self._keys.empty()
        return self._empty

    def caller(self, credential: str | None) -> Caller:
        """Whose the key is; a stranger's where it is none.

        Every key of the environment is compared, and of the others the one that the text names: how long it takes may
        tell whether there is a key of that id, which is no secret, and nothing of its text.
        """
        text = credential or ""
        matches = [name for name, digest in self._fixed.items() if is_key(text, digest)]
        key_id = key_id_of(text)
        key = self._keys.find(key_id) if key_id else None
        matches_key = is_key(text, key.digest if key else NO_KEY)
        if credential and matches:
            return self._fixed_caller(matches[0])
        return self._caller_of(key) if key is not None and matches_key else STRANGER

    def holder(self, name: str) -> Caller:
        """The caller of that name as its key is now, for one who has shown the key before; a stranger without one."""
        given = name.removeprefix("key:")
        if given in self._fixed:
            return self._fixed_caller(given)
        key = self._keys.find(given.rpartition("/")[2])
        found = self._caller_of(key) if key is not None else STRANGER
        return found if found.name == name else STRANGER

    def _fixed_caller(self, name: str) -> Caller:
        return Caller(name=f"key:{name}", scopes=frozenset(Scope), known=True, digest=self._fixed[name])

    def _caller_of(self, key: ApiKey) -> Caller:
        name, now = f"key:{key.name}/{key.id}", self._clock.now()
        state = key.state(now)
        if state is not KeyState.GOOD:
            return Caller(name=name, why=f"the key {key.id} is {state.value}")
        self._keys.used(key.id, now)
        return Caller(name=name, scopes=key.scopes, reach=key.reach, known=True, digest=key.digest)


def caller() -> Caller:
    """Who makes the call at hand."""
    found: Caller = g.get("caller", STRANGER)
    return found


def may_read(settings: Settings) -> bool:
    """Whether who makes the call at hand, where no key is asked for, could read jobs as well."""
    if caller() is ANYBODY:
        return misled(settings) is None
    return caller().known and Scope.READ in caller().scopes


def actor() -> str:
    """Who makes the call at hand, as the audit trail names it."""
    return caller().name


def credential() -> str | None:
    """What was sent to prove who calls."""
    return request.headers.get(KEY_HEADER) or _bearer()


def token() -> str | None:
    """The attempt's token that came with a callback; None where the caller proved itself with a key, or not at all."""
    if sent := request.headers.get(TOKEN_HEADER):
        return sent
    by_key = caller().name != ANYBODY.name
    return None if by_key and _bearer() == credential() else _bearer()


def misled(settings: Settings) -> Response | None:
    """The answer to a call that needs no key and was led here by somebody else; None to every other.

    Without keys whoever reaches the port may do everything. It listens to this machine alone, but a page from
    elsewhere in a browser of this machine reaches it too: by another site's call, or by a name of its own that
    it has let point here (DNS rebinding).
    """
    if not settings.allow_anonymous:
        if not is_this_machine(request.remote_addr):
            return problem(401, "unauthorized", "there is no key yet: feedscript keys create makes one")
        if not _is_our_name(settings):
            return problem(
                421, "wrong_host", "call it by its address, or let PUBLIC_URL tell this name of it"
            )
    if request.method not in SAFE_METHODS and not is_same_site():
        return cross_site()
    return None


def cross_site() -> Response:
    """The answer to a call that changes something and comes from a page of another site."""
    return problem(403, "cross_site", "a page of another site may not start anything here")


def _bearer() -> str | None:
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    return sent.strip() if scheme.lower() == "bearer" else None


@lru_cache(REMEMBERED)
def is_this_machine(address: str | None) -> bool:
    """Whether a peer with that address is on this machine."""
    try:
        return is_loopback(str(ip_address(address or "")))
    except ValueError:
        return not address  # a socket file, or a test: nothing of the network


def _is_our_name(settings: Settings) -> bool:
    try:
        host = urlsplit(f"//{request.host}").hostname or ""
    except (ValueError, SecurityError):
        return False
    return is_loopback(host) or host in settings.own_hosts


def is_same_site(own_hosts: frozenset[str] = frozenset()) -> bool:
    """Whether no page of another site has sent the call; behind a proxy ours may have any of `own_hosts`."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return False
    origin = request.headers.get("Origin")
    # Browsers before Sec-Fetch-Site; a sandboxed page's is "null".
    return origin is None or _site_of(origin) in (request.host, *own_hosts)


def _site_of(address: str) -> str:
    """Host and port of an address as it is written; empty where it has none."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""
