"""Each diagnostic: it appears where an operator looks, says whose it is, stops nothing else, and
goes away when its cause is mended."""

from __future__ import annotations

from typing import Iterator

import pytest

from lab import DummyHypervisor, Lab, wait_until
from support import diagnostics, oracle
from support.frames import BROADCAST
from support.scene import Scene, everywhere

LAB = {"hypervisors": 2, "physical_networks": ["physnet1", "physnet2"]}
MAPPINGS = {"physnet1": "br-eth1", "physnet2": "br-eth2"}
# What the switch or a database refuses is in the logs as well.
EXPECTED_LOG = ("refused", "table_full", "OFPFMFC_TABLE_FULL")

pytestmark = pytest.mark.mooring


@pytest.fixture(scope="module")
def canary(dummy_lab: Lab) -> Iterator[Scene]:
    """A network in which nothing is ever wrong: c1 on hv1, c2 on hv2."""
    with Scene(dummy_lab, "physical") as scene:
        scene.network("canary", 4000)
        scene.port("canary", "c1", "hv1")
        scene.port("canary", "c2", "hv2")
        scene.ready()
        yield scene


@pytest.fixture(autouse=True)
def sings(canary: Scene) -> Iterator[None]:
    """During each test and after it, the canary is well, and in the end there is no diagnostic."""
    yield
    wait_until(lambda: not canary.lab.central.diagnostics(), 15,
               lambda: f"no diagnostic; there are {diagnostics.texts(canary.lab)}")
    assert_sings(canary)
    oracle.check_all(canary.lab)


def assert_sings(canary: Scene) -> None:
    assert canary.send("c1", "c2") == everywhere("4000", "hv1:eth1", "hv2:c2")
    assert canary.send("c2", BROADCAST) == everywhere("4000", "hv2:eth1", "hv1:c1")


@pytest.fixture
def scene(dummy_lab: Lab, kind: str, canary: Scene) -> Iterator[Scene]:
    with Scene(dummy_lab, kind) as made:
        yield made


@pytest.fixture
def hv1(dummy_lab: Lab) -> DummyHypervisor:
    node = dummy_lab.hypervisor("hv1")
    assert isinstance(node, DummyHypervisor)
    return node


def table_of(scene: Scene) -> str:
    return "Physical_Switch" if scene.kind == "physical" else "Logical_Switch"


def assert_about(scene: Scene, found: dict, table: str, name: str) -> None:
    """The finding names the northbound row."""
    assert found["table_name"] == table and found["name"] == name
    assert found["row"] == scene.lab.central.nb.row(table, name=name)["_uuid"]


def test_mapping_malformed(canary: Scene, hv1: DummyHypervisor) -> None:
    hv1.set_mappings("physnet1:br-eth1,rubbish,physnet2:br-eth2,")
    found = diagnostics.wait_for(canary.lab, "mapping-malformed", chassis="hv1")
    assert "rubbish" in "".join(diagnostics.texts(canary.lab)) and found["severity"] == "error"
    assert_sings(canary)
    hv1.set_mappings(MAPPINGS)
    diagnostics.wait_gone(canary.lab, "mapping-malformed")


def test_bridge_missing(canary: Scene, hv1: DummyHypervisor) -> None:
    hv1.set_mappings({**MAPPINGS, "physnet3": "br-nowhere"})
    found = diagnostics.wait_for(canary.lab, "bridge-missing", chassis="hv1")
    assert found["name"] == "br-nowhere" and "physnet3" in found["message"]
    assert_sings(canary)
    hv1.set_mappings(MAPPINGS)


def test_network_unmapped(scene: Scene, canary: Scene, hv1: DummyHypervisor) -> None:
    hv1.set_mappings({"physnet1": "br-eth1"})
    scene.network("n", 101, physical_network="physnet2")
    scene.port("n", "p1", "hv1", up=False)
    scene.ready()
    found = diagnostics.wait_for(scene.lab, "network-unmapped", chassis="hv1")
    assert_about(scene, found, "Logical_Switch_Port", "p1")
    state = scene.lab.central.nb.row(table_of(scene), name="n")
    wait_until(lambda: scene.lab.central.nb.row(table_of(scene), name="n")["ports_without_uplink"]
               == ["p1"], 5, "the port in ports_without_uplink")
    assert state["chassis_mapped"] == 1
    assert_sings(canary)
    hv1.set_mappings(MAPPINGS)
    scene.lab.central.wait_port_up("p1")
    diagnostics.wait_gone(scene.lab, "network-unmapped")
    state = scene.lab.central.nb.row(table_of(scene), name="n")
    assert state["ports_without_uplink"] == [] and state["chassis_mapped"] == 2


