"""What people write into rules, sets and groups: bad members, long matches, ports that are gone."""

from typing import Iterator

import pytest

from lab import Lab
from support import diagnostics, oracle
from support.scene import Scene
from support.segments import End, Segment

LAB = {"hypervisors": 1}
pytestmark = pytest.mark.mooring


@pytest.fixture
def pair(scene: Scene) -> Iterator[Scene]:
    """a1 to a3 on VLAN 101 of hv1; a group "web" with a1, that drops IPv4 but what rules allow."""
    scene.network("a", 101)
    for number in (1, 2, 3):
        scene.port("a", f"a{number}", "hv1", ips=[f"10.0.0.{number}", f"fd00::{number}"])
    scene.ready()
    scene.now(["pg-add", "web", "a1"],
              ["--type=port-group", "acl-add", "web", "to-lport", "1", "outport == @web && ip4",
               "drop"])
    yield scene
    oracle.check_all(scene.lab)
    scene.now(["pg-del", "web"])


def allow(scene: Scene, match: str) -> None:
    scene.now(["--type=port-group", "acl-add", "web", "to-lport", "2",
               f"outport == @web && {match}", "allow"])


def reaches(scene: Scene, source: str, destination: str = "a1") -> bool:
    ends = [End(scene.ports[port].mac, scene.ports[port].ips[0])
            for port in (source, destination)]
    return f"hv1:{destination}" in scene.run(Segment(*ends, "udp"), [("hv1", source)])


def test_a_set_with_bad_members(pair: Scene) -> None:
    """What can't be read is told and left out; what overlaps, is written in two ways or is of another
    family does no harm."""
    members = ["10.0.0.2", "10.0.0.2/32", "10.0.0.2/31", "10.0.0.0/30", "fd00::2", "fd00::/64",
               "02:00:00:00:00:07", "7", "10.0.0.256", "10.0.0.1/33", "fd00::1::2", "word"]
    listed = ",".join(f'"{member}"' for member in members)
    pair.now(["create", "Address_Set", "name=friends", f"addresses=[{listed}]"])
    allow(pair, "ip4.src == $friends")
    found = diagnostics.wait_for(pair.lab, "address-invalid", name="friends")
    assert "10.0.0.256" in found["message"]
    assert reaches(pair, "a2") and reaches(pair, "a3")
    for member in ("10.0.0.0/30", "10.0.0.2/31"):
        pair.now(["remove", "Address_Set", "friends", "addresses", f'"{member}"'])
    assert reaches(pair, "a2") and not reaches(pair, "a3")
    for member in ("10.0.0.256", "10.0.0.1/33", "fd00::1::2", "word"):
        pair.now(["remove", "Address_Set", "friends", "addresses", f'"{member}"'])
    diagnostics.wait_gone(pair.lab, "address-invalid", name="friends")
    pair.now(["destroy", "Address_Set", "friends"])


def test_a_match_of_five_thousand_characters(pair: Scene) -> None:
    addresses = [f"192.0.{n // 256}.{n % 256}" for n in range(400)] + ["10.0.0.3"]
    match = "ip4.src == {" + ", ".join(addresses) + "}"
    assert len(match) > 5000
    allow(pair, match)
    assert reaches(pair, "a3") and not reaches(pair, "a2")
    assert not diagnostics.find(pair.lab, "acl-match-invalid")


def test_two_sets_on_one_field(pair: Scene) -> None:
    """Both have to have the address."""
    pair.now(["create", "Address_Set", "name=some", 'addresses=["10.0.0.2","10.0.0.3"]'],
             ["create", "Address_Set", "name=others", 'addresses=["10.0.0.3","10.0.0.9"]'])
    allow(pair, "ip4.src == $some && ip4.src == $others")
    assert reaches(pair, "a3") and not reaches(pair, "a2")
    pair.now(["add", "Address_Set", "others", "addresses", '"10.0.0.2"'])
    assert reaches(pair, "a2")
    pair.now(["destroy", "Address_Set", "some"], ["destroy", "Address_Set", "others"])


def test_a_group_whose_port_is_deleted(pair: Scene) -> None:
    """The rest of the group goes on; the port that comes back under its name isn't in it."""
    port = str(pair.lab.central.nb.row("Logical_Switch_Port", name="a3")["_uuid"])
    pair.now(["add", "Port_Group", "web", "ports", port])
    assert not reaches(pair, "a2")
    pair.now(["lsp-del", "a3"])
    members = pair.lab.central.nb.row("Port_Group", name="web")["ports"]
    assert len(members) == 1
    assert not reaches(pair, "a2")
    pair.port("a", "a3", "hv1", ips=["10.0.0.3"])
    pair.ready()
    assert reaches(pair, "a2", "a3")
