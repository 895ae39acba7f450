"""Ports that are more or less than ordinary members of their network, and chassis likewise."""

import pytest

from lab.wait import wait_until
from support import diagnostics
from support.frames import BROADCAST, NOBODY
from support.scene import Scene, everywhere

LAB = {"hypervisors": 2}


def test_unknown_ports(scene: Scene) -> None:
    """What nobody has goes to ports that take unknown addresses, and to the wire."""
    scene.network("a", 101)
    scene.port("a", "a1", "hv1")
    scene.port("a", "u1", "hv1", addresses=["unknown"])
    scene.port("a", "u2", "hv1", addresses=["02:00:00:00:77:02 10.0.0.9", "unknown"])
    scene.port("a", "u3", "hv2", addresses=["unknown"])
    scene.ready()
    assert scene.send("a1", NOBODY) == everywhere(
        "101", "hv1:u1", "hv1:u2", "hv1:eth1", "hv2:u3")
    assert scene.send("a1", "02:00:00:00:77:02") == everywhere("101", "hv1:u2")
    assert scene.arrive(NOBODY, tags="101") == everywhere("101", "hv1:u1", "hv1:u2", "hv2:u3")
    assert scene.arrive("a1", tags="101", at=["hv1"]) == everywhere("101", "hv1:a1")
    # And never back to where it came from.
    assert scene.send("u1", NOBODY) == everywhere("101", "hv1:u2", "hv1:eth1", "hv2:u3")


@pytest.mark.mooring
def test_disabled_port(scene: Scene) -> None:
    """A port that is switched off neither sends nor receives, until it is switched on."""
    scene.network("a", 101)
    scene.port("a", "a1", "hv1")
    scene.port("a", "a2", "hv1")
    scene.port("a", "a3", "hv2")
    scene.ready()
    scene.now(["lsp-set-enabled", "a2", "disabled"])
    assert scene.send("a2", "a1") == {} and scene.send("a2", BROADCAST) == {}
    assert "hv1:a2" not in scene.send("a1", "a2")
    assert scene.send("a1", BROADCAST) == everywhere("101", "hv1:eth1", "hv2:a3")
    assert "hv1:a2" not in scene.arrive("a2", tags="101")
    scene.now(["lsp-set-enabled", "a2", "enabled"])
    assert scene.send("a2", "a1") == everywhere("101", "hv1:a1")
    assert scene.send("a1", "a2") == everywhere("101", "hv1:a2")


@pytest.mark.mooring
@pytest.mark.parametrize("protocol", ["ipv4", "ipv6"])
def test_unmapped_chassis(scene: Scene, protocol: str) -> None:
    """Without the mapping local traffic works, nothing is tunnelled instead, and all is told."""
    lab = scene.lab
    lab.hypervisor("hv2").set_mappings(None)
    try:
        scene.network("a", 101)
        scene.port("a", "a1", "hv1")
        scene.port("a", "a3", "hv2", up=False)
        scene.port("a", "a4", "hv2", up=False)
        scene.ready()
        found = diagnostics.wait_for(lab, "network-unmapped", chassis="hv2", name="a3")
        assert "physnet1" in found["message"]
        assert diagnostics.find(lab, "network-unmapped", name="a4", chassis="hv2")
        assert not diagnostics.find(lab, "network-unmapped", name="a1")
        assert lab.central.binding("a3") == "hv2" and not lab.central.port_up("a3")
        lab.central.sync()
        assert not lab.central.port_up("a3") and not lab.central.port_up("a4")
        assert scene.send("a3", "a4", protocol=protocol) == everywhere("101", "hv2:a4")
        assert scene.send("a3", BROADCAST) == everywhere("101", "hv2:a4")
        for dst in ("a1", NOBODY):
            assert scene.send("a3", dst, protocol=protocol) == {}
        assert scene.send("a1", "a3", protocol=protocol) == everywhere("101", "hv1:eth1")
        assert scene.lab.hypervisor("hv2").patch_ports() == {}
    finally:
        lab.hypervisor("hv2").set_mappings({"physnet1": "br-eth1"})
    lab.central.wait_port_up("a3", "a4")
    diagnostics.wait_gone(lab, "network-unmapped")
    lab.central.sync()
    assert scene.send("a3", "a1") == everywhere("101", "hv2:eth1", "hv1:a1")
    lab.hypervisor("hv2").set_mappings(None)
    try:
        # A port goes down with its uplink, though its interface stays.
        diagnostics.wait_for(lab, "network-unmapped", chassis="hv2", name="a3")
        scene.wait_patches("hv2", {})
        wait_until(lambda: not lab.central.port_up("a3"), 10, "a3 to go down")
        assert scene.send("a3", "a4") == everywhere("101", "hv2:a4")
        assert scene.send("a3", "a1") == {}
    finally:
        lab.hypervisor("hv2").set_mappings({"physnet1": "br-eth1"})
    lab.central.wait_port_up("a3", "a4")


