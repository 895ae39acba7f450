"""Port security: what a port may send and be sent, frame by frame; refusals are counted."""

from __future__ import annotations

from typing import Any, Callable, Iterator

import pytest
from scapy.layers.dhcp6 import DHCP6_Advertise, DHCP6_Solicit
from scapy.layers.inet import ICMP, IP, UDP, fragment
from scapy.layers.inet6 import (
    ICMPv6MLReport, ICMPv6MLReport2, ICMPv6ND_RA, ICMPv6ND_Redirect, ICMPv6ND_RS,
    ICMPv6NDOptSrcLLAddr, IPv6)
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether

from lab import Lab, LabError
from support import oracle
from support.frames import BROADCAST, OUTSIDER
from support.guest_frames import (
    ALL_NODES, OPEN, arp, arp_over_other_hardware, discover, first_fragment, fragments6, ip4, ip6,
    link_local, na, nd6, ns, offer, padding_before, rarp, raw)
from support.port_security import (
    assert_delivered, assert_refused, reached, refusals, sends, tagged)
from support.scene import Scene

LAB = {"hypervisors": 1}

pytestmark = pytest.mark.mooring

FOREIGN = "02:66:00:00:00:66"
DUAL, FOUR, SIX, ANY, NETS, BOTH, BAD, OFF, ROUTER = (f"02:02:00:00:00:{n:02x}"
                                                      for n in range(1, 10))
SECOND = "02:02:00:00:00:66"
VRRP4, VRRP6 = "00:00:5e:00:01:05", "00:00:5e:00:02:05"

PORTS = {
    "dual": [f"{DUAL} 10.0.0.2/24 fd00::2/64"],
    "four": [f"{FOUR} 10.0.0.3/24"],
    "six": [f"{SIX},fd00::4/64"],
    "any": [ANY],
    "nets": [f"{NETS} 10.1.0.0/24 fd01::/64"],
    "both": [BOTH, f"{SECOND} 10.0.0.6/24"],
    "bad": ["nonsense", f"{BAD} 10.0.0.256"],
    "off": [f"{OFF} 10.0.0.8"],
    "router": [f"VRRPv3 {ROUTER} {VRRP4} {VRRP6} 10.0.0.50 fd00::50"],
}
MACS = dict(zip(PORTS, (DUAL, FOUR, SIX, ANY, NETS, BOTH, BAD, OFF, ROUTER)))


@pytest.fixture(scope="module")
def guests(dummy_lab: Lab, kind: str) -> Iterator[Scene]:
    """The ports of PORTS, which also take unknown addresses, and "open", in VLAN 101."""
    with Scene(dummy_lab, kind) as scene:
        scene.network("n", 101)
        scene.port("n", "open", "hv1", addresses=[OPEN])
        for name, elements in PORTS.items():
            scene.port("n", name, "hv1", addresses=[MACS[name], "unknown"])
            scene.do(["lsp-set-port-security", name, *elements])
        scene.do(["lsp-set-enabled", "off", "disabled"])
        yield scene.ready()
        oracle.check_all(dummy_lab)


Frames = dict[str, Callable[[], Any]]

