"""Frames of connections: TCP, UDP and ICMP between ports, with a payload that no other has."""

from __future__ import annotations

import dataclasses
import itertools

from lab import Frame

from .frames import tags_of

_numbers = itertools.count(1)


@dataclasses.dataclass(frozen=True)
class End:
    """One end of a connection: a MAC and an address of either family."""

    mac: str
    ip: str

    @property
    def is_v6(self) -> bool:
        return ":" in self.ip


class Segment:
    """One frame, as Scene.run() wants it."""

    def __init__(self, src: End, dst: End, protocol: str, sport: int = 9, dport: int = 9,
                 flags: str = ""):
        """`protocol`: tcp, udp, or icmp, an echo request; "icmp-reply" answers one. Connection
        tracking takes no port 0."""
        from scapy.layers.inet import ICMP, IP, TCP, UDP
        from scapy.layers.inet6 import ICMPv6EchoReply, ICMPv6EchoRequest, IPv6
        from scapy.layers.l2 import Ether
        from scapy.packet import Raw

        self.token = f"<segment {next(_numbers)}>".encode()
        network = IPv6(src=src.ip, dst=dst.ip) if src.is_v6 else IP(src=src.ip, dst=dst.ip)
        if protocol == "tcp":
            # Sequence numbers that fit every window: what is shown is the rules, not TCP.
            transport = TCP(sport=sport, dport=dport, flags=flags, seq=1000, ack=1000,
                            window=65535)
        elif protocol == "udp":
            transport = UDP(sport=sport, dport=dport)
        elif src.is_v6:
            kind = ICMPv6EchoReply if protocol == "icmp-reply" else ICMPv6EchoRequest
            transport = kind(id=7, data=self.token)
        else:
            transport = ICMP(type=0 if protocol == "icmp-reply" else 8, id=7)
        frame = Ether(src=src.mac, dst=dst.mac) / network / transport
        if not (src.is_v6 and protocol.startswith("icmp")):
            frame /= Raw(self.token)
        self.data = bytes(frame)

    def __bytes__(self) -> bytes:
        return self.data

    def among(self, frames: list[Frame]) -> list[str]:
        return [tags_of(frame) for frame in frames if self.token in frame.data]
