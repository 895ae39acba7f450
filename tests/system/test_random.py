"""Ports, networks and chassis changed at random; after each step nothing differs from scratch."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from lab import DummyHypervisor, Lab
from support import oracle
from support.frames import BROADCAST, Probe

LAB = {"hypervisors": 2, "physical_networks": ["physnet1", "physnet2"]}
SEED = 20150817
PORTS = 200
BOTH = "physnet1:br-eth1,physnet2:br-eth2"

pytestmark = [pytest.mark.mooring, pytest.mark.slow]


@dataclass
class Model:
    """What the databases should say, kept beside them."""

    tags: dict[str, int | None] = field(default_factory=dict)
    networks: dict[str, str] = field(default_factory=dict)  # port -> network
    places: dict[str, str] = field(default_factory=dict)  # port -> hypervisor
    disabled: set[str] = field(default_factory=set)
    macs: dict[str, str] = field(default_factory=dict)


class Walk:
    """Random steps on a lab; each is one of the methods called step_..."""

    KINDS = {"ps": "physical", "ls": "localnet"}
    GROUPS = ["pg1", "pg2"]
    SETS = ["as1", "as2"]

    def __init__(self, lab: Lab):
        self.lab = lab
        self.random = random.Random(SEED)
        self.model = Model()
        self.made = 0
        self.log: list[str] = []

    def hv(self, name: str) -> DummyHypervisor:
        node = self.lab.hypervisor(name)
        assert isinstance(node, DummyHypervisor)
        return node

    def nb(self, *commands: list[str]) -> None:
        self.log.append(" -- ".join(" ".join(command) for command in commands))
        self.lab.central.nb_batch(commands)

    def step(self) -> None:
        steps = [(self.add, 50), (self.remove, 25), (self.plug, 40), (self.unplug, 20),
                 (self.move, 15), (self.toggle, 10), (self.readdress, 10), (self.retag, 6),
                 (self.remap, 4), (self.add_network, 5), (self.remove_network, 2),
                 (self.add_rule, 10), (self.change_rule, 8), (self.remove_rule, 6),
                 (self.regroup, 12), (self.change_set, 10)]
        if self.made >= PORTS:
            steps = [(self.remove, 60)] + steps[2:]
        action = self.random.choices([s for s, _ in steps], [w for _, w in steps])[0]
        self.log.append(action.__name__)
        action()

    def any(self, things) -> str | None:
        things = sorted(things)
        return self.random.choice(things) if things else None

    # --- steps ---

    def add_network(self) -> None:
        kind = self.random.choice(sorted(self.KINDS))
        name = f"{kind}{len(self.log)}"
        free = set(range(101, 140)) - set(self.model.tags.values())
        tag = self.random.choice(sorted(free))
        wire = self.random.choice(["physnet1", "physnet2"])
        self.nb(*self.lab.stack.network_commands(name, wire, tag, localnet=kind == "ls"))
        self.model.tags[name] = tag

    def remove_network(self) -> None:
        name = self.any(self.model.tags)
        if name is None or len(self.model.tags) < 3:
            return
        self.nb([f"{name[:2]}-del", name])
        del self.model.tags[name]
        for port in [p for p, network in self.model.networks.items() if network == name]:
            # Its interface stays plugged, and nobody's.
            del self.model.networks[port]
            self.model.disabled.discard(port)

    def add(self) -> None:
        network = self.any(self.model.tags)
        if network is None:
            return self.add_network()
        self.made += 1
        port = f"p{self.made}"
        mac = f"02:00:00:00:{self.made >> 8:02x}:{self.made & 255:02x}"
        self.model.macs[port] = mac
        addresses = self.random.choice([
            [f"{mac} 10.0.{self.made >> 8}.{self.made & 255}"], [mac], ["unknown"],
            [mac, "unknown"], [f"{mac} 10.1.0.1 fd00::{self.made:x}"]])
        self.nb(*self.lab.stack.port_commands(network, port, addresses,
                                              security=self.random.random() < 0.3
                                              and addresses[0] != "unknown"))
        self.model.networks[port] = network
        if self.random.random() < 0.7:
            self.plug(port)

    def remove(self) -> None:
        port = self.any(self.model.networks)
        if port is None:
            return
        self.nb(["lsp-del", port])
        del self.model.networks[port]
        self.model.disabled.discard(port)
        if self.random.random() < 0.5:
            self.unplug(port)

    def plug(self, port: str | None = None) -> None:
        port = port or self.any(set(self.model.macs) - set(self.model.places))
        if port is None:
            return
        place = self.random.choice(["hv1", "hv2"])
        self.log.append(f"plug {port} into {place}")
        self.hv(place).add_vif(port, port)
        self.model.places[port] = place

    def unplug(self, port: str | None = None) -> None:
        port = port or self.any(self.model.places)
        if port not in self.model.places:
            return
        self.log.append(f"unplug {port}")
        self.hv(self.model.places.pop(port)).del_vif(port)

    def move(self) -> None:
        port = self.any(self.model.places)
        if port is None:
            return
        self.unplug(port)
        self.plug(port)

    def toggle(self) -> None:
        port = self.any(self.model.networks)
        if port is None:
            return
        off = port not in self.model.disabled
        self.nb(["lsp-set-enabled", port, "disabled" if off else "enabled"])
        (self.model.disabled.add if off else self.model.disabled.discard)(port)

    def readdress(self) -> None:
        port = self.any(self.model.networks)
        if port is not None:
            self.nb(["lsp-set-addresses", port, self.model.macs[port], "unknown"])

    def retag(self) -> None:
        name = self.any(self.model.tags)
        if name is None:
            return
        tag = self.random.choice(sorted(set(range(101, 140)) - set(self.model.tags.values())))
        table, row = ("Physical_Switch", name) if name.startswith("ps") else \
            ("Logical_Switch_Port", f"ln-{name}")
        self.nb(["set", table, row, f"tag={tag}", *(["tag_request=[]"] if row != name else [])])
        self.model.tags[name] = tag

    def remap(self) -> None:
        text = self.random.choice([BOTH, BOTH, "physnet1:br-eth1", "nonsense,physnet2:br-eth2", ""])
        self.log.append(f"map {text}")
        self.hv("hv1").set_mappings(text)

    # Rules are about IP: the packets that are looked at in the end aren't.
    MATCHES = ["{port} == @pg1 && ip4.src == $as1 && tcp.dst == {{22, 80, 443}}",
               "{port} == @pg2 && ip4 && udp.dst >= 1000 && udp.dst <= 1100",
               "ip4.src == $pg1_ip4 && ip4.dst == $as2", "{port} == @pg1 && {port} == @pg2 && ip",
               "ip6.src != fd00::/64 && ip6", "ip4.src == $as1 && ip4.src == $as2"]
    BROKEN = "ip4 &&"
    ACTIONS = ["allow", "allow-related", "allow-stateless", "drop", "reject", "pass"]

    def rule(self) -> tuple[str, str, str]:
        direction = self.random.choice(["from-lport", "to-lport"])
        match = self.random.choice(self.MATCHES).format(
            port="inport" if direction == "from-lport" else "outport")
        return direction, str(self.random.randrange(4)), match

    def add_rule(self) -> None:
        owner = self.any([*self.GROUPS, *self.model.tags])
        assert owner is not None
        self.nb(["--may-exist", f"--tier={self.random.randrange(4)}", "acl-add", owner,
                 *self.rule(), self.random.choice(self.ACTIONS)])

    def change_rule(self) -> None:
        acl = self.any(str(row["_uuid"]) for row in self.lab.central.nb.rows("ACL"))
        if acl is None:
            return self.add_rule()
        self.nb(["set", "ACL", acl, self.random.choice(
            ["match=ip4", f'match="{self.BROKEN}"', "action=drop", "action=allow-related",
             "priority=9"])])

    def mend_rules(self) -> None:
        """A rule that was broken stays in force as it was, which only the southbound rows know."""
        for row in self.lab.central.nb.rows("ACL", [["match", "==", self.BROKEN]]):
            self.nb(["set", "ACL", str(row["_uuid"]), "match=ip4"])

    def remove_rule(self) -> None:
        owner = self.any([*self.GROUPS, *self.model.tags])
        assert owner is not None
        self.nb(["acl-del", owner, self.random.choice(["from-lport", "to-lport"])])

    def regroup(self) -> None:
        group = self.random.choice(self.GROUPS)
        members = [port for port in sorted(self.model.networks) if self.random.random() < 0.4]
        self.nb(["pg-set-ports", group, *members] if members
                else ["clear", "Port_Group", group, "ports"])

    def change_set(self) -> None:
        name = self.random.choice(self.SETS)
        member = f"10.{self.random.randrange(2)}.0.{self.random.randrange(4)}"
        verb = self.random.choice(["add", "remove"])
        self.nb([verb, "Address_Set", name, "addresses", f'"{member}"'])

    # --- what must hold ---

    def check(self) -> None:
        try:
            oracle.check_all(self.lab)
        except AssertionError as error:
            raise AssertionError(f"{error}\nafter the steps:\n  " + "\n  ".join(self.log[-15:])
                                 ) from error

    def members(self, port: str) -> set[str]:
        """Who of the same hypervisor hears a broadcast of `port`."""
        model = self.model
        network, place = model.networks[port], model.places[port]
        return {other for other, name in model.networks.items()
                if name == network and model.places.get(other) == place
                and other not in model.disabled and other != port}

    def check_packets(self) -> None:
        """Each port's broadcast is heard by its network's local ports and no others."""
        for port in sorted(set(self.model.networks) & set(self.model.places)):
            node = self.hv(self.model.places[port])
            probe = Probe(self.model.macs[port], BROADCAST, protocol="raw")
            found = node.exchange(port, bytes(probe))
            heard = {device for device, frames in found.items() if probe.among(frames)
                     and not device.startswith("eth")}
            expected = set() if port in self.model.disabled else self.members(port)
            assert heard == expected, f"{port}: heard by {heard}, not by {expected}"


def test_random_walk(dummy_lab: Lab) -> None:
    walk = Walk(dummy_lab)
    walk.nb(*(["pg-add", group] for group in walk.GROUPS),
            *(["create", "Address_Set", f"name={name}"] for name in walk.SETS))
    for _ in range(4):
        walk.add_network()
    while walk.made < PORTS or len(walk.model.networks) > PORTS // 5:
        walk.step()
        walk.check()
        if len(walk.log) % 40 == 0:
            dummy_lab.central.sync()
            walk.check()
    walk.hv("hv1").set_mappings(BOTH)
    walk.mend_rules()
    dummy_lab.central.sync()
    walk.check()
    assert len(walk.model.networks) > 10, "the walk left something to look at"
    walk.check_packets()
    for node in dummy_lab.hypervisors.values():
        assert_fresh_start_agrees(dummy_lab, node)
    northd_agrees(dummy_lab)


def assert_fresh_start_agrees(lab: Lab, node: DummyHypervisor) -> None:
    """A controller that starts on an empty switch installs the same flows."""
    ports = node.patch_ports()
    # Table 43 is the switch's own, filled by what it learns.
    flows = [flow for flow in node.flows(cookies=False) if not flow.startswith("table=43,")]
    assert oracle.stats(node.controller)["flows"]["installed"] == len(flows)
    node.controller.stop()
    node.ofctl("del-flows", "br-int")
    node.controller.start()
    lab.central.sync()
    oracle.wait_quiet_flows(node, flows)
    assert node.patch_ports() == ports


def northd_agrees(lab: Lab) -> None:
    """A northd that starts on an empty southbound database writes the same rows but for keys."""

    def rows() -> dict[str, list]:
        sb = lab.central.sb
        switches = {row["_uuid"]: row["external_ids"].get("name")
                    for row in sb.rows("Datapath_Binding")}
        return {
            "ports": sorted((row["logical_port"], row["type"], sorted(row["mac"]),
                             sorted(row["port_security"]), switches[row["datapath"]])
                            for row in sb.rows("Port_Binding")),
            "uplinks": sorted((row["logical_port"], row["physical_network"], row["tag"],
                               switches[row["datapath"]]) for row in sb.rows("Uplink")),
            "pipeline": sorted((row["pipeline"], row["table_id"], row["priority"], row["match"],
                                row["actions"]) for row in sb.rows("Pipeline"))}

    before = rows()
    lab.central.northd.stop()
    sb = lab.central.sb
    sb.transact(*({"op": "delete", "table": table, "where": []}
                  for table in ("Uplink", "Port_Binding", "Pipeline", "Datapath_Binding")))
    lab.central.northd.start()
    lab.central.sync()
    assert rows() == before
    oracle.check_all(lab)
