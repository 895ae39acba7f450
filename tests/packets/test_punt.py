"""What a flow hands to the controller: refusals come back to the sender, logged packets go on.

The flows are put in by hand, with what the controller's own would have as userdata.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import Any, Iterator

import pytest

from lab import Frame, wait_until
from support.frames import OUTSIDER, tags_of
from support.scene import Scene

LAB = {"hypervisors": 1}
pytestmark = pytest.mark.mooring

# The first ingress stage, and the last egress stage, behind which a packet is delivered.
INGRESS, EGRESS, DELIVER = 8, 48 + 15, 80
REJECT_FROM, REJECT_TO = "01.01.00", "01.01.01"
# Severity notice, verdict allow, to-lport, no UUID, "web".
LOG = "01.02.02.00.01.00.03.77.65.62"


@pytest.fixture
def pair(scene: Scene) -> Scene:
    """a1 and a2 on hv1, on VLAN 101, with a rule, so that their packets pass the egress stages."""
    scene.network("a", 101)
    scene.port("a", "a1", "hv1", ips=["10.0.0.1", "fd00::1"])
    scene.port("a", "a2", "hv1", ips=["10.0.0.2", "fd00::2"])
    scene.do(["acl-add", "a", "to-lport", "0", "1", "allow"])
    return scene.ready()


def keys(scene: Scene, port: str) -> tuple[int, int]:
    """The tunnel keys of a port's datapath and of the port."""
    sb = scene.lab.central.sb
    row = sb.rows("Port_Binding", [["logical_port", "==", port]])[0]
    datapath = sb.rows("Datapath_Binding", [["_uuid", "==", ["uuid", str(row["datapath"])]]])[0]
    return datapath["tunnel_key"], row["tunnel_key"]


@contextmanager
def flow(scene: Scene, table: int, port: str, match: str, actions: str) -> Iterator[None]:
    """A flow above the program's, for what comes from a port (ingress) or is for it (egress)."""
    datapath, key = keys(scene, port)
    register = "reg14" if table == INGRESS else "reg15"
    whole = f"table={table},priority=60000,{match},metadata={datapath:#x},{register}={key:#x}"
    hypervisor = scene.hv("hv1")
    hypervisor.ofctl("add-flow", "br-int", f"{whole},actions={actions}")
    hypervisor.revalidate()
    try:
        yield
    finally:
        hypervisor.ofctl("--strict", "del-flows", "br-int", whole)


def ether(scene: Scene, src: str, dst: str, version: int = 4) -> Any:
    """A frame from a port, or a MAC, to another, up to its IP header."""
    from scapy.layers.inet import IP
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import Ether

    def mac(name: str) -> str:
        return scene.ports[name].mac if name in scene.ports else name

    ip = IP(src="10.0.0.1", dst="10.0.0.2") if version == 4 else IPv6(src="fd00::1", dst="fd00::2")
    return Ether(src=mac(src), dst=mac(dst)) / ip


def tcp(flags: str = "S", **fields: int) -> Any:
    from scapy.layers.inet import TCP

    return TCP(sport=5000, dport=80, flags=flags, **fields)


def udp() -> Any:
    from scapy.layers.inet import UDP

    return UDP(sport=5000, dport=80) / b"hello"


def assert_answers(answer: Frame, frame: Any) -> Any:
    """An answer's addresses are a frame's the other way round, and its checksums are right."""
    from scapy.layers.l2 import Ether

    packet = answer.packet
    ip, asked = packet.getlayer("IP") or packet["IPv6"], frame.getlayer("IP") or frame["IPv6"]
    assert (packet.src, packet.dst) == (frame.dst, frame.src)
    assert (ip.src, ip.dst) == (asked.dst, asked.src)
    rebuilt = ip.copy()
    for layer in (rebuilt, rebuilt.payload):
        for name in ("chksum", "cksum", "len", "plen"):
            if name in layer.fields:
                delattr(layer, name)
    assert bytes(rebuilt) == bytes(ip), Ether(answer.data)
    return packet


