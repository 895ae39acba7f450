"""Tags: matched and taken off on the way in, put on for the wire and for nothing else."""

import pytest

from support.frames import BROADCAST, NOBODY
from support.scene import Scene, everywhere

LAB = {"hypervisors": 2}


def three_ports(scene: Scene, *, tag: int | None, ad: bool = False, passthru: bool = False) -> None:
    """A network with a1 and a2 on hv1, and a3 on hv2."""
    scene.network("a", tag, ad=ad, passthru=passthru)
    scene.port("a", "a1", "hv1")
    scene.port("a", "a2", "hv1")
    scene.port("a", "a3", "hv2")
    scene.ready()


def test_tagged_network_takes_its_own_vlan(scene: Scene) -> None:
    three_ports(scene, tag=101)
    for tags in ("101", "101/5"):
        assert scene.arrive("a1", tags=tags) == everywhere("101", "hv1:a1")
    for tags in ("-", "0", "0/5", "100", "102", "1", "4094", "ad102", "102 101"):
        assert scene.arrive("a1", tags=tags) == {}, tags
        assert scene.arrive(BROADCAST, tags=tags) == {}, tags


@pytest.mark.parametrize("tag", [1, 4094])
def test_first_and_last_vlan(scene: Scene, tag: int) -> None:
    three_ports(scene, tag=tag)
    assert scene.send("a1", "a3") == everywhere(str(tag), "hv1:eth1", "hv2:a3")
    assert scene.arrive("a1", tags=str(tag)) == everywhere(str(tag), "hv1:a1")


def test_flat_network_takes_what_has_no_vlan(scene: Scene) -> None:
    three_ports(scene, tag=None)
    for tags in ("-", "0", "0/5"):
        assert scene.arrive("a1", tags=tags) == everywhere("-", "hv1:a1"), tags
        assert scene.arrive(BROADCAST, tags=tags) == everywhere(
            "-", "hv1:a1", "hv1:a2", "hv2:a3"), tags
    for tags in ("101", "1", "4094/7", "ad101", "101 102"):
        assert scene.arrive("a1", tags=tags) == {}, tags


@pytest.mark.parametrize("ad", [False, pytest.param(True, marks=pytest.mark.mooring)],
                         ids=["8021q", "8021ad"])
def test_type_of_the_tag(scene: Scene, ad: bool) -> None:
    """0x8100, or 0x88a8 where 802.1ad is asked for; off again on the other side."""
    three_ports(scene, tag=101, ad=ad)
    on_wire = "ad101" if ad else "101"
    assert scene.send("a1", "a3") == everywhere(on_wire, "hv1:eth1", "hv2:a3")
    assert scene.send("a3", BROADCAST) == everywhere(on_wire, "hv2:eth1", "hv1:a1", "hv1:a2")
    assert scene.arrive("a1", tags=on_wire) == everywhere(on_wire, "hv1:a1")


def test_no_copy_of_a_flood_keeps_the_tag(scene: Scene) -> None:
    """Whatever the order in which the copies are made."""
    scene.network("a", 101)
    names = [f"a{number}" for number in range(1, 9)]
    for name in names:
        scene.port("a", name, "hv1")
    scene.port("a", "b1", "hv2")
    scene.ready()
    for sender in names:
        others = [f"hv1:{name}" for name in names if name != sender]
        assert scene.send(sender, BROADCAST) == everywhere("101", "hv1:eth1", "hv2:b1", *others)


@pytest.mark.mooring
@pytest.mark.parametrize("tag, ad", [(None, False), (101, False), (101, True)],
                         ids=["flat", "8021q", "8021ad"])
