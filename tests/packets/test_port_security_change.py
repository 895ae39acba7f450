"""Port security that changes while a guest is in use."""

import pytest

from support.frames import OUTSIDER
from support.guest_frames import OPEN, arp, ip4
from support.port_security import assert_delivered, assert_refused, refusals, sends
from support.scene import Scene

LAB = {"hypervisors": 1}

pytestmark = pytest.mark.mooring

MAC, SECOND, FOREIGN = (f"02:02:00:00:00:{n:02x}" for n in range(1, 4))


def test_changed_while_it_is_in_use(scene: Scene) -> None:
    """An address more, other ones, none, and off: in force at once, counters kept."""
    scene.network("n", 101)
    scene.port("n", "open", "hv1", addresses=[OPEN])
    scene.port("n", "vm", "hv1", addresses=[MAC])
    scene.ready()
    new = ip4(MAC, "10.0.0.3")
    assert sends(scene, "vm", new) == {"open"}
    scene.now(["lsp-set-port-security", "vm", f"{MAC} 10.0.0.2"])
    assert_refused(scene, "vm", new, "foreign-ipv4")
    assert_refused(scene, "vm", arp(MAC, MAC, "10.0.0.3"), "arp")
    counted = refusals(scene, "vm")
    scene.now(["lsp-set-port-security", "vm", f"{MAC} 10.0.0.2 10.0.0.3"])
    assert sends(scene, "vm", new) == {"open"}
    assert refusals(scene, "vm") == counted
    assert_delivered(scene, "vm", ip4(OUTSIDER, "10.0.0.9", "10.0.0.3", MAC), True)
    scene.now(["lsp-set-port-security", "vm", f"{MAC} 10.0.0.3", f"{SECOND} 10.0.0.2"])
    assert_refused(scene, "vm", ip4(MAC, "10.0.0.2"), "foreign-ipv4")
    assert sends(scene, "vm", ip4(SECOND, "10.0.0.2")) == {"open"}
    scene.now(["lsp-set-port-security", "vm"])
    assert sends(scene, "vm", ip4(FOREIGN, "192.0.2.1")) == {"open"}
    assert list(refusals(scene, "vm")) == ["vlan-tag"]
    scene.now(["lsp-set-port-security", "vm", "nonsense"])
    assert_refused(scene, "vm", new, "foreign-mac")