def test_network_unknown(scene: Scene, canary: Scene) -> None:
    scene.network("n", 101, physical_network="mispelt")
    scene.port("n", "p1", "hv1", up=False)
    scene.ready()
    found = diagnostics.wait_for(scene.lab, "network-unknown")
    assert_about(scene, found, table_of(scene), "n")
    assert "mispelt" in found["message"]
    assert_sings(canary)
    assert not scene.lab.central.port_up("p1")
    scene.now(scene.set_physical_network("n", "physnet1"))
    scene.lab.central.wait_port_up("p1")
    diagnostics.wait_gone(scene.lab, "network-unknown")


def test_vlan_conflict(scene: Scene, canary: Scene) -> None:
    scene.network("n", 4000)
    scene.port("n", "p1", "hv1", up=False)
    scene.ready()
    found = diagnostics.wait_for(scene.lab, "vlan-conflict", name="n")
    assert_about(scene, found, table_of(scene), "n")
    assert "canary" in found["message"] and "4000" in found["message"]
    other = diagnostics.wait_for(scene.lab, "vlan-conflict", name="canary")
    assert_about(scene, other, "Physical_Switch", "canary")
    assert_sings(canary)
    assert scene.send("p1", BROADCAST) == {}
    scene.now(*scene.retag("n", 101))
    scene.lab.central.wait_port_up("p1")


@pytest.mark.parametrize("tag", [0, 4095, None])
def test_tag_invalid_physical(dummy_lab: Lab, canary: Scene, tag: int | None) -> None:
    """0, 4095, or missing where the type is vlan."""
    with Scene(dummy_lab, "physical") as scene:
        scene.network("n", 101)
        scene.port("n", "p1", "hv1")
        scene.port("n", "p2", "hv1")
        scene.ready()
        scene.lab.central.nb.transact({
            "op": "update", "table": "Physical_Switch", "where": [["name", "==", "n"]],
            "row": {"tag": ["set", []] if tag is None else tag}})
        found = diagnostics.wait_for(scene.lab, "tag-invalid")
        assert_about(scene, found, "Physical_Switch", "n")
        assert tag is None or str(tag) in found["message"]
        assert_sings(canary)
        scene.lab.central.sync()
        assert scene.send("p1", "p2") == everywhere("101", "hv1:p2")
        assert scene.send("p1", BROADCAST) == everywhere("101", "hv1:p2")
        wait_until(lambda: not scene.lab.central.port_up("p1"), 10, "the port to go down")
        scene.now(*scene.retag("n", 101))
        scene.lab.central.wait_port_up("p1", "p2")
        scene.lab.central.sync()
        assert scene.send("p1", BROADCAST) == everywhere("101", "hv1:p2", "hv1:eth1")


def test_tag_invalid_flat_with_tag(dummy_lab: Lab, canary: Scene) -> None:
    with Scene(dummy_lab, "physical") as scene:
        scene.network("n", None)
        scene.ready()
        scene.lab.central.nb.transact({
            "op": "update", "table": "Physical_Switch", "where": [["name", "==", "n"]],
            "row": {"tag": 101}})
        assert_about(scene, diagnostics.wait_for(scene.lab, "tag-invalid"), "Physical_Switch", "n")
        scene.now(["clear", "Physical_Switch", "n", "tag"])


def test_tag_invalid_localnet(dummy_lab: Lab, canary: Scene) -> None:
    """The schema refuses 0 there; 4095 it takes."""
    with Scene(dummy_lab, "localnet") as scene:
        scene.network("n", 101)
        scene.port("n", "p1", "hv1")
        scene.ready()
        scene.lab.central.nb.transact({
            "op": "update", "table": "Logical_Switch_Port", "where": [["name", "==", "ln-n"]],
            "row": {"tag_request": 4095}})
        found = diagnostics.wait_for(scene.lab, "tag-invalid")
        assert_about(scene, found, "Logical_Switch_Port", "ln-n")
        assert_sings(canary)
        scene.now(*scene.retag("n", 101))


