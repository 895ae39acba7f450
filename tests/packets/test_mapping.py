"""Which bridge leads to which physical network: both keys, one chassis' own, mistakes, changes."""

from typing import Iterator

import pytest

from lab import DummyHypervisor, Lab, wait_until
from support import diagnostics
from support.scene import Scene, everywhere

LAB = {"hypervisors": 2, "physical_networks": ["physnet1", "physnet2"]}
KEYS = ("ovn-bridge-mappings", "bridge_mappings", "ovn-bridge-mappings-hv1", "bridge_mappings-hv1")
BOTH = "physnet1:br-eth1,physnet2:br-eth2"


@pytest.fixture
def hv1(dummy_lab: Lab) -> Iterator[DummyHypervisor]:
    """The first hypervisor, whose mapping afterwards is as it was."""
    node = dummy_lab.hypervisor("hv1")
    assert isinstance(node, DummyHypervisor)
    yield node
    node.set_external_ids({key: None for key in KEYS})
    node.set_mappings(BOTH)


@pytest.fixture
def two(scene: Scene) -> Scene:
    """VLAN 101 of each physical network, with a port on each hypervisor: p1, q1 and p2, q2."""
    for number in (1, 2):
        scene.network(f"n{number}", 101, physical_network=f"physnet{number}")
        scene.port(f"n{number}", f"p{number}", "hv1")
        scene.port(f"n{number}", f"q{number}", "hv2")
    return scene.ready()


def set_mappings(hv1: DummyHypervisor, **keys: str) -> None:
    """Makes `keys` (with _ for -) the only mappings of hv1, in one transaction."""
    wanted = {key: keys.get(key.replace("-", "_")) for key in KEYS}
    hv1.set_external_ids(wanted)


def assert_works(two: Scene, *numbers: int) -> None:
    """Of the networks n1 and n2, those are reachable from hv1 and the others aren't."""
    central = two.lab.central
    for number in (1, 2):
        port = f"p{number}"
        if number in numbers:
            central.wait_port_up(port)
        else:
            wait_until(lambda: not central.port_up(port), 10, f"{port} to go down")
    central.sync()
    for number in (1, 2):
        nic = f"eth{number}"
        works = number in numbers
        assert two.send(f"p{number}", f"q{number}") == (
            everywhere("101", f"hv1:{nic}", f"hv2:q{number}") if works else {})
        if nic in two.hv("hv1").devices():
            assert two.arrive(f"p{number}", tags="101", nic=nic, at=["hv1"]) == (
                everywhere("101", f"hv1:p{number}") if works else {})
    two.wait_patches("hv1", *(two.patch_pair(f"n{number}") for number in numbers))


def test_ovns_key(two: Scene, hv1: DummyHypervisor) -> None:
    assert_works(two, 1, 2)


@pytest.mark.mooring
def test_the_proposals_key(two: Scene, hv1: DummyHypervisor) -> None:
    set_mappings(hv1, bridge_mappings=BOTH)
    assert_works(two, 1, 2)


@pytest.mark.mooring
def test_both_keys_add_up(two: Scene, hv1: DummyHypervisor) -> None:
    set_mappings(hv1, ovn_bridge_mappings="physnet1:br-eth1", bridge_mappings="physnet2:br-eth2")
    assert_works(two, 1, 2)
    set_mappings(hv1, bridge_mappings="physnet2:br-eth2")
    assert_works(two, 2)


@pytest.mark.mooring
@pytest.mark.parametrize("key", ["ovn-bridge-mappings", "bridge_mappings"])
def test_own_key_of_a_chassis_wins(two: Scene, hv1: DummyHypervisor, key: str) -> None:
    own = f"{key}-hv1".replace("-", "_")
    set_mappings(hv1, **{key.replace("-", "_"): BOTH, own: "physnet2:br-eth2"})
    assert_works(two, 2)
    set_mappings(hv1, **{key.replace("-", "_"): BOTH})
    assert_works(two, 1, 2)


@pytest.mark.mooring
@pytest.mark.parametrize("text", [
    "physnet1:br-eth1,nonsense,physnet2:br-eth2",
    "nonsense,physnet1:br-eth1,,physnet2:br-eth2",
    ":br-eth1,physnet1:br-eth1,physnet2:,physnet2:br-eth2",
    "physnet1:br-eth1,physnet1:br-eth2,physnet2:br-eth2",
])
def test_malformed_entry_is_skipped_alone(two: Scene, hv1: DummyHypervisor, text: str) -> None:
    set_mappings(hv1, ovn_bridge_mappings=text)
    found = diagnostics.wait_for(two.lab, "mapping-malformed", chassis="hv1")
    assert found["severity"] == "error"
    assert_works(two, 1, 2)
    set_mappings(hv1, ovn_bridge_mappings=BOTH)
    diagnostics.wait_gone(two.lab, "mapping-malformed")


@pytest.mark.mooring
def test_blanks_around_names(two: Scene, hv1: DummyHypervisor) -> None:
    set_mappings(hv1, ovn_bridge_mappings=" physnet1:br-eth1 , physnet2:br-eth2 ")
    assert_works(two, 1, 2)
    assert not diagnostics.find(two.lab, "mapping-malformed")