# What "dual" may send, all of which "open" gets.
OWN: Frames = {
    "ipv4": lambda: ip4(DUAL, "10.0.0.2"),
    "ipv4-broadcast": lambda: ip4(DUAL, "10.0.0.2", "10.0.0.255", BROADCAST),
    "ipv4-fragment": lambda: fragment(
        Ether(src=DUAL, dst=OPEN) / IP(src="10.0.0.2", dst="10.0.0.99") / ICMP() / (b"x" * 1800),
        1200)[1],
    "ipv4-first-fragment": lambda: fragment(
        Ether(src=DUAL, dst=OPEN) / IP(src="10.0.0.2", dst="10.0.0.99")
        / UDP(sport=9, dport=9) / (b"x" * 1800), 1200)[0],
    "arp-request": lambda: arp(DUAL, DUAL, "10.0.0.2"),
    "arp-reply": lambda: arp(DUAL, DUAL, "10.0.0.2", op=2),
    "arp-probe": lambda: arp(DUAL, DUAL, "0.0.0.0", tpa="10.0.0.2"),
    "arp-announcement": lambda: arp(DUAL, DUAL, "10.0.0.2", tpa="10.0.0.2"),
    "rarp": lambda: rarp(DUAL, DUAL, DUAL),
    "dhcp-discover": lambda: discover(DUAL),
    "ipv6": lambda: ip6(DUAL, "fd00::2"),
    "ipv6-link-local": lambda: ip6(DUAL, link_local(DUAL)),
    "ipv6-first-fragment": lambda: fragments6(DUAL, "fd00::2")[0],
    "ipv6-last-fragment": lambda: fragments6(DUAL, "fd00::2")[1],
    "ipv6-first-fragment-udp": lambda: first_fragment(
        DUAL, "fd00::2", bytes(UDP(sport=9, dport=9) / (b"x" * 1192)), 17),
    "ns": lambda: ns(DUAL, "fd00::2", "fd00::99", DUAL),
    "ns-without-mac": lambda: ns(DUAL, link_local(DUAL), "fd00::99"),
    "dad": lambda: ns(DUAL, "::", "fd00::2"),
    "dad-link-local": lambda: ns(DUAL, "::", link_local(DUAL)),
    "na": lambda: na(DUAL, "fd00::2", "fd00::2", DUAL),
    "na-without-mac": lambda: na(DUAL, "fd00::2", "fd00::2"),
    "na-link-local": lambda: na(DUAL, link_local(DUAL), link_local(DUAL), DUAL),
    "rs": lambda: nd6(DUAL, link_local(DUAL), ICMPv6ND_RS() / ICMPv6NDOptSrcLLAddr(lladdr=DUAL)),
    "rs-without-address": lambda: nd6(DUAL, "::", ICMPv6ND_RS()),
    "mld": lambda: nd6(DUAL, link_local(DUAL), ICMPv6MLReport2()),
    "mld-without-address": lambda: nd6(DUAL, "::", ICMPv6MLReport2()),
    "mld1-without-address": lambda: nd6(DUAL, "::", ICMPv6MLReport()),
    "dhcpv6-solicit": lambda: (
        Ether(src=DUAL, dst=ALL_NODES) / IPv6(src=link_local(DUAL), dst="ff02::1:2")
        / UDP(sport=546, dport=547) / DHCP6_Solicit()),
    "other-protocol": lambda: raw(DUAL),
    "other-protocol-broadcast": lambda: raw(DUAL, BROADCAST),
}

