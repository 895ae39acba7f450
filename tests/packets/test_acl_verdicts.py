"""Rules that reject and rules that log, with a meter, by what VMs and the log see of them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lab import wait_until
from support import oracle
from support.scene import Scene

LAB = {"hypervisors": 1}
pytestmark = pytest.mark.mooring


@pytest.fixture
def pair(scene: Scene) -> Scene:
    """a1 and a2 on hv1, on VLAN 101."""
    scene.network("a", 101)
    scene.port("a", "a1", "hv1", ips=["10.0.0.1", "fd00::1"])
    scene.port("a", "a2", "hv1", ips=["10.0.0.2", "fd00::2"])
    return scene.ready()


def ether(scene: Scene, version: int) -> Any:
    """From a1 to a2, up to the IP header."""
    from scapy.layers.inet import IP
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import Ether

    ip = IP(src="10.0.0.1", dst="10.0.0.2") if version == 4 else IPv6(src="fd00::1", dst="fd00::2")
    return Ether(src=scene.ports["a1"].mac, dst=scene.ports["a2"].mac) / ip


def tcp(flags: str = "S", **fields: int) -> Any:
    from scapy.layers.inet import TCP

    return TCP(sport=5000, dport=80, flags=flags, **fields)


def udp() -> Any:
    from scapy.layers.inet import UDP

    return UDP(sport=5000, dport=80) / b"hello"


def rule(scene: Scene, direction: str, match: str, action: str, *options: str) -> None:
    side = "inport" if direction == "from-lport" else "outport"
    name = "a1" if direction == "from-lport" else "a2"
    scene.now(["acl-del", "a"], [*options, "acl-add", "a", direction, "10",
                                 f'{side} == "{name}" && {match}', action])


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("direction", ["from-lport", "to-lport"])
def test_reject(pair: Scene, direction: str, version: int) -> None:
    """TCP gets a reset, all else an ICMP error; the packet itself goes nowhere."""
    hv1 = pair.hv("hv1")
    rule(pair, direction, "ip", "reject")
    hv1.revalidate()
    for payload, layer in ((tcp(seq=7), "TCP"),
                           (udp(), "ICMP" if version == 4 else "ICMPv6DestUnreach")):
        frame = ether(pair, version) / payload
        hv1.clear_sent()
        hv1.inject("a1", bytes(frame))
        answer = hv1.wait_sent("a1", lambda sent: sent.dst == frame.src, what="an answer")
        assert answer.packet.haslayer(layer), answer
        assert answer.src == frame.dst
        assert not [sent for sent in hv1.sent("a2") if sent.data == bytes(frame)]
    oracle.check_all(pair.lab)


def test_reject_of_a_connection_that_was_allowed(pair: Scene) -> None:
    """Cut and told so."""
    hv1 = pair.hv("hv1")
    rule(pair, "to-lport", "tcp", "allow-related")
    hv1.revalidate()

    first = ether(pair, 4) / tcp("S")
    hv1.inject("a1", bytes(first))
    hv1.wait_sent("a2", lambda sent: sent.data == bytes(first), what="the first packet")
    rule(pair, "to-lport", "tcp", "reject")
    hv1.revalidate()
    frame = ether(pair, 4) / tcp("A", seq=5, ack=9)
    hv1.clear_sent()
    hv1.inject("a1", bytes(frame))
    reset = hv1.wait_sent("a1", lambda sent: sent.dst == frame.src, what="a reset").packet["TCP"]
    assert (reset.seq, str(reset.flags)) == (9, "R")


def log_lines(scene: Scene) -> list[str]:
    text = scene.hv("hv1").controller.log_text()
    return [line.split("|", 2)[2] for line in text.splitlines() if "|acl_log|" in line]


@pytest.mark.parametrize("action, verdict", [("allow-related", "allow"), ("drop", "drop"),
                                             ("reject", "reject")])
def test_log(pair: Scene, action: str, verdict: str) -> None:
    hv1 = pair.hv("hv1")
    rule(pair, "to-lport", "udp", action, "--log", "--severity=warning", "--name=web")
    hv1.revalidate()
    before = len(log_lines(pair))
    frame = ether(pair, 4) / udp()
    hv1.clear_sent()
    hv1.inject("a1", bytes(frame))
    wait_until(lambda: len(log_lines(pair)) > before, 10, "a line in the log")
    line, = log_lines(pair)[before:]
    assert re.match(rf'acl_log\|INFO\|name="web", verdict={verdict}, severity=warning, '
                    r"direction=to-lport: udp,.*dl_src=" + frame.src + ",dl_dst=" + frame.dst
                    + ",nw_src=10.0.0.1,nw_dst=10.0.0.2", line), line
    arrived = bytes(frame) in [sent.data for sent in hv1.sent("a2")]
    assert arrived == (verdict == "allow")


def test_a_meter_of_a_rule(pair: Scene) -> None:
    """The rule's meter comes to the chassis, limits lines and nothing else, and goes with it."""
    hv1 = pair.hv("hv1")
    pair.now(["meter-add", "slow", "drop", "1", "pktps", "2"])
    rule(pair, "to-lport", "udp", "allow", "--log", "--name=web", "--meter=slow")
    hv1.revalidate()
    assert "slow" in hv1.controller.ctl("meter-table-list")
    before, count = len(log_lines(pair)), 200
    frame = ether(pair, 4) / udp()
    hv1.clear_sent()
    hv1.inject("a1", *[bytes(frame)] * count)
    assert len([sent for sent in hv1.sent("a2") if sent.data == bytes(frame)]) == count
    wait_until(lambda: len(log_lines(pair)) > before, 10, "a line in the log")
    assert len(log_lines(pair)) - before < count
    pair.now(["acl-del", "a"], ["meter-del", "slow"])
    assert hv1.controller.ctl("meter-table-list").strip() == ""


def test_a_name_with_anything_in_it(pair: Scene) -> None:
    """Quotes, backslashes and other scripts in a rule's name reach the log and break nothing."""
    hv1 = pair.hv("hv1")
    pair.now(["acl-del", "a"], ["--log", "acl-add", "a", "to-lport", "10", "udp", "allow"])
    acl = str(pair.lab.central.nb.rows("ACL")[0]["_uuid"])
    pair.lab.central.nb.transact({"op": "update", "table": "ACL", "row": {"name": 'a"b\\c €'},
                                  "where": [["_uuid", "==", ["uuid", acl]]]})
    pair.lab.central.sync()
    hv1.revalidate()
    before = len(log_lines(pair))
    hv1.inject("a1", bytes(ether(pair, 4) / udp()))
    wait_until(lambda: len(log_lines(pair)) > before, 10, "a line in the log")
    assert pair.lab.central.nb.rows("Diagnostic") == []
