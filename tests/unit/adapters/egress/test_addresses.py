"""No connection is begun to an address that callers may not have called, in whatever form it is written."""

import asyncio
from collections.abc import Callable
from ipaddress import ip_address

import httpcore2
import pytest

from feedscript.adapters.egress import CheckedDialling, EgressRules, Exempt, Forbidden
from feedscript.adapters.egress.dialling import Resolve, resolve
from feedscript.adapters.http_exchange import NoAnswer, post
from feedscript.adapters.web_address import IPAddress, WebAddress
from tests.unit.adapters.egress.addresses import FORBIDDEN, FORBIDDEN_ANSWERS, LOOPBACK

PUBLIC = "93.184.215.14"
STRICT = EgressRules()


class Network(httpcore2.AsyncNetworkBackend):
    """A network on which every address answers 204; `dialled` are those that a connection was begun to."""

    def __init__(self, *, unreachable: tuple[str, ...] = ()) -> None:
        self.dialled: list[tuple[str, int]] = []
        self.streams: list[Stream] = []
        self._unreachable = unreachable

    async def connect_tcp(
        self, host: str, port: int, *_: object, **__: object
    ) -> httpcore2.AsyncNetworkStream:
        """Note who is dialled."""
        self.dialled.append((host, port))
        if host in self._unreachable:
            raise httpcore2.ConnectError("unreachable")
        self.streams.append(Stream())
        return self.streams[-1]


class Stream(httpcore2.AsyncNetworkStream):
    """A receiver that says 204; `sent` is what it got, `server_name` what TLS was asked for."""

    def __init__(self) -> None:
        self.sent = b""
        self.server_name: str | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's signature
        """The answer."""
        return b"HTTP/1.1 204 No Content\r\n\r\n"[:max_bytes]

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as above
        """Keep what came."""
        self.sent += buffer

    async def aclose(self) -> None:
        """There is nothing to close."""

    async def start_tls(
        self,
        ssl_context: object,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as above
    ) -> httpcore2.AsyncNetworkStream:
        """Note the name."""
        self.server_name = server_hostname
        return self


def answering(*answers: list[str]) -> tuple[Resolve, list[str]]:
    """A resolver that gives one answer after the other, and the names that it was asked for."""
    asked: list[str] = []

    async def resolve_name(host: str, port: int) -> list[IPAddress]:
        asked.append(host)
        return [ip_address(answer) for answer in answers[min(len(asked), len(answers)) - 1]]

    return resolve_name, asked


def call(url: str, rules: EgressRules, network: Network, names: Callable[..., object] | None = None) -> int:
    def dialling(address: WebAddress) -> CheckedDialling:
        return CheckedDialling(address, rules, resolve=names or resolve, network=network)  # type: ignore[arg-type]

    return asyncio.run(post(url, b"{}", headers={}, within=30.0, dialling=dialling)).status


def is_localhost(url: str) -> bool:
    try:
        return WebAddress.parse(url).is_localhost
    except ValueError:
        return False


def test_there_are_at_least_150_forms() -> None:
    assert len(set(FORBIDDEN)) + len(FORBIDDEN_ANSWERS) >= 150


@pytest.mark.parametrize("url", FORBIDDEN)
def test_a_forbidden_address_is_refused_as_it_stands_or_once_its_name_is_known(url: str) -> None:
    network = Network()
    names, _ = answering(["127.0.0.1"])
    with pytest.raises(NoAnswer):
        call(url, STRICT, network, names if is_localhost(url) else None)
    assert network.dialled == []


@pytest.mark.parametrize("url", FORBIDDEN)
def test_what_is_no_name_is_refused_before_anything_is_tried(url: str) -> None:
    assert STRICT.refusal(url) is not None or is_localhost(url)


@pytest.mark.parametrize("answers", FORBIDDEN_ANSWERS, ids="-".join)
def test_one_forbidden_address_behind_a_name_is_enough(answers: list[str]) -> None:
    network = Network()
    names, _ = answering(answers)
    with pytest.raises(Forbidden):
        call("https://hooks.example/x", STRICT, network, names)
    assert network.dialled == []


def test_a_name_is_resolved_once_and_what_was_checked_is_dialled() -> None:
    # The second answer would be another machine: the one that is checked must be the one that is dialled.
    names, asked = answering([PUBLIC], ["127.0.0.1"])
    network = Network()
    assert call("http://hooks.example/x", STRICT, network, names) == 204
    assert (asked, network.dialled) == (["hooks.example"], [(PUBLIC, 80)])


def test_a_name_is_checked_anew_at_each_try() -> None:
    names, _ = answering([PUBLIC], ["127.0.0.1"])
    network = Network()
    call("http://hooks.example/x", STRICT, network, names)
    with pytest.raises(Forbidden):
        call("http://hooks.example/x", STRICT, network, names)
    assert network.dialled == [(PUBLIC, 80)]


