"""The lab itself with dummy devices, under OVN."""

import pytest

from lab import Frame, Lab, Wire

LAB = {"hypervisors": 2, "stack": "ovn"}
PROBE = 0x88B5


def frame(dst: str, src: str, payload: bytes, tag: int | None = None) -> bytes:
    addresses = bytes.fromhex(dst.replace(":", "") + src.replace(":", ""))
    vlan = b"" if tag is None else b"\x81\x00" + tag.to_bytes(2, "big")
    return addresses + vlan + PROBE.to_bytes(2, "big") + payload.ljust(46, b".")


def probes(sent: dict[str, list[Frame]]) -> dict[str, list[Frame]]:
    """What of it is frame()'s: the controller announces ports meanwhile."""
    found = {port: [f for f in frames if f.ethertype == PROBE] for port, frames in sent.items()}
    return {port: frames for port, frames in found.items() if frames}


BROADCAST = "ff:ff:ff:ff:ff:ff"
MACS = {f"a{number}": f"02:00:00:00:01:0{number}" for number in (1, 2, 3)}


@pytest.fixture(scope="module")
def network(dummy_lab: Lab) -> Lab:
    """VLAN 101 with a1 and a2 on hv1, and a3 on hv2."""
    dummy_lab.central.add_network("vlan101", "physnet1", 101)
    for port, mac in MACS.items():
        dummy_lab.central.add_port("vlan101", port, mac)
        dummy_lab.hypervisor("hv2" if port == "a3" else "hv1").add_vif(port, port, mac)
    dummy_lab.central.wait_port_up(*MACS)
    dummy_lab.central.sync()
    return dummy_lab


def test_exchange(network: Lab) -> None:
    hv1 = network.hypervisor("hv1")
    got = probes(hv1.exchange("a1", frame(BROADCAST, MACS["a1"], b"all")))
    assert {port: [f.vid for f in frames] for port, frames in got.items()} == {
        "a2": [None], "eth1": [101]}
    got = probes(hv1.exchange("a1", frame(MACS["a2"], MACS["a1"], b"one")))
    assert list(got) == ["a2"]
    got = probes(hv1.exchange("eth1", frame(MACS["a2"], MACS["a3"], b"wire", tag=101)))
    assert [f.payload.rstrip(b".") for f in got.pop("a2")] == [b"wire"] and not got


def test_every_frame_is_seen_at_once(network: Lab) -> None:
    """No answer comes before the switch has forwarded."""
    hv1 = network.hypervisor("hv1")
    hv1.clear_sent()
    for number in range(200):
        data = frame(MACS["a2"], MACS["a1"], number.to_bytes(4, "big"))
        hv1.inject("a1", data)
        # The controller announces ports meanwhile.
        assert [f.data for f in hv1.sent("a2") if f.ethertype == PROBE] == [data]


def test_wire(network: Lab) -> None:
    hv1, hv2 = network.hypervisor("hv1"), network.hypervisor("hv2")
    wire = Wire([(hv1, "eth1"), (hv2, "eth1")])
    wire.settle()
    hv2.clear_sent()
    hv1.inject("a1", frame(MACS["a3"], MACS["a1"], b"far"))
    assert [(sender, f.vid) for sender, f in wire.settle() if f.ethertype == PROBE] == [
        ("hv1", 101)]
    assert [f.payload.rstrip(b".") for f in hv2.sent("a3") if f.ethertype == PROBE] == [b"far"]


def test_what_tests_look_at(network: Lab) -> None:
    hv1 = network.hypervisor("hv1")
    assert hv1.patch_ports() == {
        "patch-br-int-to-ln-vlan101": "patch-ln-vlan101-to-br-int",
        "patch-ln-vlan101-to-br-int": "patch-br-int-to-ln-vlan101"}
    assert "Datapath actions" in hv1.trace("a1", f"eth_src={MACS['a1']},eth_dst={MACS['a2']}")
    flows = hv1.flows(cookies=False)
    hv1.controller.ctl("inc-engine/recompute")
    network.central.sync()
    assert hv1.flows(cookies=False) == flows and flows
    assert not [line for d in network.daemons for line in d.log_problems()]
    hv1.del_vif("a2")
    assert list(probes(hv1.exchange("a1", frame(BROADCAST, MACS["a1"], b"all")))) == ["eth1"]
    hv1.add_vif("a2", "a2")
    network.central.wait_port_up("a2")
