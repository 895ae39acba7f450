"""Who gets a frame: local ports, the wire, both, or nobody."""

from typing import Iterator

import pytest

from lab import Lab
from support import oracle
from support.frames import BROADCAST, MULTICAST, MULTICAST6, NOBODY
from support.scene import Scene, everywhere

LAB = {"hypervisors": 2}


@pytest.fixture(scope="module", params=[None, 101], ids=["flat", "vlan"])
def tag(request: pytest.FixtureRequest) -> int | None:
    return request.param


@pytest.fixture(scope="module")
def campus(dummy_lab: Lab, kind: str, tag: int | None) -> Iterator[Scene]:
    """The network "a" with ports on both hypervisors and a localport, and VLAN 222, "b"."""
    with Scene(dummy_lab, kind) as scene:
        scene.network("a", tag)
        scene.network("b", 222)
        scene.port("a", "a1", "hv1", ips=["10.0.0.1", "fd00::1"])
        scene.port("a", "a2", "hv1", ips=["10.0.0.2", "fd00::2"])
        scene.port("a", "a3", "hv2", ips=["10.0.0.3", "fd00::3"])
        scene.port("a", "lp", "hv1", "hv2", type="localport")
        scene.port("b", "b1", "hv1")
        scene.port("b", "b3", "hv2")
        yield scene.ready()
        oracle.check_all(dummy_lab)


@pytest.fixture
def vid(tag: int | None) -> str:
    """The tag that the network's frames have on the wire, as text."""
    return str(tag or "-")


@pytest.mark.parametrize("protocol", ["ipv4", "ipv6", "raw"])
def test_unicast(campus: Scene, vid: str, protocol: str) -> None:
    """Local to local stays on the chassis; to elsewhere goes over the wire, once."""
    assert campus.send("a1", "a2", protocol=protocol) == everywhere(vid, "hv1:a2")
    assert campus.send("a2", "a1", protocol="raw") == everywhere(vid, "hv1:a1")
    assert campus.send("a1", "a3", protocol=protocol) == everywhere(vid, "hv1:eth1", "hv2:a3")
    assert campus.send("a3", "a1", protocol=protocol) == everywhere(vid, "hv2:eth1", "hv1:a1")


def test_unknown_unicast_leaves_by_the_wire(campus: Scene, vid: str) -> None:
    assert campus.send("a1", NOBODY) == everywhere(vid, "hv1:eth1")


@pytest.mark.parametrize("group", [BROADCAST, MULTICAST, MULTICAST6])
def test_flood(campus: Scene, vid: str, group: str) -> None:
    """Each other member and the uplink, exactly once, and never the sender."""
    assert campus.send("a1", group) == everywhere(
        vid, "hv1:a2", "hv1:lp", "hv1:eth1", "hv2:a3", "hv2:lp")
    assert campus.send("a3", group) == everywhere(
        vid, "hv2:lp", "hv2:eth1", "hv1:a1", "hv1:a2", "hv1:lp")


def test_from_the_wire(campus: Scene, vid: str) -> None:
    """A unicast only for the host where its port lives; never back to the wire."""
    assert campus.arrive("a1", tags=vid) == everywhere(vid, "hv1:a1")
    assert campus.arrive("a3", tags=vid) == everywhere(vid, "hv2:a3")
    assert campus.arrive("a3", tags=vid, at=["hv1"]) == {}
    assert campus.arrive(NOBODY, tags=vid) == {}
    for group in (BROADCAST, MULTICAST6):
        assert campus.arrive(group, tags=vid) == everywhere(
            vid, "hv1:a1", "hv1:a2", "hv1:lp", "hv2:a3", "hv2:lp")


def test_localport_never_sends_to_the_wire(campus: Scene, vid: str) -> None:
    assert campus.send("lp", "a1", hypervisor="hv1") == everywhere(vid, "hv1:a1")
    assert campus.send("lp", "a3", hypervisor="hv2") == everywhere(vid, "hv2:a3")
    assert campus.send("lp", "a3", hypervisor="hv1") == {}
    assert campus.send("lp", NOBODY, hypervisor="hv1") == {}
    assert campus.send("lp", BROADCAST, hypervisor="hv1") == everywhere(vid, "hv1:a1", "hv1:a2")
    assert campus.send("a1", "lp") == everywhere(vid, "hv1:lp")


def test_networks_do_not_leak(campus: Scene, vid: str) -> None:
    assert campus.send("b1", BROADCAST) == everywhere("222", "hv1:eth1", "hv2:b3")
    assert campus.send("b1", "a2") == everywhere("222", "hv1:eth1")
    assert campus.send("a1", "b1") == everywhere(vid, "hv1:eth1")
    assert campus.arrive("b1", tags=vid) == {}
    assert campus.arrive("a1", tags="222") == {}


def test_tagged_frames_of_a_vm_are_dropped(campus: Scene) -> None:
    """No VM tags its own way into another network, or its own."""
    for tags in ("101", "222", "333", "ad101", "ad222 101", "222/7"):
        for dst in ("a2", "a3", "b1", BROADCAST):
            assert campus.send("a1", dst, tags=tags) == {}, tags
