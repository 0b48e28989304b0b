"""Hosts with a network of their own: namespaces behind a bridge (ip-netns(8)), each of which can be cut off."""

import os
import shutil
import subprocess
from contextlib import ExitStack

NETS = [f"10.213.{number}" for number in range(1, 255)]


class Network:
    """A bridge of this process; `address` is where this machine is reached from the hosts behind it."""

    def __init__(self, address: str, bridge: str, stack: ExitStack) -> None:
        self.address = address
        self._bridge = bridge
        self._stack = stack
        self._hosts: list[str] = []

    def join(self, name: str) -> list[str]:
        """Have a host of that name, and answer what starts a command on it."""
        space, link, number = f"{self._bridge}-{name}", self._link(len(self._hosts)), len(self._hosts) + 2
        _ip("netns", "add", space)
        self._stack.callback(_ip, "netns", "delete", space)
        _ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", space)
        # While something still runs in it, a namespace outlives its name.
        self._stack.callback(_ip, "link", "delete", link)
        _ip("link", "set", link, "master", self._bridge, "up")
        _ip("-n", space, "address", "add", f"{self.address.rpartition('.')[0]}.{number}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", space, "link", "set", device, "up")
        self._hosts.append(name)
        return ["nsenter", f"--net=/run/netns/{space}"]

    def cut(self, name: str) -> None:
        """Take the host's cable out."""
        _ip("link", "set", self._link(self._hosts.index(name)), "down")

    def mend(self, name: str) -> None:
        """Put it in again."""
        _ip("link", "set", self._link(self._hosts.index(name)), "up")

    def _link(self, number: int) -> str:
        return f"{self._bridge}h{number}"


def network(stack: ExitStack) -> Network | None:
    """A network that is there until the stack is left; None where this user may make none."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "nsenter"))):
        return None
    try:
        with ExitStack() as trial:
            _bridge(trial).join("trial")
    except PermissionError:
        return None
    return _bridge(stack)


def _bridge(stack: ExitStack) -> Network:
    bridge, taken = f"fs{os.getpid()}", _ip("-brief", "-4", "address")
    address = next(f"{net}.1" for net in NETS if f"{net}." not in taken)
    _ip("link", "add", bridge, "type", "bridge")
    stack.callback(_ip, "link", "delete", bridge)
    _ip("address", "add", f"{address}/24", "dev", bridge)
    _ip("link", "set", bridge, "up")
    return Network(address, bridge, stack)


def _ip(*arguments: str) -> str:
    done = subprocess.run(["ip", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise PermissionError(f"ip {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout
