"""A controller reads its configuration again while it runs: bridge, name, remote, encapsulation."""

from __future__ import annotations

from typing import Iterator

import pytest

from lab import DummyHypervisor, Lab, wait_until
from support import oracle
from support.scene import Scene, everywhere

LAB = {"hypervisors": 2, "tcp": True}
# Databases are stopped and remotes changed here.
EXPECTED_LOG = ("connect", "receive error", "terminating with signal")

pytestmark = pytest.mark.mooring


@pytest.fixture
def scene(dummy_lab: Lab) -> Iterator[Scene]:
    """p1 and p2 on hv1, p3 on hv2, in VLAN 101."""
    with Scene(dummy_lab, "physical") as made:
        made.network("n", 101)
        made.port("n", "p1", "hv1")
        made.port("n", "p2", "hv1")
        made.port("n", "p3", "hv2")
        yield made.ready()
        assert_works(made)
        oracle.check_all(dummy_lab)


@pytest.fixture
def hv1(dummy_lab: Lab) -> DummyHypervisor:
    node = dummy_lab.hypervisor("hv1")
    assert isinstance(node, DummyHypervisor)
    return node


def assert_works(scene: Scene) -> None:
    scene.lab.central.wait_port_up("p1", "p2", "p3")
    scene.lab.central.sync()
    assert scene.send("p1", "p2") == everywhere("101", "hv1:p2")
    assert scene.send("p1", "p3") == everywhere("101", "hv1:eth1", "hv2:p3")


def chassis(lab: Lab) -> dict[str, list[tuple[str, str]]]:
    """The encapsulations of each chassis; read one after the other, some may not be here yet."""
    encaps = {row["_uuid"]: (row["type"], row["ip"]) for row in lab.central.sb.rows("Encap")}
    return {row["name"]: sorted(encaps[uuid] for uuid in row["encaps"] if uuid in encaps)
            for row in lab.central.sb.rows("Chassis")}


def test_system_id(scene: Scene, hv1: DummyHypervisor) -> None:
    """The chassis goes on under its new name, and the old one is gone."""
    lab = scene.lab
    hv1.set_external_ids({"system-id": "renamed"})
    try:
        wait_until(lambda: sorted(chassis(lab)) == ["hv2", "renamed"], 15, "the new chassis")
        wait_until(lambda: lab.central.binding("p1") == "renamed", 15, "the port to follow")
        assert_works(scene)
        names = {row["name"] for row in lab.central.sb.rows("Chassis_Private")}
        assert names == {"hv2", "renamed"}
    finally:
        hv1.set_external_ids({"system-id": "hv1"})
    wait_until(lambda: sorted(chassis(lab)) == ["hv1", "hv2"], 15, "the old name again")
    wait_until(lambda: lab.central.binding("p1") == "hv1", 15, "the port to follow")


def test_encapsulation(scene: Scene, hv1: DummyHypervisor) -> None:
    lab = scene.lab
    for ids, expected in (
            ({"ovn-encap-ip": "192.0.2.77"}, [("geneve", "192.0.2.77")]),
            ({"ovn-encap-type": "geneve,vxlan"}, [("geneve", "192.0.2.77"),
                                                  ("vxlan", "192.0.2.77")]),
            ({"ovn-encap-type": "geneve", "ovn-encap-ip": hv1.encap_ip},
             [("geneve", hv1.encap_ip)])):
        hv1.set_external_ids(ids)
        wait_until(lambda: chassis(lab).get("hv1") == expected, 15,
                   lambda: f"the encapsulations {expected}; there are {chassis(lab)}")
        assert lab.central.binding("p1") == "hv1"
    wait_until(lambda: len(lab.central.sb.rows("Encap")) == 2, 10, "no stale Encap row")


def test_remote(scene: Scene, hv1: DummyHypervisor) -> None:
    """From the unix socket to TCP, to a list with one that doesn't answer, and back."""
    sb = scene.lab.central.sb
    flows = hv1.flows()
    for remote in (sb.tcp_remote, f"tcp:127.0.0.1:1,{sb.tcp_remote}", sb.remote):
        hv1.set_external_ids({"ovn-remote": remote})
        wait_until(lambda: hv1.controller.ctl("connection-status").strip() == "connected", 20,
                   f"a connection to {remote}")
        assert_works(scene)
        assert hv1.flows() == flows


def test_integration_bridge(scene: Scene, hv1: DummyHypervisor) -> None:
    """Another bridge is made when it is missing; the former one forwards nothing any more."""
    hv1.set_external_ids({"ovn-bridge": "br-other"})
    try:
        wait_until(lambda: "br-other" in hv1.bridges(), 15, "the bridge to be made")
        row = hv1.ovsdb.row("Bridge", name="br-other")
        assert row["fail_mode"] == "secure" and row["datapath_type"] == "dummy"
        wait_until(lambda: not scene.lab.central.port_up("p1"), 15, "the port to go down")
        wait_until(lambda: not hv1.flows("br-int"), 15, "the flows of br-int to go")
        hv1.vsctl("--", "del-port", "br-int", "p1", "--",
                  *hv1.add_port_command("br-other", "p1", 'external_ids:iface-id="p1"'))
        hv1.vsctl("--", "del-port", "br-int", "p2", "--",
                  *hv1.add_port_command("br-other", "p2", 'external_ids:iface-id="p2"'))
        assert_works(scene)
        assert set(hv1.patch_ports()) == {"patch-br-other-to-n", "patch-n-to-br-other"}
    finally:
        for port in ("p1", "p2"):
            hv1.vsctl("--if-exists", "del-port", port, "--",
                      *hv1.add_port_command("br-int", port, f'external_ids:iface-id="{port}"'))
        hv1.set_external_ids({"ovn-bridge": None})
        scene.wait_patches("hv1", scene.patch_pair("n"))
        hv1.del_bridge("br-other")


def test_integration_bridge_deleted(scene: Scene, hv1: DummyHypervisor) -> None:
    """It is made again; what is plugged in again works."""
    hv1.del_bridge("br-int")
    wait_until(lambda: "br-int" in hv1.bridges(), 15, "the bridge to be made again")
    hv1.add_vifs({"p1": "p1", "p2": "p2"})
    wait_until(lambda: assert_works(scene) is None, 20, "everything to work")


def test_database_moves(scene: Scene, hv1: DummyHypervisor) -> None:
    """The southbound database begins empty: both sides fill it again, and packets don't care."""
    lab = scene.lab
    flows = hv1.flows(cookies=False)
    numbers = {name: hv1.ofport(name) for name in hv1.patch_ports()}
    assert len(numbers) == 2
    lab.central.sb.stop()
    lab.central.sb.destroy_database()
    lab.central.sb.start()
    for node in lab.hypervisors.values():
        node.wait_registered(timeout=30)
    assert_works(scene)
    oracle.wait_quiet_flows(hv1, flows)
    # They are those of before: nothing was taken down meanwhile.
    assert {name: hv1.ofport(name) for name in hv1.patch_ports()} == numbers
