"""Lists of CIDR networks, compiled so that asking costs the same for one network as for 500."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_MAPPED = IPv6Network("::ffff:0:0/96")


@lru_cache(maxsize=4_096)
def parse_ip(text: str) -> IPv4Address | IPv6Address | None:
    """An address; an IPv4-mapped IPv6 one is the IPv4 address that it stands for. None for what is no address."""
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        # A zone (fe80::1%eth0) is the machine's own business and no part of any network.
        return found.ipv4_mapped or IPv6Address(int(found))
    return found


class NetworkList:
    """Whether an address lies in one of many networks.

    IPv4-mapped IPv6 (::ffff:0:0/96) is IPv4 on both sides: ::ffff:10.0.0.0/104 is 10.0.0.0/8, and ::/0 holds no IPv4 address.
    """

    def __init__(self, networks: Iterable[str]) -> None:
        """Raises ValueError for a text that is no CIDR network."""
        ranges: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for text in networks:
            network = ip_network(text, strict=False)
            first, last = int(network[0]), int(network[-1])
            version = network.version
            if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
                version, first, last = 4, first & 0xFFFF_FFFF, last & 0xFFFF_FFFF
            ranges[version].append((first, last))
        self._starts: dict[int, list[int]] = {}
        self._ends: dict[int, list[int]] = {}
        for version, found in ranges.items():
            merged = _merged(found)
            self._starts[version] = [first for first, _ in merged]
            self._ends[version] = [last for _, last in merged]

    def __bool__(self) -> bool:
        """False for a list without networks."""
        return bool(self._starts[4] or self._starts[6])

    def holds(self, ip: str) -> bool:
        """False for what is no address."""
        address = parse_ip(ip)
        if address is None:
            return False
        number = int(address)
        at = bisect_right(self._starts[address.version], number) - 1
        return at >= 0 and number <= self._ends[address.version][at]


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
