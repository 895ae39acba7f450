"""How a port that is plugged in becomes its chassis' own: found by the UUID of its name, or asked for."""

import uuid

import pytest

from lab import wait_until
from support.scene import Scene, everywhere

LAB = {"hypervisors": 2}
pytestmark = pytest.mark.mooring

# src/model/row_uuid.h
NAMESPACE = uuid.UUID("d03f939f-5420-4635-8d07-f84978b7d82f")


def binding_row(scene: Scene, port: str) -> dict:
    return scene.lab.central.sb.row("Port_Binding", logical_port=port)


def wait_bound(scene: Scene, port: str, hypervisor: str) -> None:
    wait_until(lambda: scene.lab.central.binding(port) == hypervisor, 10,
               f"{port} to be bound on {hypervisor}")
    scene.lab.central.wait_port_up(port)


def test_row_has_the_uuid_of_its_name(scene: Scene) -> None:
    scene.network("n", 101)
    scene.port("n", "a1", "hv1")
    scene.port("n", "a2", "hv2")
    scene.ready()
    for port in ("a1", "a2"):
        assert binding_row(scene, port)["_uuid"] == uuid.uuid5(NAMESPACE, port)
    assert scene.send("a1", "a2") == everywhere("101", "hv1:eth1", "hv2:a2")


def test_plugged_before_it_is_created(scene: Scene) -> None:
    scene.network("n", 101)
    scene.port("n", "a1", "hv1")
    scene.ready()
    scene.hv("hv2").add_vif("late", "late")
    scene.lab.central.sync()
    scene.port("n", "late")
    scene.ports["late"].hypervisors.append("hv2")
    scene.ready()
    wait_bound(scene, "late", "hv2")
    assert scene.send("a1", "late") == everywhere("101", "hv1:eth1", "hv2:late")
    scene.hv("hv2").del_vif("late")


def test_requested_here(scene: Scene) -> None:
    """Where it is requested it is had, though another chassis has it plugged in too."""
    scene.network("n", 101)
    scene.port("n", "a1", "hv1")
    scene.port("n", "m", "hv1")
    scene.ready()
    scene.now(["lsp-set-options", "m", "requested-chassis=hv2"])
    wait_until(lambda: scene.lab.central.binding("m") is None, 10, "hv1 to give m back")
    scene.hv("hv2").add_vif("m", "m")
    scene.ports["m"].hypervisors = ["hv2"]
    wait_bound(scene, "m", "hv2")
    scene.lab.central.sync()
    assert scene.send("a1", "m") == everywhere("101", "hv1:eth1", "hv2:m")
    scene.hv("hv2").del_vif("m")


def test_requested_elsewhere(scene: Scene) -> None:
    """Nobody takes a port that is requested for a chassis which isn't there."""
    scene.network("n", 101)
    scene.port("n", "a1", "hv1")
    scene.port("n", "w")
    scene.do(["lsp-set-options", "w", "requested-chassis=nobody"])
    scene.ready()
    scene.hv("hv1").add_vif("w", "w")
    scene.lab.central.sync()
    assert scene.lab.central.binding("w") is None
    scene.now(["lsp-set-options", "w"])
    wait_bound(scene, "w", "hv1")
    scene.hv("hv1").del_vif("w")


def test_row_with_another_uuid(scene: Scene) -> None:
    """A row that something else has written is asked for by name."""
    central = scene.lab.central
    scene.network("n", 101)
    scene.port("n", "a1", "hv1")
    scene.ready()
    central.northd.ctl("pause")
    try:
        datapath = ["uuid", str(binding_row(scene, "a1")["datapath"])]
        made = central.sb.transact(
            {"op": "insert", "table": "Port_Binding",
             "row": {"logical_port": "b1", "datapath": datapath, "tunnel_key": 77}})[0]["uuid"][1]
        scene.port("n", "b1", "hv2", up=False)
        scene.write()
    finally:
        central.northd.ctl("resume")
    scene.ready()
    wait_bound(scene, "b1", "hv2")
    assert str(binding_row(scene, "b1")["_uuid"]) == made
    assert scene.send("a1", "b1") == everywhere("101", "hv1:eth1", "hv2:b1")
