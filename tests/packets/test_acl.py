"""Rules on what ports send and get: groups, tiers, verdicts, connections, live changes."""

import re
from typing import Iterator

import pytest

from lab import Lab
from support import oracle
from support.frames import BROADCAST, OUTSIDER
from support.scene import Found, Scene, everywhere
from support.segments import End, Segment

LAB = {"hypervisors": 2}
NOWHERE: Found = {}


@pytest.fixture(scope="module", params=["ipv4", "ipv6"])
def family(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def campus(dummy_lab: Lab, kind: str) -> Iterator[Scene]:
    """VLAN 101 with web1, web2 (group "web") and plain on hv1, web3 and other on hv2."""
    with Scene(dummy_lab, kind) as scene:
        scene.network("a", 101)
        for number, (name, hypervisor) in enumerate(
                [("web1", "hv1"), ("web2", "hv1"), ("plain", "hv1"), ("web3", "hv2"),
                 ("other", "hv2")], start=1):
            scene.port("a", name, hypervisor, ips=[f"10.0.0.{number}", f"fd00::{number}"])
        yield scene.ready()
        oracle.check_all(dummy_lab)


class Rules:
    """A port group with rules of the test's own."""

    def __init__(self, scene: Scene, members: list[str]):
        self.scene = scene
        self.number = 0
        scene.now(["--id=@g", "create", "Port_Group", "name=web"],
                  *[["add", "Port_Group", "web", "ports", self.uuid(name)] for name in members])

    def uuid(self, port: str) -> str:
        return str(self.scene.lab.central.nb.row("Logical_Switch_Port", name=port)["_uuid"])

    def add(self, direction: str, priority: int, match: str, action: str, **columns: str) -> str:
        """Returns the rule's name."""
        self.number += 1
        name = f"rule{self.number}"
        more = [f"{column}={value}" for column, value in columns.items()]
        self.scene.do([f"--id=@{name}", "create", "ACL", f"name={name}", f"direction={direction}",
                       f"priority={priority}", f'match="{match}"', f"action={action}", *more],
                      ["add", "Port_Group", "web", "acls", f"@{name}"])
        return name

    def set(self, name: str, *settings: str) -> None:
        row = self.scene.lab.central.nb.row("ACL", name=name)
        self.scene.now(["set", "ACL", str(row["_uuid"]), *settings])

    def clear(self) -> None:
        self.scene.now(["clear", "Port_Group", "web", "acls"])

    def close(self) -> None:
        self.scene.now(["destroy", "Port_Group", "web"])


@pytest.fixture
def rules(campus: Scene) -> Iterator[Rules]:
    made = Rules(campus, ["web1", "web2", "web3"])
    yield made
    oracle.check_all(campus.lab)
    made.close()


def end(scene: Scene, port: str, family: str) -> End:
    known = scene.ports[port]
    return End(known.mac, known.ips[0 if family == "ipv4" else 1])


def go(scene: Scene, src: str, dst: str, family: str, protocol: str = "udp", **more) -> Found:
    """Where a frame from one port to another comes out."""
    segment = Segment(end(scene, src, family), end(scene, dst, family), protocol, **more)
    return scene.run(segment, [(scene.ports[src].hypervisors[0], src)])


def reached(scene: Scene, found: Found, dst: str) -> bool:
    return f"{scene.ports[dst].hypervisors[0]}:{dst}" in found


def ip(family: str) -> str:
    return "ip4" if family == "ipv4" else "ip6"


def test_no_rules_no_harm(campus: Scene, rules: Rules, family: str) -> None:
    """A group without rules changes nothing."""
    assert reached(campus, go(campus, "web1", "web2", family), "web2")


def test_from_lport_drop_is_at_the_source(campus: Scene, rules: Rules, family: str) -> None:
    rules.add("from-lport", 10, "inport == @web && ip", "drop")
    campus.ready()
    assert go(campus, "web1", "other", family, dport=9) == NOWHERE
    assert go(campus, "web1", "plain", family, dport=9) == NOWHERE
    assert reached(campus, go(campus, "plain", "web1", family, dport=9), "web1")
    assert reached(campus, go(campus, "plain", "other", family, dport=9), "other")


def test_to_lport_drop_is_at_the_destination(campus: Scene, rules: Rules, family: str) -> None:
    """Whether the sender is here, elsewhere or on the wire."""
    rules.add("to-lport", 10, "outport == @web && ip", "drop")
    campus.ready()
    assert go(campus, "plain", "web1", family, dport=9) == NOWHERE
    found = go(campus, "other", "web1", family, dport=9)
    assert "hv2:eth1" in found and not reached(campus, found, "web1")
    outsider = End(OUTSIDER, "10.0.0.99" if family == "ipv4" else "fd00::99")
    segment = Segment(outsider, end(campus, "web1", family), "udp", 9, 9)
    segment.data = segment.data[:12] + bytes.fromhex("81000065") + segment.data[12:]
    assert campus.run(segment, [("hv1", "eth1")]) == NOWHERE
    assert reached(campus, go(campus, "web1", "plain", family, dport=9), "plain")


def test_priorities(campus: Scene, rules: Rules, family: str) -> None:
    rules.add("to-lport", 10, f"outport == @web && {ip(family)}", "drop")
    rules.add("to-lport", 20, f"outport == @web && {ip(family)} && udp.dst == 53", "allow")
    rules.add("to-lport", 30, f"outport == @web && {ip(family)} && udp.src == 7", "drop")
    campus.ready()
    assert reached(campus, go(campus, "plain", "web1", family, sport=9, dport=53), "web1")
    assert not reached(campus, go(campus, "plain", "web1", family, sport=9, dport=54), "web1")
    assert not reached(campus, go(campus, "plain", "web1", family, sport=7, dport=53), "web1")


@pytest.mark.mooring  # OVN 23.03 has no tiers
def test_tiers_and_pass(campus: Scene, rules: Rules, family: str) -> None:
    """A lower tier decides, whatever its priority; pass leaves it to the next."""
    rules.add("to-lport", 1, "outport == @web && udp.dst == 53", "allow")
    rules.add("to-lport", 1, "outport == @web && udp.dst == 54", "pass")
    rules.add("to-lport", 2, "outport == @web && udp.dst == 55", "drop")
    rules.add("to-lport", 100, "outport == @web && udp", "drop", tier="1")
    rules.add("to-lport", 200, "outport == @web && udp.src == 8", "allow", tier="1")
    campus.ready()
    for sport, dport, passes in [(9, 53, True), (9, 54, False), (8, 54, True), (8, 55, False),
                                 (9, 56, False), (8, 56, True)]:
        found = go(campus, "plain", "web1", family, sport=sport, dport=dport)
        assert reached(campus, found, "web1") == passes, (sport, dport)


def test_default_drop(campus: Scene, rules: Rules, family: str) -> None:
    """Where no rule applies, packets of ports with rules die when the operator wants it so."""
    rules.add("to-lport", 10, "outport == @web && udp.dst == 53", "allow-related")
    campus.now(["set", "NB_Global", ".", "options:default_acl_drop=true"])
    assert reached(campus, go(campus, "plain", "web1", family, dport=53), "web1")
    assert not reached(campus, go(campus, "plain", "web1", family, dport=54), "web1")
    assert reached(campus, go(campus, "web1", "plain", family, sport=53, dport=9), "plain")
    assert not reached(campus, go(campus, "web1", "plain", family, sport=99, dport=1), "plain")
    assert reached(campus, go(campus, "plain", "other", family, dport=54), "other")
    campus.now(["remove", "NB_Global", ".", "options", "default_acl_drop"])
    assert reached(campus, go(campus, "plain", "web1", family, dport=54), "web1")


def open_for_tcp(rules: Rules) -> str:
    """As a security group does: out is allowed, in only TCP to port 80, all else is dropped."""
    rules.add("from-lport", 1001, "inport == @web && ip", "drop")
    rules.add("to-lport", 1001, "outport == @web && ip", "drop")
    rules.add("from-lport", 1002, "inport == @web && ip", "allow-related")
    return rules.add("to-lport", 1002, "outport == @web && tcp && tcp.dst == 80", "allow-related")


@pytest.mark.parametrize("peer", ["plain", "other"])
def test_answers_pass(campus: Scene, rules: Rules, family: str, peer: str) -> None:
    """What answers an allowed connection comes through; what doesn't dies; both ways, with the
    peer here and elsewhere."""
    open_for_tcp(rules)
    campus.ready()
    tcp = {"family": family, "protocol": "tcp"}
    assert reached(campus, go(campus, peer, "web1", sport=1000, dport=80, flags="S", **tcp), "web1")
    assert reached(campus, go(campus, "web1", peer, sport=80, dport=1000, flags="SA", **tcp), peer)
    assert reached(campus, go(campus, peer, "web1", sport=1000, dport=80, flags="A", **tcp), "web1")
    assert not reached(campus, go(campus, peer, "web1", sport=1000, dport=81, flags="S", **tcp),
                       "web1")
    # The other direction: opened by the member.
    assert reached(campus, go(campus, "web1", peer, sport=2000, dport=25, flags="S", **tcp), peer)
    assert reached(campus, go(campus, peer, "web1", sport=25, dport=2000, flags="SA", **tcp), "web1")
    assert not reached(campus, go(campus, peer, "web1", sport=25, dport=2001, flags="SA", **tcp),
                       "web1")


def test_between_two_members(campus: Scene, rules: Rules, family: str) -> None:
    """Both ends on one chassis, each with a zone of its own."""
    open_for_tcp(rules)
    campus.ready()
    tcp = {"family": family, "protocol": "tcp"}
    for src, dst in [("web1", "web2"), ("web1", "web3")]:
        assert reached(campus, go(campus, src, dst, sport=1000, dport=80, flags="S", **tcp), dst)
        assert reached(campus, go(campus, dst, src, sport=80, dport=1000, flags="SA", **tcp), src)
        assert reached(campus, go(campus, src, dst, sport=1000, dport=80, flags="A", **tcp), dst)
        assert not reached(campus, go(campus, src, dst, sport=1000, dport=22, flags="S", **tcp), dst)


def test_ping(campus: Scene, rules: Rules, family: str) -> None:
    open_for_tcp(rules)
    campus.ready()
    assert reached(campus, go(campus, "web1", "plain", family, "icmp"), "plain")
    assert reached(campus, go(campus, "plain", "web1", family, "icmp-reply"), "web1")
    assert not reached(campus, go(campus, "other", "web1", family, "icmp"), "web1")


def test_a_rule_that_goes_cuts_its_connections(campus: Scene, rules: Rules, family: str) -> None:
    """At once, in both directions; and they come back with it."""
    name = open_for_tcp(rules)
    campus.ready()
    tcp = {"family": family, "protocol": "tcp"}

    def established() -> tuple[bool, bool]:
        there = go(campus, "plain", "web1", sport=1000, dport=80, flags="A", **tcp)
        back = go(campus, "web1", "plain", sport=80, dport=1000, flags="A", **tcp)
        return reached(campus, there, "web1"), reached(campus, back, "plain")

    go(campus, "plain", "web1", sport=1000, dport=80, flags="S", **tcp)
    go(campus, "web1", "plain", sport=80, dport=1000, flags="SA", **tcp)
    assert established() == (True, True)
    rules.set(name, 'match="outport == @web && tcp.dst == 8080"')
    assert established() == (False, False)
    rules.set(name, 'match="outport == @web && tcp.dst == 80"')
    assert established() == (True, True)


def test_stateless(campus: Scene, rules: Rules, family: str) -> None:
    """Not tracked, so answers need a rule of their own, and there is nothing tracked of it."""
    rules.add("to-lport", 1001, "outport == @web && ip", "drop")
    rules.add("to-lport", 1002, "outport == @web && tcp", "allow-related")
    rules.add("to-lport", 1003, "outport == @web && udp.dst == 53", "allow-stateless")
    rules.add("from-lport", 1003, "inport == @web && udp.src == 53", "allow-stateless")
    campus.ready()
    hv1 = campus.hv("hv1")
    hv1.appctl("dpctl/flush-conntrack")
    assert reached(campus, go(campus, "plain", "web1", family, dport=53), "web1")
    assert reached(campus, go(campus, "web1", "plain", family, sport=53), "plain")
    assert "udp" not in hv1.appctl("dpctl/dump-conntrack")
    assert not reached(campus, go(campus, "plain", "web1", family, dport=54), "web1")


def test_a_port_without_rules_is_not_tracked(campus: Scene, rules: Rules, family: str) -> None:
    open_for_tcp(rules)
    campus.ready()
    hv2 = campus.hv("hv2")
    hv2.appctl("dpctl/flush-conntrack")
    assert reached(campus, go(campus, "other", "plain", family), "plain")
    assert hv2.appctl("dpctl/dump-conntrack").strip() == ""


def test_broadcast_is_asked_about(campus: Scene, rules: Rules, family: str) -> None:
    rules.add("to-lport", 10, "outport == @web && eth.bcast && eth.type == 0x88b5", "drop")
    campus.ready()
    found = campus.send("plain", BROADCAST, protocol="raw")
    assert found == everywhere("101", "hv1:eth1", "hv2:other")


def test_sets_and_groups(campus: Scene, rules: Rules, family: str) -> None:
    """Members come and go; a group's own addresses are a set, too."""
    version = ip(family)
    campus.do(["create", "Address_Set", "name=friends"])
    rules.add("to-lport", 10, f"outport == @web && {version}", "drop")
    rules.add("to-lport", 11, f"outport == @web && {version}.src == $friends", "allow")
    rules.add("to-lport", 11, f"outport == @web && {version}.src == $web_{version}", "allow")
    campus.ready()
    address = end(campus, "plain", family).ip
    assert reached(campus, go(campus, "web2", "web1", family), "web1")
    assert reached(campus, go(campus, "web3", "web1", family), "web1")
    assert not reached(campus, go(campus, "plain", "web1", family), "web1")
    campus.now(["add", "Address_Set", "friends", "addresses", f'"{address}"'])
    assert reached(campus, go(campus, "plain", "web1", family), "web1")
    campus.now(["remove", "Address_Set", "friends", "addresses", f'"{address}"'])
    assert not reached(campus, go(campus, "plain", "web1", family), "web1")
    campus.now(["remove", "Port_Group", "web", "ports", rules.uuid("web3")])
    assert not reached(campus, go(campus, "web3", "web1", family), "web1")
    assert reached(campus, go(campus, "web1", "web3", family), "web3")
    campus.now(["destroy", "Address_Set", "friends"])


def test_rules_of_a_switch(campus: Scene, rules: Rules, family: str) -> None:
    """For each port of it, and for no other switch's."""
    table = "Physical_Switch" if campus.kind == "physical" else "Logical_Switch"
    campus.now(["--id=@acl", "create", "ACL", "direction=to-lport", "priority=5",
                f'match="{ip(family)} && udp.dst == 53"', "action=drop"],
               ["add", table, "a", "acls", "@acl"])
    assert not reached(campus, go(campus, "plain", "web1", family, dport=53), "web1")
    assert not reached(campus, go(campus, "web1", "other", family, dport=53), "other")
    assert reached(campus, go(campus, "web1", "other", family, dport=54), "other")
    campus.now(["clear", table, "a", "acls"])
    assert reached(campus, go(campus, "plain", "web1", family, dport=53), "web1")


def test_two_zones_are_two_passes_and_no_more(campus: Scene, rules: Rules, family: str) -> None:
    """Between two guarded ports of a chassis a packet is tracked twice; what the first zone said
    needs no action of the datapath to be forgotten."""
    open_for_tcp(rules)
    campus.ready()
    tcp = {"family": family, "protocol": "tcp"}
    hv1 = campus.lab.hypervisor("hv1")
    for flags in "SA":
        hv1.appctl("revalidator/purge")
        assert reached(campus, go(campus, "web1", "web2", sport=3000, dport=80, flags=flags, **tcp),
                       "web2")
        assert reached(campus, go(campus, "web2", "web1", sport=80, dport=3000, flags=flags + "A",
                                  **tcp), "web1")
    flows = hv1.datapath_flows()
    assert len(set(re.findall(r"ct\(zone=(\d+)\),recirc", flows))) == 2, flows
    assert "ct_clear" not in flows


def test_what_the_senders_zone_said_is_not_the_receivers(campus: Scene, rules: Rules,
                                                         family: str) -> None:
    """A port without stateful rules gets packets untracked, from whomever."""
    rules.add("from-lport", 1000, f"inport == @web && {ip(family)}", "allow-related")
    campus.now(["--id=@r", "create", "ACL", "direction=to-lport", "priority=1000",
                'match="outport == @bare && ct.trk"', "action=drop"],
               ["create", "Port_Group", "name=bare", f"ports={rules.uuid('plain')}", "acls=@r"])
    assert reached(campus, go(campus, "web1", "plain", family), "plain")
    campus.now(["destroy", "Port_Group", "bare"])
