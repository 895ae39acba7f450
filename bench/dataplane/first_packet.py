"""What the first packet of a flow costs: its way through br-int's tables, by ofproto/trace.

ovs-vswitchd takes that way in its slow path, once for each datapath flow that it then caches. A way
is several passes where connection tracking makes the packet recirculate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .network import TAG, Station
from .scene import ELSEWHERE, LOCAL, NIC, OUTSIDE, Scene

_LOOKUP = re.compile(r"^ *(\d+)\. ", re.MULTILINE)
_BRIDGE = re.compile(r'^ *bridge\("([^"]+)"\)', re.MULTILINE)
_RECIRCULATION = re.compile(r"^recirc\(", re.MULTILINE)
_ACTIONS = re.compile(r"^Datapath actions: (.*)$", re.MULTILINE)
NEW, ANSWER = "trk,new", "trk,est,rpl"
MAX_RECIRCULATIONS = 2  # one in the zone of the sender, one in that of the receiver


@dataclass(frozen=True)
class Packet:
    """A packet to trace.

    `source` is where it enters: a local port's name, None for the wire. `tracked` is what
    connection tracking answers in every zone. `reaches` are devices that it must leave by.
    """

    what: str
    fields: str
    source: str | None
    reaches: list[str]
    tracked: str = NEW


@dataclass
class Visit:
    """`lookups`: tables of br-int that were looked up, each time counted; and recirculations."""

    lookups: int
    recirculations: int


def tcp(source: Station, destination: Station, flags: str, *, tagged: bool = False) -> str:
    vlan = f"dl_vlan={TAG},dl_vlan_pcp=0," if tagged else ""
    return (f"tcp,{vlan}dl_src={source.mac},dl_dst={destination.mac},nw_src={source.ipv4},"
            f"nw_dst={destination.ipv4},nw_ttl=64,tp_src=40000,tp_dst=8080,tcp_flags={flags}")


def arp_request(source: Station, target: Station, *, tagged: bool = False) -> str:
    vlan = f"dl_vlan={TAG},dl_vlan_pcp=0," if tagged else ""
    return (f"arp,{vlan}dl_src={source.mac},dl_dst=ff:ff:ff:ff:ff:ff,arp_op=1,"
            f"arp_spa={source.ipv4},arp_sha={source.mac},arp_tpa={target.ipv4},"
            "arp_tha=00:00:00:00:00:00")


def packets() -> list[Packet]:
    """The packets of the benchmark. What the wire brings comes from a member elsewhere, which the
    rules let in; ARP asks for a machine that no control plane knows, so that nobody answers for
    it."""
    one, two = LOCAL[:2]
    member, outside = ELSEWHERE[0], OUTSIDE[0]
    names = [port.name for port in LOCAL]
    return [
        Packet("TCP SYN, VM to VM", tcp(one, two, "syn"), one.name, [two.name]),
        Packet("TCP SYN+ACK back, VM to VM", tcp(two, one, "syn|ack"), two.name, [one.name],
               ANSWER),
        Packet("TCP SYN, VM to wire", tcp(one, outside, "syn"), one.name, [NIC]),
        Packet("TCP SYN+ACK back, wire to VM", tcp(outside, one, "syn|ack", tagged=True), None,
               [one.name], ANSWER),
        Packet("TCP SYN, wire to VM", tcp(member, one, "syn", tagged=True), None, [one.name]),
        Packet("ARP request, VM to all", arp_request(one, outside), one.name, [*names[1:], NIC]),
        Packet("ARP request, wire to all", arp_request(member, outside, tagged=True), None, names),
    ]


def visit(scene: Scene, packet: Packet) -> Visit:
    """Traces a packet; RuntimeError if it doesn't arrive where it should."""
    hypervisor = scene.hypervisor
    entry = hypervisor.ofport(packet.source or scene.uplink)
    text = hypervisor.appctl("ofproto/trace", "br-int", f"in_port={entry},{packet.fields}",
                             "--names", *["--ct-next", packet.tracked] * MAX_RECIRCULATIONS)
    found = parse(text)
    _check_arrival(packet, text)
    return found


def parse(trace: str) -> Visit:
    """Reads what ofproto/trace has printed.

    Beyond br-int, a trace goes on in the provider bridge, which has the one flow NORMAL, and may
    come back from there to another patch port: one lookup in table 0 for each such visit, which
    isn't br-int's work on the packet.
    """
    recirculations = len(_RECIRCULATION.findall(trace))
    elsewhere = len(_BRIDGE.findall(trace)) - (1 + recirculations)
    lookups = _LOOKUP.findall(trace)
    if lookups.count("0") != 1 + elsewhere:
        raise RuntimeError(f"a trace visits table 0 {lookups.count('0')} times and "
                           f"{elsewhere} bridges beside br-int:\n{trace}")
    return Visit(len(lookups) - elsewhere, recirculations)


def _check_arrival(packet: Packet, trace: str) -> None:
    outputs = set(_ACTIONS.findall(trace)[-1].split(","))
    missing = [device for device in packet.reaches if device not in outputs]
    if missing:
        raise RuntimeError(f"{packet.what}: it doesn't reach {', '.join(missing)}:\n{trace}")