@pytest.mark.mooring
def test_vlan_conflict(scene: Scene) -> None:
    """Of two networks with one VLAN the older keeps it; the other works where it is local."""
    lab = scene.lab
    scene.network("old", 101)
    scene.port("old", "o1", "hv1")
    scene.port("old", "o2", "hv2")
    scene.ready()
    scene.network("young", 101)
    scene.port("young", "y1", "hv1", up=False)
    scene.port("young", "y2", "hv1", up=False)
    scene.port("young", "y3", "hv2", up=False)
    scene.ready()
    table = "Physical_Switch" if scene.kind == "physical" else "Logical_Switch"
    for one, other in (("old", "young"), ("young", "old")):
        found = diagnostics.wait_for(lab, "vlan-conflict", name=one, table_name=table)
        assert found["severity"] == "error"
        assert other in found["message"] and "101" in found["message"]
    lab.central.sync()
    assert scene.send("o1", "o2") == everywhere("101", "hv1:eth1", "hv2:o2")
    assert scene.arrive("o1", tags="101") == everywhere("101", "hv1:o1")
    assert scene.send("y1", "y2") == everywhere("101", "hv1:y2")
    assert scene.send("y1", BROADCAST) == everywhere("101", "hv1:y2")
    assert scene.arrive("y1", tags="101") == {}
    assert not lab.central.port_up("y1") and lab.central.port_up("o1")
    scene.now(*scene.retag("young", 102))
    diagnostics.wait_gone(lab, "vlan-conflict")
    lab.central.wait_port_up("y1", "y2", "y3")
    lab.central.sync()
    assert scene.send("y1", "y3") == everywhere("102", "hv1:eth1", "hv2:y3")
    # Now the VLAN of the other way round: who has it keeps it.
    scene.now(*scene.retag("old", 102))
    diagnostics.wait_for(lab, "vlan-conflict", name="old")
    assert scene.send("y1", "y3") == everywhere("102", "hv1:eth1", "hv2:y3")
    assert scene.send("o1", "o2") == {}
    gone = "ps-del" if scene.kind == "physical" else "ls-del"
    scene.now([gone, "young"])
    diagnostics.wait_gone(lab, "vlan-conflict")
    lab.central.wait_port_up("o1", "o2")
    lab.central.sync()
    assert scene.send("o1", "o2") == everywhere("102", "hv1:eth1", "hv2:o2")


@pytest.mark.mooring
def test_two_flat_networks_clash(scene: Scene) -> None:
    scene.network("one", None)
    scene.port("one", "o1", "hv1")
    scene.ready()
    scene.network("two", None)
    scene.port("two", "t1", "hv1", up=False)
    scene.ready()
    diagnostics.wait_for(scene.lab, "vlan-conflict", name="two")
    assert scene.send("o1", BROADCAST) == everywhere("-", "hv1:eth1")
    assert scene.send("t1", BROADCAST) == {}


def test_same_vlan_on_two_physical_networks(make_lab, kind: str) -> None:
    """A VLAN belongs to its physical network."""
    with Scene(make_lab(mode="dummy", hypervisors=2, physical_networks=["physnet1", "physnet2"]),
               kind) as scene:
        for number in (1, 2):
            scene.network(f"n{number}", 101, physical_network=f"physnet{number}")
            scene.port(f"n{number}", f"p{number}", "hv1")
            scene.port(f"n{number}", f"q{number}", "hv2")
        scene.ready()
        assert scene.send("p1", BROADCAST) == everywhere("101", "hv1:eth1", "hv2:q1")
        assert scene.send("p2", BROADCAST) == everywhere("101", "hv1:eth2", "hv2:q2")
        assert scene.arrive("p1", tags="101", nic="eth2") == {}
        if scene.lab.stack.name == "mooring":
            assert not diagnostics.find(scene.lab, "vlan-conflict")