# What "dual" may not send, by the reason it is counted for.
ANOTHERS: dict[str, Frames] = {
    "foreign-mac": {
        "ipv4": lambda: ip4(FOREIGN, "10.0.0.2"),
        "ipv6": lambda: ip6(FOREIGN, "fd00::2"),
        "arp": lambda: arp(FOREIGN, DUAL, "10.0.0.2"),
        "na": lambda: na(FOREIGN, "fd00::2", "fd00::2", DUAL),
        "rarp": lambda: rarp(FOREIGN, DUAL, DUAL),
        "dhcp-discover": lambda: discover(FOREIGN),
        "other-protocol": lambda: raw(FOREIGN, BROADCAST),
        "another-ports": lambda: raw(FOUR),
        "a-group": lambda: raw("03:02:00:00:00:01"),
    },
    "foreign-ipv4": {
        "neighbour": lambda: ip4(DUAL, "10.0.0.3"),
        "broadcast": lambda: ip4(DUAL, "10.0.0.255"),
        "unspecified": lambda: ip4(DUAL, "0.0.0.0"),
        "discover-to-one": lambda: discover(DUAL, "10.0.0.99"),
        "fragment": lambda: fragment(
            Ether(src=DUAL, dst=OPEN) / IP(src="10.0.0.9", dst="10.0.0.99") / ICMP()
            / (b"x" * 1800), 1200)[1],
    },
    "foreign-ipv6": {
        "neighbour": lambda: ip6(DUAL, "fd00::3"),
        "link-local": lambda: ip6(DUAL, link_local(FOREIGN)),
        "unspecified": lambda: ip6(DUAL, "::"),
        "ns": lambda: ns(DUAL, "fd00::3", "fd00::99", DUAL),
        "na": lambda: na(DUAL, "fd00::3", "fd00::2", DUAL),
        "na-unspecified": lambda: na(DUAL, "::", "fd00::2", DUAL),
        "fragment": lambda: fragments6(DUAL, "fd00::3")[1],
    },
    "arp": {
        "request-ip": lambda: arp(DUAL, DUAL, "10.0.0.3"),
        "request-mac": lambda: arp(DUAL, FOREIGN, "10.0.0.2"),
        "reply-ip": lambda: arp(DUAL, DUAL, "10.0.0.3", op=2),
        "reply-mac": lambda: arp(DUAL, FOREIGN, "10.0.0.2", op=2),
        "announcement": lambda: arp(DUAL, DUAL, "10.0.0.3", tpa="10.0.0.3"),
        "probe-mac": lambda: arp(DUAL, FOREIGN, "0.0.0.0", tpa="10.0.0.2"),
        "reply-unspecified": lambda: arp(DUAL, DUAL, "0.0.0.0", op=2),
        "other-hardware": lambda: arp_over_other_hardware(DUAL, "10.0.0.2"),
        "rarp-sender": lambda: rarp(DUAL, FOREIGN, DUAL),
        "rarp-target": lambda: rarp(DUAL, DUAL, FOREIGN),
        "rarp-reply": lambda: rarp(DUAL, DUAL, FOREIGN, op=4),
    },
    "nd": {
        "ns-mac": lambda: ns(DUAL, "fd00::2", "fd00::99", FOREIGN),
        "ns-two-macs": lambda: ns(DUAL, "fd00::2", "fd00::99", FOREIGN, DUAL),
        "ns-two-macs-own-first": lambda: ns(DUAL, "fd00::2", "fd00::99", DUAL, FOREIGN),
        "dad": lambda: ns(DUAL, "::", "fd00::3"),
        "dad-mac": lambda: ns(DUAL, "::", "fd00::2", FOREIGN),
        "dad-own-mac": lambda: ns(DUAL, "::", "fd00::3", DUAL),
        "na-target": lambda: na(DUAL, "fd00::2", "fd00::3", DUAL),
        "na-target-without-mac": lambda: na(DUAL, "fd00::2", "fd00::3"),
        "na-mac": lambda: na(DUAL, "fd00::2", "fd00::2", FOREIGN),
        "na-two-macs": lambda: na(DUAL, "fd00::2", "fd00::2", FOREIGN, DUAL),
        "na-fragment": lambda: first_fragment(
            DUAL, "fd00::2", bytes(na(DUAL, "fd00::2", "fd00::2"))[54:], 58),
        "na-in-next-fragment": lambda: first_fragment(DUAL, "fd00::2", padding_before(58), 60),
        "ends-in-header": lambda: first_fragment(
            DUAL, "fd00::2", bytes([58, 1, 1, 12, 0, 0, 0, 0]), 60),
        "ra": lambda: nd6(DUAL, link_local(DUAL),
                          ICMPv6ND_RA() / ICMPv6NDOptSrcLLAddr(lladdr=DUAL)),
        "redirect": lambda: nd6(DUAL, link_local(DUAL),
                                ICMPv6ND_Redirect(tgt="fd00::3", dst="fd00::3")),
    },
    "dhcp-server": {
        "offer": lambda: offer(DUAL, "10.0.0.2"),
        "from-other-port": lambda: offer(DUAL, "10.0.0.2", sport=1067),
        "fragment": lambda: fragment(offer(DUAL, "10.0.0.2") / (b"x" * 1800), 1200)[0],
        "advertise": lambda: (
            Ether(src=DUAL, dst=OPEN) / IPv6(src=link_local(DUAL), dst="fe80::1")
            / UDP(sport=547, dport=546) / DHCP6_Advertise()),
        "in-next-fragment": lambda: first_fragment(DUAL, "fd00::2", padding_before(17), 60),
    },
    "vlan-tag": {
        "own": lambda: Ether(src=DUAL, dst=OPEN) / Dot1Q(vlan=101) / IP(src="10.0.0.2"),
        "other": lambda: Ether(src=DUAL, dst=OPEN) / Dot1Q(vlan=222) / IP(src="10.0.0.2"),
        "802.1ad": lambda: Ether(src=DUAL, dst=OPEN) / Dot1AD(vlan=101) / IP(src="10.0.0.2"),
    },
}