def test_type_invalid(dummy_lab: Lab, canary: Scene) -> None:
    """A type that isn't known, a localnet port that says no network."""
    lab = dummy_lab
    with Scene(lab, "physical") as physical, Scene(lab, "localnet") as localnet:
        physical.network("n", 101)
        localnet.network("m", 102)
        physical.ready()
        localnet.ready()
        lab.central.nb.transact({
            "op": "update", "table": "Physical_Switch", "where": [["name", "==", "n"]],
            "row": {"type": "vxlan"}})
        lab.nb("remove", "Logical_Switch_Port", "ln-m", "options", "network_name")
        found = diagnostics.wait_for(lab, "type-invalid", table_name="Physical_Switch")
        assert_about(physical, found, "Physical_Switch", "n")
        assert "vxlan" in found["message"]
        found = diagnostics.wait_for(lab, "type-invalid", table_name="Logical_Switch_Port")
        assert_about(localnet, found, "Logical_Switch_Port", "ln-m")
        assert "network_name" in found["message"]
        assert_sings(canary)
        physical.now(["set", "Physical_Switch", "n", "type=vlan"])
        localnet.now(localnet.set_physical_network("m", "physnet1"))
        diagnostics.wait_gone(lab, "type-invalid")


@pytest.mark.parametrize("wrong", [
    "nonsense", "02:00:00:00:00", "02:00:00:00:00:0g", "02:00:00:00:09:01 10.0.0.256",
    "02:00:00:00:09:01 fd00::1::2", "", "unknown 10.0.0.1"])
def test_address_invalid(scene: Scene, canary: Scene, wrong: str) -> None:
    """The element is left out, the port's others are used."""
    scene.network("n", 101)
    port = scene.port("n", "p1", "hv1")
    scene.port("n", "p2", "hv1")
    scene.ready()

    def set_addresses(*texts: str) -> None:
        scene.lab.central.nb.transact({
            "op": "update", "table": "Logical_Switch_Port", "where": [["name", "==", "p1"]],
            "row": {"addresses": ["set", list(texts)]}})

    set_addresses(f"{port.mac} 10.0.0.5", wrong)
    found = diagnostics.wait_for(scene.lab, "address-invalid")
    assert_about(scene, found, "Logical_Switch_Port", "p1")
    assert not wrong or wrong.split()[-1] in found["message"]
    scene.lab.central.sync()
    assert scene.send("p2", "p1") == everywhere("101", "hv1:p1")
    assert_sings(canary)
    set_addresses(f"{port.mac} 10.0.0.5")
    diagnostics.wait_gone(scene.lab, "address-invalid")


def test_address_invalid_in_port_security(scene: Scene, canary: Scene) -> None:
    scene.network("n", 101)
    port = scene.port("n", "p1", "hv1")
    scene.ready()
    scene.lab.central.nb.transact({
        "op": "update", "table": "Logical_Switch_Port", "where": [["name", "==", "p1"]],
        "row": {"port_security": ["set", [port.mac, "02:00:00:00:zz:01"]]}})
    found = diagnostics.wait_for(scene.lab, "address-invalid")
    assert_about(scene, found, "Logical_Switch_Port", "p1")
    assert "port_security" in found["message"]
    scene.now(["lsp-set-port-security", "p1", port.mac])


@pytest.mark.parametrize("address", ["mac", "10.0.0.5", "fd00::5"])
def test_duplicate_address(scene: Scene, canary: Scene, address: str) -> None:
    scene.network("n", 101)
    scene.network("other", 102)
    mac = "02:00:00:00:55:55"
    own = [mac] if address == "mac" else [f"02:00:00:00:55:0{n} {address}" for n in (1, 2)]
    for number, name in enumerate(("p1", "p2")):
        scene.port("n", name, "hv1", addresses=[own[number % len(own)]], up=False)
    scene.port("other", "q1", "hv1", addresses=[own[0]])
    scene.ready()
    for name, other in (("p1", "p2"), ("p2", "p1")):
        found = diagnostics.wait_for(scene.lab, "duplicate-address", name=name)
        assert_about(scene, found, "Logical_Switch_Port", name)
        assert other in found["message"]
        assert (mac if address == "mac" else address) in found["message"]
    assert not diagnostics.find(scene.lab, "duplicate-address", name="q1")
    assert_sings(canary)
    scene.now(["lsp-set-addresses", "p2", "02:00:00:00:55:99 10.0.0.99"])
    diagnostics.wait_gone(scene.lab, "duplicate-address")