def test_priority_is_kept(scene: Scene, tag: int | None, ad: bool) -> None:
    """A VM's priority-tagged frame (VID 0) is untagged traffic, whose priority the wire sees."""
    three_ports(scene, tag=tag, ad=ad)
    vid = ("ad" if ad else "") + str(tag or 0)
    for pcp in (1, 5, 7):
        assert scene.send("a1", "a3", tags=f"0/{pcp}") == everywhere(
            f"{vid}/{pcp}", "hv1:eth1", "hv2:a3")
        assert scene.send("a1", "a2", tags=f"0/{pcp}") == everywhere("-", "hv1:a2")
    # The priority of one frame isn't that of the next, nor of local copies.
    assert scene.send("a1", BROADCAST, tags="0/5") == everywhere(
        f"{vid}/5", "hv1:a2", "hv1:eth1", "hv2:a3")
    plain = "-" if tag is None else vid
    assert scene.send("a1", "a3") == everywhere(plain, "hv1:eth1", "hv2:a3")
    assert scene.send("a1", "a3", tags="0") == everywhere(plain, "hv1:eth1", "hv2:a3")


@pytest.mark.mooring
def test_transparent_network(scene: Scene) -> None:
    """vlan-passthru: tags are the VMs' business, and come out as they went in."""
    three_ports(scene, tag=None, passthru=True)
    for tags in ("-", "300", "300/3", "300 400"):
        assert scene.send("a1", "a2", tags=tags) == {"hv1:a2": [tags]}
        assert scene.send("a1", "a3", tags=tags) == {"hv1:eth1": [tags], "hv2:a3": [tags]}
        assert scene.send("a1", NOBODY, tags=tags) == {"hv1:eth1": [tags]}
        assert scene.send("a1", BROADCAST, tags=tags) == {
            "hv1:a2": [tags], "hv1:eth1": [tags], "hv2:a3": [tags]}
        assert scene.arrive("a1", tags=tags) == {"hv1:a1": [tags]}


@pytest.mark.mooring
def test_transparent_network_beside_a_vlan(scene: Scene) -> None:
    """A VLAN that has a network of its own doesn't belong to the transparent one."""
    three_ports(scene, tag=None, passthru=True)
    scene.network("b", 101)
    scene.port("b", "b1", "hv1")
    scene.ready()
    assert scene.arrive("b1", tags="101") == {"hv1:b1": ["-"]}
    assert scene.arrive(BROADCAST, tags="102") == {
        "hv1:a1": ["102"], "hv1:a2": ["102"], "hv2:a3": ["102"]}


@pytest.mark.mooring
@pytest.mark.parametrize("ad", [False, True], ids=["8021q", "8021ad"])
def test_transparent_network_in_a_vlan(scene: Scene, ad: bool) -> None:
    """A transparent network with a tag carries the VMs' tags inside of its own."""
    three_ports(scene, tag=100, ad=ad, passthru=True)
    outer = "ad100" if ad else "100"
    for inner in ("300", "300/3"):
        assert scene.send("a1", "a2", tags=inner) == {"hv1:a2": [inner]}
        assert scene.send("a1", "a3", tags=inner) == {
            "hv1:eth1": [f"{outer} {inner}"], "hv2:a3": [inner]}
        assert scene.arrive("a1", tags=f"{outer} {inner}") == {"hv1:a1": [inner]}
    assert scene.send("a1", "a3") == {"hv1:eth1": [outer], "hv2:a3": ["-"]}
    assert scene.arrive("a1", tags="300") == {}
    assert scene.arrive("a1", tags="-") == {}


@pytest.mark.mooring
def test_switched_over_while_it_runs(scene: Scene) -> None:
    """From VLAN to VLAN, to flat and back: nothing of the former tag stays."""
    three_ports(scene, tag=101)
    former = "101"
    for tag in (102, None, 103):
        scene.now(*scene.retag("a", tag))
        scene.lab.central.wait_port_up("a1", "a2", "a3")
        scene.lab.central.sync()
        vid = str(tag or "-")
        assert scene.send("a1", "a3") == everywhere(vid, "hv1:eth1", "hv2:a3")
        assert scene.send("a3", BROADCAST) == everywhere(vid, "hv2:eth1", "hv1:a1", "hv1:a2")
        assert scene.arrive("a1", tags=vid) == everywhere(vid, "hv1:a1")
        assert scene.arrive("a1", tags=former) == {}
        former = vid