@pytest.mark.parametrize("name", OWN)
def test_a_guest_sends_what_is_its_own(guests: Scene, name: str) -> None:
    frame = OWN[name]()
    found = sends(guests, "dual", frame)
    assert "open" in found
    # A frame for "open" goes to nobody else; to a group, to the wire too.
    assert ("eth1" in found) == (frame.dst != OPEN)


@pytest.mark.parametrize("reason,name", [(r, n) for r, frames in ANOTHERS.items() for n in frames])
def test_a_guest_does_not_send_what_is_anothers(guests: Scene, reason: str, name: str) -> None:
    assert_refused(guests, "dual", ANOTHERS[reason][name](), reason)


def test_a_port_without_port_security_sends_anything(guests: Scene) -> None:
    for frame in (ip4(FOREIGN, "10.0.0.2", dst_mac=BROADCAST), arp(FOREIGN, DUAL, "10.0.0.2"),
                  offer(OPEN, "10.0.0.1"), na(OPEN, "fd00::9", "fd00::2", FOREIGN)):
        assert "eth1" in reached(guests, "open", frame)
    before = refusals(guests, "open")
    assert reached(guests, "open", Ether(src=OPEN, dst=BROADCAST) / Dot1Q(vlan=101) / b"x") == set()
    assert list(before) == ["vlan-tag"]
    assert refusals(guests, "open") == {"vlan-tag": before["vlan-tag"] + 1}


def test_ipv4_addresses_only(guests: Scene) -> None:
    for frame in (ip4(FOUR, "10.0.0.3"), arp(FOUR, FOUR, "10.0.0.3"), discover(FOUR), raw(FOUR),
                  rarp(FOUR, FOUR, FOUR)):
        assert "open" in sends(guests, "four", frame)
    for frame in (ip6(FOUR, "fd00::3"), ip6(FOUR, link_local(FOUR)), ns(FOUR, "::", "fd00::3"),
                  na(FOUR, link_local(FOUR), link_local(FOUR), FOUR),
                  nd6(FOUR, "::", ICMPv6ND_RS())):
        assert_refused(guests, "four", frame, "foreign-ipv6")


def test_ipv6_addresses_only(guests: Scene) -> None:
    for frame in (ip6(SIX, "fd00::4"), ip6(SIX, link_local(SIX)), raw(SIX),
                  na(SIX, "fd00::4", "fd00::4", SIX), rarp(SIX, SIX, SIX)):
        assert "open" in sends(guests, "six", frame)
    for frame in (ip4(SIX, "10.0.0.4"), discover(SIX)):
        assert_refused(guests, "six", frame, "foreign-ipv4")
    for frame in (arp(SIX, SIX, "10.0.0.4"), arp(SIX, SIX, "0.0.0.0")):
        assert_refused(guests, "six", frame, "arp")


