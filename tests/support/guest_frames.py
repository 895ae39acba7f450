"""Frames as guests send them, true ones and forged ones."""

from __future__ import annotations

from typing import Any

from scapy.layers.dhcp import BOOTP, DHCP
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import (
    ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IPv6,
    IPv6ExtHdrFragment)
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Raw
from scapy.utils6 import in6_mactoifaceid

from .frames import BROADCAST

OPEN = "02:01:00:00:00:01"  # a port without port security, which sees what others may send
ALL_NODES = "33:33:00:00:00:01"


def link_local(mac: str) -> str:
    return "fe80::" + in6_mactoifaceid(mac).lower()


def ip4(src_mac: str, src: str, dst: str = "10.0.0.99", dst_mac: str = OPEN) -> Any:
    return Ether(src=src_mac, dst=dst_mac) / IP(src=src, dst=dst) / UDP(sport=9, dport=9) / b"four"


def ip6(src_mac: str, src: str, dst: str = "fd00::99", dst_mac: str = OPEN) -> Any:
    return Ether(src=src_mac, dst=dst_mac) / IPv6(src=src, dst=dst) / UDP(sport=9, dport=9) / b"six"


def raw(src_mac: str, dst_mac: str = OPEN) -> Any:
    return Ether(src=src_mac, dst=dst_mac, type=0x88B5) / Raw(b"raw".ljust(46, b"."))


def arp(src_mac: str, sha: str, spa: str, op: int = 1, tpa: str = "10.0.0.99") -> Any:
    dst = BROADCAST if op == 1 else OPEN
    return Ether(src=src_mac, dst=dst) / ARP(op=op, hwsrc=sha, psrc=spa, pdst=tpa)


def arp_over_other_hardware(mac: str, spa: str) -> bytes:
    data = bytes(arp(mac, mac, spa))
    return data[:14] + b"\0\6" + data[16:]


def rarp(src_mac: str, sha: str, tha: str, op: int = 3) -> Any:
    return (Ether(src=src_mac, dst=BROADCAST, type=0x8035)
            / ARP(op=op, hwsrc=sha, hwdst=tha, psrc="0.0.0.0", pdst="0.0.0.0"))


def discover(mac: str, dst: str = "255.255.255.255") -> Any:
    return (Ether(src=mac, dst=BROADCAST) / IP(src="0.0.0.0", dst=dst) / UDP(sport=68, dport=67)
            / BOOTP(chaddr=bytes.fromhex(mac.replace(":", ""))) / DHCP(options=[
                ("message-type", "discover"), "end"]))


def offer(mac: str, src: str, sport: int = 67) -> Any:
    return (Ether(src=mac, dst=BROADCAST) / IP(src=src, dst="255.255.255.255")
            / UDP(sport=sport, dport=68) / BOOTP(op=2, yiaddr="10.0.0.77")
            / DHCP(options=[("message-type", "offer"), "end"]))


def nd6(src_mac: str, src: str, message: Any, dst: str = "ff02::1") -> Any:
    return Ether(src=src_mac, dst=ALL_NODES) / IPv6(src=src, dst=dst, hlim=255) / message


def ns(src_mac: str, src: str, target: str, *sll: str) -> Any:
    message = ICMPv6ND_NS(tgt=target)
    for mac in sll:
        message /= ICMPv6NDOptSrcLLAddr(lladdr=mac)
    return nd6(src_mac, src, message)


def na(src_mac: str, src: str, target: str, *tll: str) -> Any:
    message = ICMPv6ND_NA(tgt=target, R=0, S=0, O=1)
    for mac in tll:
        message /= ICMPv6NDOptDstLLAddr(lladdr=mac)
    return nd6(src_mac, src, message)


def first_fragment(src_mac: str, src: str, payload: bytes, kind: int) -> Any:
    """The first of several fragments, whose payload is of the given IPv6 header type."""
    return (Ether(src=src_mac, dst=ALL_NODES) / IPv6(src=src, dst="ff02::1", hlim=255)
            / IPv6ExtHdrFragment(nh=kind, m=1, offset=0, id=7) / Raw(payload))


def fragments6(mac: str, src: str) -> list[Any]:
    """A large ping in two fragments."""
    whole = bytes(IPv6(src=src, dst="fd00::99") / ICMPv6EchoRequest(data=b"x" * 1992))[40:]
    return [Ether(src=mac, dst=OPEN) / IPv6(src=src, dst="fd00::99")
            / IPv6ExtHdrFragment(nh=58, m=more, offset=start // 8, id=7)
            / Raw(whole[start:start + 1200])
            for start, more in ((0, 1), (1200, 0))]


# A destination options header of 8 bytes, all padding, in front of ICMPv6 or UDP.
def padding_before(protocol: int) -> bytes:
    return bytes([protocol, 0, 1, 4, 0, 0, 0, 0])