def test_the_name_stays_in_host_and_tls() -> None:
    names, _ = answering([PUBLIC])
    network = Network()
    call("https://Hooks.Example:443/a b?c=d#e", STRICT, network, names)
    (stream,) = network.streams
    assert stream.server_name == "hooks.example"
    assert stream.sent.startswith(b"POST /a%20b?c=d HTTP/1.1\r\nHost: hooks.example\r\n")
    assert network.dialled == [(PUBLIC, 443)]


def test_an_ipv6_address_has_its_brackets_in_host_alone() -> None:
    network = Network()
    call("https://[2606:2800:21f::1]/", STRICT, network)
    (stream,) = network.streams
    assert stream.server_name == "2606:2800:21f::1"
    assert b"\r\nHost: [2606:2800:21f::1]\r\n" in stream.sent


def test_the_next_address_is_dialled_where_one_does_not_answer() -> None:
    names, _ = answering(["2606:2800:21f::1", PUBLIC])
    network = Network(unreachable=("2606:2800:21f::1",))
    assert call("http://hooks.example/", STRICT, network, names) == 204
    assert [host for host, _ in network.dialled] == ["2606:2800:21f::1", PUBLIC]


def test_a_name_that_leads_nowhere_is_no_answer() -> None:
    names, _ = answering([])
    with pytest.raises(NoAnswer, match="ConnectError"):
        call("http://hooks.example/", STRICT, Network(), names)


# What the operator allows

AT_HOME = EgressRules(loopback=True)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:3000/api/callback/feed",
        "http://127.0.0.1:9/",
        "http://[::1]:8080/",
        "http://a.localhost/",
    ],
)
def test_a_service_that_only_this_machine_reaches_calls_it_on_any_port(url: str) -> None:
    network = Network()
    names, _ = answering(["127.0.0.1"])
    host = WebAddress.parse(url).ip
    assert call(url, AT_HOME, network, None if host else names) == 204
    assert len(network.dialled) == 1


@pytest.mark.parametrize("url", [url for url in FORBIDDEN if url not in LOOPBACK])
def test_it_calls_nothing_else_that_is_special(url: str) -> None:
    network = Network()
    with pytest.raises(NoAnswer):
        call(url, AT_HOME, network)
    assert network.dialled == []


def test_a_name_that_leads_to_this_machine_is_not_this_machines_own() -> None:
    names, _ = answering(["127.0.0.1"])
    with pytest.raises(Forbidden, match="loopback"):
        call("http://hooks.example/", AT_HOME, Network(), names)


def test_localhost_that_leads_elsewhere_is_refused() -> None:
    names, _ = answering(["10.0.0.1"])
    with pytest.raises(Forbidden, match="private"):
        call("http://localhost/", AT_HOME, Network(), names)


def exempting(*entries: str) -> EgressRules:
    return EgressRules(exempt=tuple(Exempt.parse(entry) for entry in entries))


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("http://hooks.internal:8080", "http://hooks.internal:8080/x"),
        ("hooks.internal:8080", "https://hooks.internal:8080/x"),
        ("hooks.internal", "https://hooks.internal/x"),
        ("HOOKS.internal", "http://hooks.internal/x"),
        ("10.20.0.0/16", "http://hooks.internal/x"),
    ],
)
def test_what_is_exempt_is_called(entry: str, url: str) -> None:
    network = Network()
    names, _ = answering(["10.20.0.1"])
    assert call(url, exempting(entry), network, names) == 204
    assert network.dialled == [("10.20.0.1", WebAddress.parse(url).port)]


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("http://hooks.internal:8080", "http://hooks.internal/x"),
        ("http://hooks.internal:8080", "https://hooks.internal:8080/x"),
        ("http://hooks.internal:8080", "http://a.hooks.internal:8080/x"),
        ("https://hooks.internal", "http://hooks.internal/x"),
        ("hooks.internal:80", "https://hooks.internal/x"),
        ("hooks.internal", "http://hooks.internal:8080/x"),
        ("10.20.0.0/16", "http://hooks.internal:8080/x"),
        ("10.21.0.0/16", "http://hooks.internal/x"),
        ("fd00::/8", "http://hooks.internal/x"),
    ],
)
def test_an_exemption_is_for_its_own_scheme_host_and_port(entry: str, url: str) -> None:
    network = Network()
    names, _ = answering(["10.20.0.1"])
    with pytest.raises(Forbidden):
        call(url, exempting(entry), network, names)
    assert network.dialled == []


@pytest.mark.parametrize(
    "entry", ["", "http://", "http://a/path", "ftp://a", "10.0.0.1/8", "a b", "fd00::1", "http://u@h"]
)
def test_an_exemption_of_no_form_is_told(entry: str) -> None:
    with pytest.raises(ValueError, match=r"neither \[scheme://\]host"):
        Exempt.parse(entry)