def test_a_mac_without_addresses(guests: Scene) -> None:
    """Any address, but the MAC is told truly, and servers of addresses are none."""
    for frame in (ip4(ANY, "192.0.2.1"), ip6(ANY, "2001:db8::1"), arp(ANY, ANY, "192.0.2.1"),
                  ns(ANY, "2001:db8::1", "fd00::99", ANY), ns(ANY, "::", "2001:db8::1"),
                  na(ANY, "2001:db8::1", "2001:db8::1", ANY), discover(ANY)):
        assert "open" in sends(guests, "any", frame)
    assert_refused(guests, "any", ip4(FOREIGN, "192.0.2.1"), "foreign-mac")
    assert_refused(guests, "any", arp(ANY, FOREIGN, "192.0.2.1"), "arp")
    assert_refused(guests, "any", ns(ANY, "2001:db8::1", "fd00::99", FOREIGN), "nd")
    assert_refused(guests, "any", ns(ANY, "2001:db8::1", "fd00::99", FOREIGN, ANY), "nd")
    assert_refused(guests, "any", na(ANY, "2001:db8::1", "2001:db8::1", FOREIGN), "nd")
    assert_refused(guests, "any", na(ANY, "2001:db8::1", "2001:db8::1", FOREIGN, ANY), "nd")
    assert_refused(guests, "any", nd6(ANY, link_local(ANY), ICMPv6ND_RA()), "nd")
    assert_refused(guests, "any", offer(ANY, "192.0.2.1"), "dhcp-server")
    assert_refused(guests, "any", ip6(ANY, "::"), "foreign-ipv6")


def test_whole_subnets(guests: Scene) -> None:
    """A prefix without host bits allows all its addresses; one with host bits, one of them."""
    for frame in (ip4(NETS, "10.1.0.1"), ip4(NETS, "10.1.0.254"), arp(NETS, NETS, "10.1.0.77"),
                  ip6(NETS, "fd01::abcd"), na(NETS, "fd01::1", "fd01::2", NETS),
                  ns(NETS, "::", "fd01::3"), ip6(NETS, link_local(NETS))):
        assert "open" in sends(guests, "nets", frame)
    assert_refused(guests, "nets", ip4(NETS, "10.1.1.1"), "foreign-ipv4")
    assert_refused(guests, "nets", arp(NETS, NETS, "10.1.1.1"), "arp")
    assert_refused(guests, "nets", ip6(NETS, "fd01:0:0:1::1"), "foreign-ipv6")
    assert_refused(guests, "nets", na(NETS, "fd01::1", "fd02::1", NETS), "nd")


def test_several_entries(guests: Scene) -> None:
    """Each MAC has its own addresses."""
    for frame in (ip4(BOTH, "192.0.2.1"), ip6(BOTH, "2001:db8::1"), ip4(SECOND, "10.0.0.6"),
                  arp(BOTH, BOTH, "192.0.2.1"), arp(SECOND, SECOND, "10.0.0.6")):
        assert "open" in sends(guests, "both", frame)
    assert_refused(guests, "both", ip4(SECOND, "192.0.2.1"), "foreign-ipv4")
    assert_refused(guests, "both", ip6(SECOND, link_local(SECOND)), "foreign-ipv6")
    assert_refused(guests, "both", arp(SECOND, SECOND, "192.0.2.1"), "arp")
    assert_refused(guests, "both", arp(BOTH, SECOND, "10.0.0.6"), "arp")
    assert_refused(guests, "both", na(BOTH, "2001:db8::1", "2001:db8::1", SECOND), "nd")


def test_elements_that_do_not_parse_allow_nothing(guests: Scene) -> None:
    for frame in (ip4(BAD, "10.0.0.7"), arp(BAD, BAD, "10.0.0.7"), raw(BAD), discover(BAD)):
        assert_refused(guests, "bad", frame, "foreign-mac")
    for dst in (BAD, BROADCAST, ALL_NODES):
        assert_delivered(guests, "bad", raw(OUTSIDER, dst), False)


def test_a_disabled_port_sends_and_gets_nothing(guests: Scene) -> None:
    for frame in (ip4(OFF, "10.0.0.8"), raw(OFF, BROADCAST), arp(OFF, OFF, "10.0.0.8")):
        assert reached(guests, "off", frame) == set()
    for dst in (OFF, BROADCAST):
        assert "off" not in reached(guests, "eth1", tagged(ip4(OUTSIDER, "10.0.0.99", "10.0.0.8",
                                                               dst)))
    guests.now(["lsp-set-enabled", "off", "enabled"])
    assert "open" in sends(guests, "off", ip4(OFF, "10.0.0.8"))
    assert_delivered(guests, "off", ip4(OUTSIDER, "10.0.0.99", "10.0.0.8", OFF), True)
    guests.now(["lsp-set-enabled", "off", "disabled"])
    assert reached(guests, "off", ip4(OFF, "10.0.0.8")) == set()


