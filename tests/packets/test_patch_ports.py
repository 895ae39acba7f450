"""Patch ports: whose, what they are called, when they come and go."""

import pytest

from lab import wait_until
from support.scene import Scene, everywhere

LAB = {"hypervisors": 2}


def test_names_and_marks(scene: Scene) -> None:
    """What scripts look for: names, ovn-localnet-port, and each end on its bridge."""
    scene.network("a", 101)
    scene.port("a", "a1", "hv1")
    scene.ready()
    hv1 = scene.hv("hv1")
    scene.wait_patches("hv1", scene.patch_pair("a"))
    uplink = scene.uplink("a")
    assert f"patch-br-int-to-{uplink}" in hv1.ports("br-int")
    assert f"patch-{uplink}-to-br-int" in hv1.ports("br-eth1")
    for name in scene.patch_pair("a"):
        marks = hv1.ovsdb.row("Port", name=name)["external_ids"]
        assert marks["ovn-localnet-port"] == uplink


def test_only_where_a_local_port_needs_them(scene: Scene) -> None:
    """A mapping makes none; they come with the first port and go with the last."""
    scene.network("a", 101)
    scene.network("b", None)
    scene.port("a", "a1", "hv1")
    scene.port("a", "a2", "hv1")
    scene.port("b", "b1", "hv2")
    scene.ready()
    scene.wait_patches("hv1", scene.patch_pair("a"))
    scene.wait_patches("hv2", scene.patch_pair("b"))
    if scene.lab.stack.name != "mooring":
        return  # OVN keeps those of networks that it has heard of
    scene.unplug("a1")
    scene.lab.central.sync()
    scene.wait_patches("hv1", scene.patch_pair("a"))
    scene.unplug("a2")
    scene.wait_patches("hv1", {})
    scene.hv("hv1").add_vif("a1", "a1")
    scene.ports["a1"].hypervisors = ["hv1"]
    scene.wait_patches("hv1", scene.patch_pair("a"))
    scene.hv("hv1").set_iface_id("a1", None)
    scene.wait_patches("hv1", {})


def test_two_networks_of_a_bridge_have_a_pair_each(scene: Scene) -> None:
    for name, tag in (("a", 101), ("b", 102), ("c", None)):
        scene.network(name, tag)
        scene.port(name, f"{name}1", "hv1")
    scene.ready()
    scene.wait_patches("hv1", *(scene.patch_pair(name) for name in "abc"))


def test_others_ports_are_never_touched(scene: Scene) -> None:
    """What doesn't bear the mark is somebody else's, whatever it is called."""
    hv1 = scene.hv("hv1")
    foreign = [("br-int", "patch-br-int-to-other"), ("br-eth1", "patch-other-to-br-int"),
               ("br-int", "mine"), ("br-eth1", "yours")]
    peers = {"patch-br-int-to-other": "patch-other-to-br-int", "mine": "yours"}
    peers |= {peer: name for name, peer in peers.items()}
    for bridge, name in foreign:
        hv1.vsctl("add-port", bridge, name, "--", "set", "Interface", name, "type=patch",
                  f"options:peer={peers[name]}")
    try:
        scene.network("a", 101)
        scene.port("a", "a1", "hv1")
        scene.ready()
        scene.wait_patches("hv1", scene.patch_pair("a"), peers)
        scene.unplug("a1")
        if scene.lab.stack.name == "mooring":
            scene.wait_patches("hv1", peers)
        hv1.controller.restart()
        scene.lab.central.sync()
        assert set(peers) <= set(hv1.patch_ports())
    finally:
        hv1.vsctl("--", "del-port", "mine", "--", "del-port", "yours", "--", "del-port",
                  "patch-br-int-to-other", "--", "del-port", "patch-other-to-br-int")


@pytest.mark.parametrize("end", ["stop", "kill9", "exit --restart"])
def test_restart_keeps_port_numbers(scene: Scene, end: str) -> None:
    """Neither going nor coming back touches a port, or a packet's way."""
    scene.network("a", 101)
    scene.network("b", None)
    for name in ("a1", "b1"):
        scene.port(name[0], name, "hv1")
    scene.port("a", "a3", "hv2")
    scene.ready()
    hv1 = scene.hv("hv1")

    def numbers() -> dict[str, tuple[int, object]]:
        return {name: (hv1.ofport(name), hv1.interface(name)["_uuid"])
                for name in [*hv1.patch_ports(), "a1", "b1"]}

    before, flows = numbers(), hv1.flows()
    assert len(before) == 6
    if end == "exit --restart":
        hv1.controller.exit("--restart")
    else:
        getattr(hv1.controller, end)()
    assert numbers() == before and hv1.flows() == flows
    assert scene.send("a1", "a3") == everywhere("101", "hv1:eth1", "hv2:a3")
    hv1.controller.start()
    wait_until(lambda: hv1.controller.ctl("connection-status").strip() == "connected", 10,
               "the controller to be connected")
    scene.lab.central.sync()
    assert numbers() == before
    if scene.lab.stack.name == "mooring":
        assert hv1.flows() == flows
    assert scene.send("a1", "a3") == everywhere("101", "hv1:eth1", "hv2:a3")


@pytest.mark.mooring
def test_stale_pair_goes_after_a_start(scene: Scene) -> None:
    """What a former run left and nobody needs any more is removed, once that is known."""
    scene.network("a", 101)
    scene.port("a", "a1", "hv1")
    scene.ready()
    hv1 = scene.hv("hv1")
    hv1.controller.kill9()
    scene.unplug("a1")
    assert hv1.patch_ports() == scene.patch_pair("a")
    hv1.controller.start()
    scene.wait_patches("hv1", {})


@pytest.mark.mooring
def test_somebody_else_removes_or_bends_a_patch_port(scene: Scene) -> None:
    """It is mended."""
    scene.network("a", 101)
    scene.port("a", "a1", "hv1")
    scene.port("a", "a3", "hv2")
    scene.ready()
    hv1 = scene.hv("hv1")
    inner, outer = scene.patch_pair("a")
    hv1.vsctl("del-port", outer)
    scene.wait_patches("hv1", scene.patch_pair("a"))
    hv1.vsctl("set", "Interface", inner, "options:peer=nobody")
    scene.wait_patches("hv1", scene.patch_pair("a"))
    hv1.vsctl("del-port", inner)
    scene.wait_patches("hv1", scene.patch_pair("a"))
    scene.lab.central.wait_port_up("a1")
    scene.lab.central.sync()
    wait_until(lambda: scene.send("a1", "a3") == everywhere("101", "hv1:eth1", "hv2:a3"), 10,
               "frames to get through again")