def test_port_claimed_twice(scene: Scene, canary: Scene) -> None:
    """The later holds the port; the earlier says so, passes nothing, and doesn't fight."""
    lab = scene.lab
    scene.network("n", 101)
    scene.port("n", "p1", "hv1")
    scene.port("n", "p2", "hv1")
    scene.ready()
    lab.hypervisor("hv2").add_vif("p1", "p1")
    scene.ports["p1"].hypervisors.append("hv2")
    found = diagnostics.wait_for(lab, "port-claimed-twice", chassis="hv1")
    assert found["name"] == "p1" and "hv2" in found["message"]
    lab.central.sync()
    assert lab.central.binding("p1") == "hv2"
    assert scene.send("p2", "p1") == everywhere("101", "hv1:eth1", "hv2:p1")
    assert scene.send("p1", "p2", hypervisor="hv1") == {}
    assert_sings(canary)
    lab.central.sync()
    assert lab.central.binding("p1") == "hv2" and lab.central.port_up("p1")
    # requested-chassis decides.
    scene.now(["lsp-set-options", "p1", "requested-chassis=hv1"])
    wait_until(lambda: lab.central.binding("p1") == "hv1", 10, "hv1 to hold the port")
    diagnostics.wait_gone(lab, "port-claimed-twice", chassis="hv1")
    lab.central.sync()
    assert scene.send("p1", "p2", hypervisor="hv1") == everywhere("101", "hv1:p2")
    scene.now(["lsp-set-options", "p1"])
    lab.hypervisor("hv2").del_vif("p1")
    scene.ports["p1"].hypervisors.remove("hv2")
    wait_until(lambda: lab.central.binding("p1") == "hv1", 10, "hv1 to hold the port")
    diagnostics.wait_gone(lab, "port-claimed-twice")


def test_uplink_down(canary: Scene, hv1: DummyHypervisor) -> None:
    """No port, or one without link: a warning, and the ports stay up."""
    lab = canary.lab
    hv1.vsctl("del-port", "br-eth2", "eth2")
    found = diagnostics.wait_for(lab, "uplink-down", chassis="hv1")
    assert found["severity"] == "warning" and found["name"] == "br-eth2"
    assert_sings(canary)
    hv1.add_port("br-eth2", "eth2")
    diagnostics.wait_gone(lab, "uplink-down")
    hv1.set_link("eth1", False)
    found = diagnostics.wait_for(lab, "uplink-down", chassis="hv1", name="br-eth1")
    lab.central.sync()
    assert lab.central.port_up("c1")
    hv1.set_link("eth1", True)
    diagnostics.wait_gone(lab, "uplink-down")


@pytest.mark.parametrize("key", ["ovn-encap-type", "ovn-encap-ip"])
def test_encap_missing(canary: Scene, hv1: DummyHypervisor, key: str) -> None:
    value = hv1.ovsdb.rows("Open_vSwitch")[0]["external_ids"][key]
    hv1.set_external_ids({key: None})
    found = diagnostics.wait_for(canary.lab, "encap-missing", chassis="hv1")
    assert key in found["message"]
    assert_sings(canary)
    hv1.set_external_ids({key: value})
    diagnostics.wait_gone(canary.lab, "encap-missing")