def test_a_virtual_router(guests: Scene) -> None:
    """VRRPv3: traffic is the virtual MACs', and the physical one only bears ARP and ND of them."""
    for frame in (ip4(VRRP4, "10.0.0.50"), arp(ROUTER, VRRP4, "10.0.0.50"),
                  arp(VRRP4, VRRP4, "10.0.0.50", op=2), ip6(VRRP6, "fd00::50"),
                  na(ROUTER, "fd00::50", "fd00::50", VRRP6),
                  na(VRRP6, "fd00::50", "fd00::50", VRRP6),
                  nd6(VRRP6, link_local(VRRP6), ICMPv6ND_RA())):
        assert "open" in sends(guests, "router", frame)
    for frame in (ip4(ROUTER, "10.0.0.50"), ip6(ROUTER, "fd00::50"), raw(ROUTER),
                  ip4("00:00:5e:00:01:06", "10.0.0.50")):
        assert_refused(guests, "router", frame, "foreign-mac")
    for frame in (arp(ROUTER, ROUTER, "10.0.0.50"), arp(ROUTER, VRRP4, "10.0.0.51"),
                  arp(VRRP4, "00:00:5e:00:01:06", "10.0.0.50")):
        assert_refused(guests, "router", frame, "arp")
    assert_refused(guests, "router", ip4(VRRP4, "10.0.0.51"), "foreign-ipv4")
    assert_refused(guests, "router", ip6(VRRP6, "fd00::51"), "foreign-ipv6")
    assert_refused(guests, "router", na(ROUTER, "fd00::50", "fd00::50", ROUTER), "nd")
    assert_refused(guests, "router", offer(VRRP4, "10.0.0.50"), "dhcp-server")
    for dst, mac, expected in (("10.0.0.50", VRRP4, True), ("10.0.0.51", VRRP4, False),
                               ("10.0.0.50", ROUTER, False)):
        assert_delivered(guests, "router", ip4(OUTSIDER, "10.0.0.99", dst, mac), expected)


def test_all_virtual_routers(guests: Scene) -> None:
    guests.now(["lsp-set-port-security", "router", f"VRRPv3 {ROUTER}"])
    for frame in (ip4("00:00:5e:00:01:77", "192.0.2.1"), ip6("00:00:5e:00:02:77", "2001:db8::1"),
                  arp(ROUTER, "00:00:5e:00:01:77", "192.0.2.1")):
        assert "open" in sends(guests, "router", frame)
    assert_refused(guests, "router", ip4("00:00:5e:00:03:01", "192.0.2.1"), "foreign-mac")
    assert_refused(guests, "router", ip4(ROUTER, "192.0.2.1"), "foreign-mac")
    assert_refused(guests, "router", arp(ROUTER, ROUTER, "192.0.2.1"), "arp")
    guests.now(["lsp-set-port-security", "router", *PORTS["router"]])


