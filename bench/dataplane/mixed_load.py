"""A mixed load of small flows, as frames and the devices on which they arrive.

Of the flows, shares as PROTOCOLS has them; each between two stations drawn at random from a fixed
seed: VM to VM, VM to a machine outside or a VM elsewhere and the other way round, and some from
outside that the rules refuse. Each flow has an answer where the first packet is let in, and a TCP
connection goes on with a first packet of data.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, Iterator

from .network import TAG, Station
from .scene import ELSEWHERE, LOCAL, NIC, OUTSIDE

SEED = 1
PROTOCOLS = {"tcp": 40, "udp": 30, "icmp": 15, "arp": 15}  # in percent
SERVICES = {"tcp": (22, 80, 443, 3306, 8080), "udp": (53, 123, 514, 4789)}
BROADCAST = "ff:ff:ff:ff:ff:ff"


@dataclass(frozen=True)
class Flow:
    """One conversation; `number` makes its ports or its ICMP identifier its own."""

    protocol: str
    client: Station
    server: Station
    service: int
    number: int

    @property
    def answered(self) -> bool:
        """The rules refuse IP from machines outside that no VM has asked."""
        return self.protocol == "arp" or self.client not in OUTSIDE


def flows(count: int) -> list[Flow]:
    """The same flows every time, the protocols by their shares."""
    chance = random.Random(SEED)
    protocols = chance.choices(list(PROTOCOLS), weights=PROTOCOLS.values(), k=count)
    return [_flow(chance, protocol, number) for number, protocol in enumerate(protocols)]


def frames(flow: Flow) -> Iterator[tuple[str, bytes]]:
    """(device, frame) of a flow's packets, in order."""
    forward, back = _packets(flow)
    yield _arriving(flow.client, forward[0])
    if flow.answered:
        yield _arriving(flow.server, back)
        for packet in forward[1:]:
            yield _arriving(flow.client, packet)


def _flow(chance: random.Random, protocol: str, number: int) -> Flow:
    kind = chance.choice(["local", "local", "out", "in"])
    client = chance.choice(ELSEWHERE + OUTSIDE if kind == "in" else LOCAL)
    if kind == "out":
        server = chance.choice(ELSEWHERE + OUTSIDE)
    else:
        server = chance.choice([port for port in LOCAL if port != client])
    return Flow(protocol, client, server, chance.choice(SERVICES.get(protocol, (0,))), number)


def _arriving(sender: Station, frame: Any) -> tuple[str, bytes]:
    """On the sender's port, or on the NIC with the tag of the network."""
    from scapy.layers.l2 import Dot1Q, Ether

    if sender in LOCAL:
        return sender.name, bytes(frame)
    tagged = Ether(src=frame.src, dst=frame.dst) / Dot1Q(vlan=TAG, type=frame.type) / frame.payload
    return NIC, bytes(tagged)


def _packets(flow: Flow) -> tuple[list[Any], Any]:
    """What the client sends, and the answer to the first of it."""
    # Importing scapy takes a second, which only this part of the benchmark pays.
    from scapy.layers.inet import ICMP, IP, TCP, UDP
    from scapy.layers.l2 import ARP, Ether

    one, two = flow.client, flow.server
    if flow.protocol == "arp":
        ask = ARP(op="who-has", hwsrc=one.mac, psrc=one.ipv4, pdst=two.ipv4)
        tell = ARP(op="is-at", hwsrc=two.mac, psrc=two.ipv4, hwdst=one.mac, pdst=one.ipv4)
        return [Ether(src=one.mac, dst=BROADCAST) / ask], Ether(src=two.mac, dst=one.mac) / tell
    there = Ether(src=one.mac, dst=two.mac) / IP(src=one.ipv4, dst=two.ipv4)
    back = Ether(src=two.mac, dst=one.mac) / IP(src=two.ipv4, dst=one.ipv4)
    port = 32768 + flow.number
    if flow.protocol == "icmp":
        return ([there / ICMP(type="echo-request", id=flow.number)],
                back / ICMP(type="echo-reply", id=flow.number))
    if flow.protocol == "udp":
        return ([there / UDP(sport=port, dport=flow.service) / b"ask"],
                back / UDP(sport=flow.service, dport=port) / b"tell")
    ports, reverse = {"sport": port, "dport": flow.service}, {"sport": flow.service, "dport": port}
    return ([there / TCP(**ports, flags="S", seq=1),
             there / TCP(**ports, flags="PA", seq=2, ack=2) / b"data"],
            back / TCP(**reverse, flags="SA", seq=1, ack=2))