def answer_of(scene: Scene, frame: Any, device: str, arrives_at: str) -> Frame:
    """What leaves through `device` to the sender of a frame that arrives."""
    hypervisor = scene.hv("hv1")
    hypervisor.clear_sent()
    hypervisor.inject(arrives_at, bytes(frame))
    return hypervisor.wait_sent(device, lambda sent: sent.dst == frame.src, what="an answer")


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("table, owner, userdata", [(INGRESS, "a1", REJECT_FROM),
                                                    (EGRESS, "a2", REJECT_TO)],
                         ids=["from-lport", "to-lport"])
def test_reset(pair: Scene, version: int, table: int, owner: str, userdata: str) -> None:
    keyword = "tcp" if version == 4 else "tcp6"
    with flow(pair, table, owner, keyword, f"controller(userdata={userdata})"):
        frame = ether(pair, "a1", "a2", version) / tcp(seq=7)
        reset = assert_answers(answer_of(pair, frame, "a1", "a1"), frame)["TCP"]
        assert (reset.sport, reset.dport, reset.seq, reset.ack) == (80, 5000, 0, 8)
        assert str(reset.flags) == "RA"
        frame = ether(pair, "a1", "a2", version) / tcp("A", seq=7, ack=99)
        reset = assert_answers(answer_of(pair, frame, "a1", "a1"), frame)["TCP"]
        assert (reset.seq, str(reset.flags)) == (99, "R")
        # The packets themselves have gone nowhere.
        assert not [sent for sent in pair.hv("hv1").sent("a2") if sent.src == frame.src]


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("table, owner, userdata", [(INGRESS, "a1", REJECT_FROM),
                                                    (EGRESS, "a2", REJECT_TO)],
                         ids=["from-lport", "to-lport"])
def test_unreachable(pair: Scene, version: int, table: int, owner: str, userdata: str) -> None:
    keyword = "udp" if version == 4 else "udp6"
    with flow(pair, table, owner, keyword, f"controller(userdata={userdata})"):
        frame = ether(pair, "a1", "a2", version) / udp()
        packet = assert_answers(answer_of(pair, frame, "a1", "a1"), frame)
        icmp = packet["ICMP"] if version == 4 else packet["ICMPv6DestUnreach"]
        assert (icmp.type, icmp.code) == ((3, 3) if version == 4 else (1, 4))
        assert bytes(icmp.payload) == bytes(frame.payload)


def test_from_the_wire(pair: Scene) -> None:
    """The answer leaves by the wire, with the network's tag, from the port that rejected."""
    from scapy.layers.l2 import Dot1Q

    with flow(pair, EGRESS, "a2", "tcp", f"controller(userdata={REJECT_TO})"):
        frame = ether(pair, OUTSIDER, "a2") / tcp()
        packet = frame.payload
        frame.remove_payload()
        answer = answer_of(pair, frame / Dot1Q(vlan=101) / packet, "eth1", "eth1")
        assert tags_of(answer) == "101"
        assert answer.src == pair.ports["a2"].mac
        assert str(answer.packet["TCP"].flags) == "RA"


def test_answers_are_not_answered(pair: Scene) -> None:
    """Neither a reset nor an ICMP error, nor what isn't for one receiver."""
    from scapy.layers.inet import ICMP

    with flow(pair, INGRESS, "a1", "ip", f"controller(userdata={REJECT_FROM})"):
        before = counter(pair, "punt_unanswered")
        start = ether(pair, "a1", "a2")
        broadcast = ether(pair, "a1", "ff:ff:ff:ff:ff:ff") / udp()
        frames = [start / tcp("R"), start / ICMP(type=3, code=1) / (b"x" * 28), broadcast]
        pair.hv("hv1").clear_sent()
        pair.hv("hv1").inject("a1", *map(bytes, frames))
        wait_until(lambda: counter(pair, "punt_unanswered") == before + len(frames), 10,
                   "the packets to be judged")
        assert not [sent for sent in pair.hv("hv1").sent("a1") if sent.dst == start.src]