DELIVERIES = [
    # port, destination MAC, destination address or "" for another protocol, whether it arrives
    ("dual", DUAL, "10.0.0.2", True),
    ("dual", DUAL, "10.0.0.255", True),
    ("dual", DUAL, "255.255.255.255", True),
    ("dual", DUAL, "224.0.0.251", True),
    ("dual", DUAL, "10.0.0.3", False),
    ("dual", DUAL, "10.0.1.255", False),
    ("dual", DUAL, "fd00::2", True),
    ("dual", DUAL, link_local(DUAL), True),
    ("dual", DUAL, "ff02::1", True),
    ("dual", DUAL, "fd00::3", False),
    ("dual", DUAL, link_local(FOREIGN), False),
    ("dual", DUAL, "", True),
    ("dual", FOREIGN, "", False),
    ("dual", FOREIGN, "10.0.0.2", False),
    ("dual", BROADCAST, "255.255.255.255", True),
    ("dual", BROADCAST, "10.0.0.255", True),
    ("dual", ALL_NODES, "ff02::1", True),
    ("dual", "01:00:5e:00:00:fb", "224.0.0.251", True),
    ("dual", BROADCAST, "", True),
    ("four", FOUR, "10.0.0.3", True),
    ("four", FOUR, "fd00::3", False),
    ("four", FOUR, link_local(FOUR), False),
    ("four", ALL_NODES, "ff02::1", False),
    ("four", BROADCAST, "255.255.255.255", True),
    ("six", SIX, "fd00::4", True),
    ("six", SIX, "10.0.0.4", False),
    ("six", BROADCAST, "255.255.255.255", False),
    ("six", ALL_NODES, "ff02::1", True),
    ("any", ANY, "192.0.2.1", True),
    ("any", ANY, "2001:db8::1", True),
    ("any", FOREIGN, "192.0.2.1", False),
    ("nets", NETS, "10.1.0.77", True),
    ("nets", NETS, "10.1.1.77", False),
    ("nets", NETS, "fd01::77", True),
    ("nets", NETS, "fd02::77", False),
    ("both", BOTH, "192.0.2.1", True),
    ("both", BOTH, "2001:db8::1", True),
    ("both", SECOND, "10.0.0.6", True),
    ("both", SECOND, "10.0.0.255", True),
    ("both", SECOND, "192.0.2.1", False),
    ("both", SECOND, "fd00::6", False),
    ("both", ALL_NODES, "ff02::1", True),
]


@pytest.mark.parametrize("port,mac,address,arrives", DELIVERIES)
def test_a_guest_gets_what_is_for_it(guests: Scene, port: str, mac: str, address: str,
                                     arrives: bool) -> None:
    if not address:
        frame = raw(OUTSIDER, mac)
    elif ":" in address:
        frame = ip6(OUTSIDER, "fd00::99", address, mac)
    else:
        frame = ip4(OUTSIDER, "10.0.0.99", address, mac)
    assert_delivered(guests, port, frame, arrives)


def test_arp_is_delivered_to_those_with_ipv4(guests: Scene) -> None:
    request = arp(OUTSIDER, OUTSIDER, "10.0.0.99", tpa="10.0.0.2")
    assert_delivered(guests, "dual", request, True)
    assert_delivered(guests, "six", request, False)
    for port, mac in (("dual", DUAL), ("six", SIX)):
        reply = Ether(src=OUTSIDER, dst=mac) / ARP(op=2, hwsrc=OUTSIDER, psrc="10.0.0.99")
        assert_delivered(guests, port, reply, port == "dual")


def test_between_guests_of_a_chassis(guests: Scene) -> None:
    """Both ends' port security is met, the same as over the wire."""
    assert sends(guests, "dual", ip4(DUAL, "10.0.0.2", "10.0.0.3", FOUR)) == {"four"}
    before = refusals(guests, "four")["not-for-port"]
    assert sends(guests, "dual", ip4(DUAL, "10.0.0.2", "10.0.0.77", FOUR)) == set()
    assert refusals(guests, "four")["not-for-port"] == before + 1
    assert_refused(guests, "dual", ip4(DUAL, "10.0.0.9", "10.0.0.3", FOUR), "foreign-ipv4")


def test_nothing_is_learned_from_what_is_refused(guests: Scene) -> None:
    hv1 = guests.hv("hv1")

    def learned() -> bool:
        return any(FOREIGN in hv1.appctl("fdb/show", bridge) for bridge in hv1.bridges())

    assert_refused(guests, "any", raw(FOREIGN, BROADCAST), "foreign-mac")
    assert not learned() and hv1.flows(table=43) == []
    assert "eth1" in reached(guests, "open", raw(FOREIGN, BROADCAST))
    assert learned()


def test_all_ports_are_shown(guests: Scene) -> None:
    text = guests.hv("hv1").controller.ctl("port-security/show")
    names = [line for line in text.splitlines() if not line.startswith(" ")]
    assert names == sorted({*PORTS, "open"} - {"off"})
    with pytest.raises(LabError, match='no port "nobody"'):
        guests.hv("hv1").controller.ctl("port-security/show", "nobody")