def test_flow_rejected(scene: Scene, canary: Scene, hv1: DummyHypervisor) -> None:
    """A switch that takes no more flows in one table: the others are installed all the same."""
    lab = scene.lab
    lookup = 42
    limit = len(hv1.flows(table=lookup))
    hv1.vsctl("--", "--id=@full", "create", "Flow_Table", f"flow_limit={limit}",
              "overflow_policy=refuse", "--", "set", "Bridge", "br-int",
              f"flow_tables:{lookup}=@full")
    try:
        scene.network("n", 101)
        scene.port("n", "p1", "hv1", up=False)
        scene.port("n", "p2", "hv1", up=False)
        scene.port("n", "p3", "hv2")
        scene.ready()
        found = diagnostics.wait_for(lab, "flow-rejected", chassis="hv1")
        assert found["severity"] == "error" and "table=42" in found["message"].replace(" ", "")
        assert found["name"] in ("p1", "p2")
        assert_sings(canary)
        # All that isn't about the refused flow works: the port sends, and hears broadcasts.
        assert scene.send("p1", "p3") == everywhere("101", "hv1:eth1", "hv2:p3")
        assert scene.send("p3", BROADCAST) == everywhere(
            "101", "hv2:eth1", "hv1:p1", "hv1:p2")
    finally:
        hv1.vsctl("clear", "Bridge", "br-int", "flow_tables")
    # Nobody tells that there is room again: it is tried now and then, or when somebody asks for it.
    if scene.kind == "localnet":
        hv1.controller.ctl("recompute")
    diagnostics.wait_gone(lab, "flow-rejected")
    lab.central.wait_port_up("p1", "p2")
    lab.central.sync()
    assert scene.send("p1", "p2") == everywhere("101", "hv1:p2")


def test_unsupported(scene: Scene, canary: Scene) -> None:
    scene.network("n", 101)
    scene.port("n", "p1", "hv1", type="vtep", up=False)
    scene.ready()
    found = diagnostics.wait_for(scene.lab, "unsupported", name="p1")
    assert_about(scene, found, "Logical_Switch_Port", "p1")
    assert_sings(canary)
    scene.now(["lsp-set-type", "p1", ""])
    diagnostics.wait_gone(scene.lab, "unsupported")
    scene.lab.central.wait_port_up("p1")


def test_uplink_ambiguous(dummy_lab: Lab, canary: Scene) -> None:
    """A switch with two segments of which the chassis maps both: the first by name is used."""
    with Scene(dummy_lab, "localnet") as scene:
        scene.network("n", 101)
        scene.do(["lsp-add", "n", "zz-second", "", "101"], ["lsp-set-type", "zz-second", "localnet"],
                 ["lsp-set-addresses", "zz-second", "unknown"],
                 ["lsp-set-options", "zz-second", "network_name=physnet2"])
        scene.port("n", "p1", "hv1")
        scene.ready()
        found = diagnostics.wait_for(dummy_lab, "uplink-ambiguous", chassis="hv1")
        assert found["severity"] == "warning"
        assert scene.send("p1", BROADCAST) == everywhere("101", "hv1:eth1")
        assert_sings(canary)
        scene.now(["lsp-del", "zz-second"])
        diagnostics.wait_gone(dummy_lab, "uplink-ambiguous")


def test_since_and_message_stay(scene: Scene, canary: Scene) -> None:
    """A finding that stands keeps its row and its time, whatever restarts."""
    lab = scene.lab
    scene.network("n", 101, physical_network="mispelt")
    scene.ready()
    before = diagnostics.wait_for(lab, "network-unknown")
    lab.hypervisor("hv1").controller.restart()
    lab.central.northd.restart()
    lab.central.sync()
    assert diagnostics.find(lab, "network-unknown") == [before]
    gone = "ps-del" if scene.kind == "physical" else "ls-del"
    scene.now([gone, "n"])
    diagnostics.wait_gone(lab, "network-unknown")


def test_doctor_lists_them(scene: Scene, canary: Scene) -> None:
    """Exit status 1 when there is an error, 0 when all is well."""
    lab = scene.lab
    wait_until(lambda: not lab.central.diagnostics(), 10, "a clean slate")
    lab.nb("doctor")
    scene.network("n", 4000)
    scene.ready()
    diagnostics.wait_for(lab, "vlan-conflict", name="n")
    with pytest.raises(Exception, match="vlan-conflict"):
        lab.nb("doctor")
    scene.now(*scene.retag("n", 101))
    diagnostics.wait_gone(lab, "vlan-conflict")
    lab.nb("doctor")
