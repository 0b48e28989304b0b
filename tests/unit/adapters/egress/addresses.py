"""What no caller may have called: addresses as they are written, and names by what they resolve to."""

from pathlib import Path


def _by_kind() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    lines = Path(__file__).with_name("forbidden_addresses.txt").read_text("utf-8").splitlines()
    for line in filter(None, lines):
        if line.startswith("["):
            kind = found.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            kind.append(line.replace(r"\xad", "\xad"))
    return found


_BY_KIND = _by_kind()
FORBIDDEN = [url for urls in _BY_KIND.values() for url in urls]
LOOPBACK = _BY_KIND["loopback"]

#: What a resolver answers for a name: one forbidden address is enough.
FORBIDDEN_ANSWERS = [
    ["127.0.0.1"],
    ["::1"],
    ["93.184.215.14", "127.0.0.1"],
    ["127.0.0.1", "93.184.215.14"],
    ["93.184.215.14", "2606:2800:21f::1", "::ffff:10.0.0.1"],
    ["2606:2800:21f::1", "fe80::1%lo"],
    ["169.254.169.254"],
    ["10.0.0.1"],
    ["64:ff9b::a00:1"],
    ["2002:a00:1::"],
    ["100.64.0.1"],
    ["224.0.0.1"],
    ["0.0.0.0"],
    ["fd00:ec2::254"],
]
