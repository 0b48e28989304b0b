"""IP addresses that are no host on the public Internet.

By IANA's registries of special-purpose addresses (https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry).
`ipaddress.is_global` is no measure: it takes multicast, site-local and most forms of IPv4 within IPv6 for global. Of
IPv6 only the block that is given out to networks (2000::/3, RFC 4291, 2.4) counts as public: all that embeds an IPv4
address lies outside of it, but for 6to4 and Teredo.
"""

from ipaddress import IPv4Network, IPv6Network, ip_network

from feedscript.adapters.web_address import IPAddress

_RANGES = {
    "loopback": "127.0.0.0/8 ::1/128",
    "unspecified": "0.0.0.0/8 ::/128",
    "private": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7",
    "shared by carriers": "100.64.0.0/10",
    "link-local": "169.254.0.0/16 fe80::/10",
    "site-local": "fec0::/10",
    "multicast": "224.0.0.0/4 ff00::/8",
    "reserved": "240.0.0.0/4",
    "for documentation": "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20",
    "for benchmarks": "198.18.0.0/15",
    "for protocols": "192.0.0.0/24 2001::/23",
    "for relays": "192.88.99.0/24 192.52.193.0/24 192.31.196.0/24 192.175.48.0/24 2620:4f:8000::/48",
    "IPv4 within IPv6": "::ffff:0:0/96 ::ffff:0:0:0/96 ::/96 64:ff9b::/96 64:ff9b:1::/48 2002::/16",
    # A public address, by which every machine in Azure reaches its host.
    "a cloud's own": "168.63.129.16/32",
}
_NETWORKS: list[tuple[IPv4Network | IPv6Network, str]] = [
    (ip_network(network), name) for name, networks in _RANGES.items() for network in networks.split()
]
_GIVEN_OUT = IPv6Network("2000::/3")


def special_range(address: IPAddress) -> str | None:
    """What kind of address it is; None for one of the public Internet.

    >>> from ipaddress import ip_address
    >>> special_range(ip_address("64:ff9b::7f00:1")), special_range(ip_address("2606:4700::1111"))
    ('IPv4 within IPv6', None)
    """
    for network, name in _NETWORKS:
        if address.version == network.version and address in network:
            return name
    return None if address.version == 4 or address in _GIVEN_OUT else "not given out"  # noqa: PLR2004 - IPv4
