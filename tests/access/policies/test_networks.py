"""Lists of networks against ipaddress, one network at a time."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loanbroker_api.access.policies.networks import NetworkList, parse_ip

MAPPED = ip_network("::ffff:0:0/96")
# Few distinct bits, so that addresses and networks meet, adjoin and overlap.
V4 = st.builds(lambda high, low: IPv4Address((high << 24) + low), st.sampled_from([0, 10, 127, 192, 255]), st.integers(0, 300))
V6 = st.builds(
    lambda high, low: IPv6Address((high << 64) + low), st.sampled_from([0, 0x2001_0DB8 << 32, 0xFE80 << 48, 2**64 - 1]), st.integers(0, 300)
)
ADDRESSES = st.one_of(V4, V6, V4.map(lambda ip: IPv6Address(f"::ffff:{ip}")), st.ip_addresses())


@st.composite
def networks(draw: st.DrawFn) -> str:
    address = draw(ADDRESSES)
    bits = 32 if address.version == 4 else 128
    length = draw(st.one_of(st.integers(bits - 10, bits), st.integers(0, bits)))
    return str(ip_network(f"{address}/{length}", strict=False))


def brute(listed: list[str], address: IPv4Address | IPv6Address) -> bool:
    """Each network in turn; what is mapped is turned into IPv4 first, on both sides."""
    if isinstance(address, IPv6Address) and address in MAPPED:
        address = IPv4Address(int(address) & 0xFFFF_FFFF)
    for text in listed:
        network = ip_network(text)
        if isinstance(network, IPv6Network) and network.subnet_of(MAPPED):
            network = ip_network(f"{IPv4Address(int(network.network_address) & 0xFFFF_FFFF)}/{network.prefixlen - 96}")
        if address.version == network.version and address in network:
            return True
    return False


@settings(max_examples=600, deadline=None)
@given(st.lists(networks(), max_size=12), ADDRESSES, st.booleans())
def test_it_holds_what_any_of_its_networks_holds(listed: list[str], address: IPv4Address | IPv6Address, exploded: bool) -> None:
    text = address.exploded if exploded else str(address)
    assert NetworkList(listed).holds(text) is brute(listed, address)


@settings(max_examples=200, deadline=None)
@given(st.lists(networks(), min_size=1, max_size=12), st.data())
def test_the_edges_of_every_network(listed: list[str], data: st.DataObject) -> None:
    compiled = NetworkList(listed)
    network = ip_network(data.draw(st.sampled_from(listed)))
    for number in (int(network[0]) - 1, int(network[0]), int(network[-1]), int(network[-1]) + 1):
        if 0 <= number < 2**network.max_prefixlen:
            address = ip_address(number) if network.version == 4 else IPv6Address(number)
            assert compiled.holds(str(address)) is brute(listed, address)


def test_500_networks() -> None:
    listed = [f"10.{number}.0.0/17" for number in range(250)] + [f"2001:db8:{number:x}::/49" for number in range(250)]
    compiled = NetworkList(listed)
    for ip in ("10.0.0.1", "10.0.128.0", "10.249.127.255", "10.250.0.0", "2001:db8:f9:7fff::1", "2001:db8:f9:8000::", "11.0.0.0"):
        assert compiled.holds(ip) is brute(listed, ip_address(ip))


@pytest.mark.parametrize("text", ["", "testclient", "10.0.0", "10.0.0.256", "10.0.0.1/32", "::g", "١٠.٠.٠.١"])
def test_what_is_no_address_lies_nowhere(text: str) -> None:
    assert parse_ip(text) is None
    assert not NetworkList(["0.0.0.0/0", "::/0"]).holds(text)


def test_a_zone_does_not_hide_an_address() -> None:
    assert NetworkList(["fe80::/10"]).holds("fe80::1%eth0")


def test_nothing_listed_holds_nothing() -> None:
    empty = NetworkList([])
    assert not empty
    assert not empty.holds("10.0.0.1")
    assert NetworkList(["10.0.0.0/8"])


def test_no_network() -> None:
    with pytest.raises(ValueError):
        NetworkList(["10.0.0.0/33"])