def counter(scene: Scene, name: str) -> int:
    return int(scene.hv("hv1").controller.ctl("coverage/read-counter", name))


def log_lines(scene: Scene) -> list[str]:
    """The lines of access control lists, from the module on."""
    text = scene.hv("hv1").controller.log_text()
    return [line.split("|", 2)[2] for line in text.splitlines() if "|acl_log|" in line]


def test_logged_packets_go_on(pair: Scene) -> None:
    with flow(pair, EGRESS, "a2", "tcp", f"controller(userdata={LOG}),resubmit(,{DELIVER})"):
        before = len(log_lines(pair))
        frame = ether(pair, "a1", "a2") / tcp()
        pair.hv("hv1").clear_sent()
        pair.hv("hv1").inject("a1", bytes(frame))
        assert bytes(frame) in [sent.data for sent in pair.hv("hv1").sent("a2")]
        wait_until(lambda: len(log_lines(pair)) > before, 10, "a line in the log")
        assert log_lines(pair)[before:] == [
            'acl_log|INFO|name="web", verdict=allow, severity=notice, direction=to-lport: '
            f"tcp,vlan_tci=0x0000,dl_src={frame.src},dl_dst={frame.dst},nw_src=10.0.0.1,"
            "nw_dst=10.0.0.2,nw_tos=0,nw_ecn=0,nw_ttl=64,nw_frag=no,tp_src=5000,tp_dst=80,"
            "tcp_flags=syn"]


def test_a_meter_limits_lines_and_nothing_else(pair: Scene) -> None:
    hypervisor = pair.hv("hv1")
    meter, rate, burst, count = 4242, 1, 2, 30
    hypervisor.ofctl("add-meter", "br-int",
                     f"meter={meter},pktps,burst,band=type=drop,rate={rate},burst_size={burst}")
    actions = f"controller(userdata={LOG},meter_id={meter}),resubmit(,{DELIVER})"
    try:
        with flow(pair, EGRESS, "a2", "tcp", actions):
            before = len(log_lines(pair))
            hypervisor.clear_sent()
            start = time.monotonic()
            frame = ether(pair, "a1", "a2") / tcp()
            hypervisor.inject("a1", *[bytes(frame)] * count)
            elapsed = time.monotonic() - start
            passed = [sent for sent in hypervisor.sent("a2") if sent.data == bytes(frame)]
            assert len(passed) == count
            wait_until(lambda: len(log_lines(pair)) > before, 10, "a line in the log")
            assert len(log_lines(pair)) - before <= burst + rate * (elapsed + 1)
    finally:
        hypervisor.ofctl("del-meter", "br-int", f"meter={meter}")


def test_strange_userdata_is_counted(pair: Scene) -> None:
    with flow(pair, INGRESS, "a1", "tcp", "controller(userdata=ff.07)"):
        before = counter(pair, "punt_invalid")
        pair.hv("hv1").inject("a1", bytes(ether(pair, "a1", "a2") / tcp()))
        wait_until(lambda: counter(pair, "punt_invalid") == before + 1, 10, "the packet to be counted")


def test_meters_of_nobody_are_nowhere(scene: Scene) -> None:
    """Only meters that a flow names come to a chassis; their southbound rows are there for all."""
    central = scene.lab.central
    scene.lab.nb("--", "--id=@b", "create", "Meter_Band", "action=drop", "rate=5", "--",
                 "create", "Meter", "name=m", "unit=pktps", "bands=@b")
    try:
        central.sync()
        assert [row["name"] for row in central.sb.rows("Meter")] == ["m"]
        assert scene.hv("hv1").controller.ctl("meter-table-list").strip() == ""
        assert "rate=5" not in scene.hv("hv1").ofctl("dump-meters", "br-int")
    finally:
        scene.lab.nb("destroy", "Meter", "m")
        central.sync()
    assert not central.sb.rows("Meter")