@pytest.mark.mooring
def test_bridge_that_appears_later(two: Scene, hv1: DummyHypervisor) -> None:
    """A missing bridge is one network's trouble, and over when the bridge is there."""
    set_mappings(hv1, ovn_bridge_mappings="physnet1:br-late,physnet2:br-eth2")
    found = diagnostics.wait_for(two.lab, "bridge-missing", chassis="hv1", name="br-late")
    assert "physnet1" in found["message"]
    assert_works(two, 2)
    assert "br-late" not in hv1.bridges()
    try:
        hv1.vsctl("--", "del-port", "br-eth1", "eth1")
        hv1.add_bridge("br-late")
        hv1.add_port("br-late", "eth1")
        assert_works(two, 1, 2)
        diagnostics.wait_gone(two.lab, "bridge-missing")
    finally:
        hv1.del_bridge("br-late")
        hv1.add_port("br-eth1", "eth1")
        hv1.set_mappings(BOTH)
    assert_works(two, 1, 2)


@pytest.mark.mooring
def test_bridge_deleted_and_created_again(two: Scene, hv1: DummyHypervisor) -> None:
    hv1.del_bridge("br-eth1")
    diagnostics.wait_for(two.lab, "bridge-missing", chassis="hv1", name="br-eth1")
    assert_works(two, 2)
    hv1.add_bridge("br-eth1")
    # With no physical port it is mapped, and warned about.
    two.lab.central.wait_port_up("p1")
    diagnostics.wait_gone(two.lab, "bridge-missing")
    found = diagnostics.wait_for(two.lab, "uplink-down", chassis="hv1")
    assert found["severity"] == "warning"
    hv1.add_port("br-eth1", "eth1")
    diagnostics.wait_gone(two.lab, "uplink-down")
    assert_works(two, 1, 2)


@pytest.mark.mooring
def test_networks_change_bridges(two: Scene, hv1: DummyHypervisor) -> None:
    """A patch port moves to the bridge that the mapping names."""
    set_mappings(hv1, ovn_bridge_mappings="physnet1:br-eth2,physnet2:br-eth1")
    outer = {n: f"patch-{two.uplink(f'n{n}')}-to-br-int" for n in (1, 2)}
    wait_until(lambda: outer[1] in hv1.ports("br-eth2") and outer[2] in hv1.ports("br-eth1"), 10,
               "the patch ports to change places")
    two.lab.central.wait_port_up("p1", "p2")
    two.lab.central.sync()
    # hv2 isn't changed: what leaves by eth2 here arrives as the other network there.
    wait_until(lambda: two.send("p1", "q2") == everywhere("101", "hv1:eth2", "hv2:q2"), 10,
               "frames to take the other wire")
    assert two.arrive("p1", tags="101", nic="eth2") == everywhere("101", "hv1:p1")
    set_mappings(hv1, ovn_bridge_mappings=BOTH)
    wait_until(lambda: outer[1] in hv1.ports("br-eth1") and outer[2] in hv1.ports("br-eth2"), 10,
               "the patch ports to be back")
    wait_until(lambda: assert_works(two, 1, 2) is None, 20, "everything to work as before")


@pytest.mark.mooring
def test_patch_ports_that_come_and_go_at_once(two: Scene, hv1: DummyHypervisor) -> None:
    """ovs-vswitchd outlives a network that changes its wire and goes, again and again."""
    two.now(*two.retag("n2", 102))
    for _ in range(10):
        for physical_network in ("physnet2", "nowhere", "physnet1"):
            two.lab.central.nb_batch([two.set_physical_network("n1", physical_network)], wait="hv")
    assert hv1.vswitchd.running
    two.now(*two.retag("n2", 101))
    two.wait_patches("hv1", two.patch_pair("n1"), two.patch_pair("n2"))
    wait_until(lambda: assert_works(two, 1, 2) is None, 20, "everything to work as before")


def test_the_mapping_is_published(dummy_lab: Lab, hv1: DummyHypervisor) -> None:
    """A CMS reads it in the southbound database."""

    def published() -> str:
        row = dummy_lab.central.sb.row("Chassis", name="hv1")
        return row["other_config"].get("ovn-bridge-mappings", "")

    wait_until(lambda: published() == BOTH, 10, "the mapping to be published")
    hv1.set_mappings("physnet2:br-eth2")
    wait_until(lambda: published() == "physnet2:br-eth2", 10, "the new mapping to be published")


@pytest.mark.mooring
def test_physical_network_changed(two: Scene, hv1: DummyHypervisor) -> None:
    """The network goes over to the other wire, and its patch ports with it."""
    two.now(*two.retag("n2", 102))
    two.now(two.set_physical_network("n1", "physnet2"))
    two.lab.central.wait_port_up("p1", "q1", "p2", "q2")
    wait_until(lambda: two.send("p1", "q1") == everywhere("101", "hv1:eth2", "hv2:q1"), 10,
               "frames to take the other wire")
    assert two.arrive("p1", tags="101", nic="eth1") == {}
    two.now(two.set_physical_network("n1", "nowhere"))
    diagnostics.wait_for(two.lab, "network-unknown")
    wait_until(lambda: not two.lab.central.port_up("p1"), 10, "p1 to go down")
    two.wait_patches("hv1", two.patch_pair("n2"))
    assert two.send("p1", "q1") == {}
    two.now(two.set_physical_network("n1", "physnet1"))
    diagnostics.wait_gone(two.lab, "network-unknown")
    diagnostics.wait_gone(two.lab, "network-unmapped")
    two.lab.central.wait_port_up("p1", "q1")
    two.lab.central.sync()
    assert two.send("p1", "q1") == everywhere("101", "hv1:eth1", "hv2:q1")
