"""A broadcast on a chassis with a thousand ports of one network."""

import re
from typing import Iterator

import pytest

from lab import Lab
from support import health, oracle
from support.frames import BROADCAST

PORTS = 1000
LAB = {"hypervisors": 1}

pytestmark = [pytest.mark.mooring, pytest.mark.slow]


@pytest.fixture(scope="module")
def crowd(dummy_lab: Lab) -> Iterator[Lab]:
    """p0 ... p999 on hv1, in VLAN 101, each with its port security and tracked by rules."""
    commands = dummy_lab.stack.network_commands("a", "physnet1", 101)
    for number in range(PORTS):
        mac, ip = f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}", f"10.0.{number >> 8}.{number & 255}"
        commands += dummy_lab.stack.port_commands("a", f"p{number}", [f"{mac} {ip}"], security=True)
    commands += [["acl-add", "a", "to-lport", "1", "tcp", "drop"],
                 ["acl-add", "a", "to-lport", "2", "udp && udp.dst == {9, 67}", "allow-related"],
                 ["acl-add", "a", "from-lport", "1", "ip", "allow-related"]]
    for start in range(0, len(commands), 300):
        dummy_lab.central.nb_batch(commands[start:start + 300])
    hv1 = dummy_lab.hypervisor("hv1")
    hv1.add_vifs({f"p{number}": f"p{number}" for number in range(PORTS)})
    dummy_lab.central.wait_port_up("p0", "p999", timeout=120)
    dummy_lab.central.sync(timeout=120)
    yield dummy_lab
    health.assert_silent(dummy_lab)


BROADCASTS = {
    "raw": "dl_type=0x88b5",
    "arp": "arp,arp_op=1,arp_sha=02:00:00:00:00:07,arp_spa=10.0.0.7,arp_tpa=10.0.3.231",
    "ipv4": "udp,nw_src=10.0.0.7,nw_dst=255.255.255.255",
    "dhcp": "udp,nw_src=0.0.0.0,nw_dst=255.255.255.255,udp_src=68,udp_dst=67",
}


@pytest.mark.parametrize("kind", BROADCASTS)
def test_all_are_reached(crowd: Lab, kind: str) -> None:
    """In one pass through the tables, port security's among them, without the limit of 4,096
    resubmits being hit."""
    hv1 = crowd.hypervisor("hv1")
    ports = set(hv1.ports("br-int"))
    numbers = {row["ofport"]: row["name"]
               for row in hv1.ovsdb.rows("Interface", columns=["name", "ofport"])
               if row["name"] in ports}
    trace = hv1.trace("p7", f"dl_src=02:00:00:00:00:07,dl_dst={BROADCAST},{BROADCASTS[kind]}")
    assert re.search(r"^ *82\. .*reg14=", trace, re.M), trace[:2000]
    assert "resubmit" not in "".join(line for line in trace.splitlines() if "limit" in line), trace
    # The sender's own copy is traced, and then not made.
    outputs = [int(port) for port in
               re.findall(r"^ *output:(\d+)$(?!\n.*skipping output to input port)", trace, re.M)]
    names = sorted(numbers[port] for port in outputs)
    expected = {f"p{number}" for number in range(PORTS) if number != 7} | {"patch-br-int-to-a"}
    assert len(names) == len(expected) and set(names) == expected
    assert "push_vlan(vid=101" in trace


def test_really(crowd: Lab) -> None:
    """The same by a frame."""
    hv1 = crowd.hypervisor("hv1")
    frame = bytes.fromhex("ffffffffffff" "020000000007" "88b5") + b"<crowd>".ljust(46, b".")
    found = hv1.exchange("p7", frame)
    reached = {name: [f.vid for f in frames if b"<crowd>" in f.data]
               for name, frames in found.items()}
    reached = {name: vids for name, vids in reached.items() if vids}
    assert reached == {**{f"p{n}": [None] for n in range(PORTS) if n != 7}, "eth1": [101]}
    oracle.check_all(crowd)


def test_what_nobody_may_have(crowd: Lab) -> None:
    """A flood that a thousand ports refuse, having no IPv6, costs as little, and is counted."""
    hv1 = crowd.hypervisor("hv1")
    ports = hv1.ports("br-int")
    uplink = next(name for name in ports if name.startswith("patch-br-int-to-"))
    trace = hv1.trace(uplink, "dl_vlan=101,dl_src=02:fe:00:00:00:01,dl_dst=33:33:00:00:00:01,"
                              "dl_type=0x86dd,ipv6_src=fe80::1,ipv6_dst=ff02::1,nw_proto=58")
    assert "resubmit" not in "".join(line for line in trace.splitlines() if "limit" in line), trace
    assert not re.findall(r"^ *output:", trace, re.M)

    def refused() -> int:
        text = hv1.controller.ctl("port-security/show", timeout=60)
        return sum(int(line.split()[1]) for line in text.splitlines() if "not-for-port" in line)

    before = refused()
    frame = bytes.fromhex("333300000001" "02fe00000001" "81000065" "86dd" "60000000" "0004" "3bff"
                          "fe800000000000000000000000000001" "ff020000000000000000000000000001"
                          "00000000")
    found = hv1.exchange("eth1", frame)
    assert not any(frame[18:] in copy.data for copies in found.values() for copy in copies)
    assert refused() - before == PORTS
