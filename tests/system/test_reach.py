"""Who reaches whom with real traffic, and what is seen on the wires."""

from typing import Iterator

import pytest

from lab import Frame, Lab
from support.campus import GENEVE_PORT, Campus

LAB = {"hypervisors": 2}


@pytest.fixture(scope="module")
def networks(lab: Lab, kind: str) -> Iterator[Campus]:
    """A flat network and VLANs 101 and 102: two VMs on hv1, one on hv2, one plain machine each."""
    campus = Campus(lab, kind)
    for name, tag in (("flat", None), ("v101", 101), ("v102", 102)):
        campus.add(name, tag, ["hv1", "hv1", "hv2"])
    yield campus.ready()
    campus.close()


def is_tunnelled(frame: Frame) -> bool:
    packet = frame.packet
    return packet.haslayer("UDP") and GENEVE_PORT in (packet["UDP"].sport, packet["UDP"].dport)


def test_matrix(networks: Campus) -> None:
    lab = networks.lab
    captures = {name: lab.capture(name) for name in ("hv1", "hv2")}
    tunnels = {name: lab.capture(name, "eth0") for name in ("hv1", "hv2")}
    inside = {segment.vms[0]: lab.vm(segment.vms[0]).capture()
              for segment in networks.segments.values()}
    networks.assert_reach()
    macs = {name: machine.mac for name, machine in lab.machines.items()}
    segment_of = {mac: segment for segment in networks.segments.values()
                  for mac in (macs[name] for name in segment.machines)}
    for name, capture in captures.items():
        frames = capture.stop()
        assert {frame.vid for frame in frames} == {None, 101, 102}
        for frame in frames:
            assert len(frame.tags) <= 1 and all(tag.tpid == 0x8100 for tag in frame.tags)
            if frame.src in segment_of:
                assert frame.vid == segment_of[frame.src].tag, frame
            if frame.src in segment_of and frame.dst in segment_of:
                assert segment_of[frame.src] is segment_of[frame.dst], frame
    for frame in captures["hv1"].frames():
        for segment in networks.segments.values():
            # Local to local never touches the wire.
            locals_ = {macs[segment.vms[0]], macs[segment.vms[1]]}
            assert not {frame.src, frame.dst} <= locals_, frame
    for capture in tunnels.values():
        assert not [frame for frame in capture.stop() if is_tunnelled(frame)]
    for name, capture in inside.items():
        own = networks.segments[name.rsplit("-", 1)[0]]
        frames = capture.stop()
        assert frames and all(not frame.tags for frame in frames)
        strangers = {mac for mac, segment in segment_of.items() if segment is not own}
        assert not {frame.src for frame in frames} & strangers


def test_every_broadcast_arrives_once(networks: Campus) -> None:
    """In all other machines of the network and in no others, on both hosts and on the wire."""
    lab = networks.lab
    for segment in networks.segments.values():
        sender = lab.machine(segment.vms[0])
        captures = {name: machine.capture() for name, machine in lab.machines.items()
                    if name != sender.name}
        marker = f"once in {segment.name}".encode()
        sender.send(b"\xff" * 6 + bytes.fromhex(sender.mac.replace(":", "")) + b"\x88\xb5"
                    + marker.ljust(50, b"."))
        # The answer to a question that was asked later says that all is over.
        for name in segment.machines[1:]:
            captures[name].expect(lambda frame: marker in frame.data, what="the broadcast")
        networks.assert_reach([segment.machines])
        for name, capture in captures.items():
            copies = [f for f in capture.stop() if marker in f.data and not f.outgoing]
            assert len(copies) == (1 if name in segment.machines else 0), (name, copies)


def test_no_leftover_in_any_daemon(networks: Campus) -> None:
    networks.assert_clean()
