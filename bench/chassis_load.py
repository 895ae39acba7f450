"""The databases' contents: networks, ports and security groups; chassis and what they have bound.

Northbound rows are the same for both stacks: Logical_Switches with a localnet port, and a security
group as Neutron makes them, a Port_Group with ACLs and an Address_Set.
"""

from __future__ import annotations

import itertools
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Iterable, Iterator, Sequence, TypeVar

from lab import Central, LabError

T = TypeVar("T")
Operation = dict[str, Any]

PHYSICAL_NETWORK = "physnet1"
RECORDED = "recorded"  # the chassis whose controller is real, and listened to
_BATCH = 1_000         # rows in a transaction
_SET_SIZE = 20         # addresses in the set that a rule names


@dataclass(frozen=True)
class Shape:
    """How much: `networks` 1 is one flat network, more are VLANs; each has a security group.

    VIF number i of chassis number k is on network (k + i) modulo `networks`. `unbound` ports are
    spread over the networks and plugged nowhere.
    """

    chassis: int
    vifs: int
    networks: int
    unbound: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.networks <= 4094:
            raise LabError(f"{self.networks} networks: there are VLANs for 1 to 4094")
        if self.networks > 1 and self.networks < self.vifs:
            raise LabError(f"the {self.vifs} VIFs of a chassis need as many networks, or one")

    def network_of(self, chassis: int, vif: int) -> int:
        return (chassis + vif) % self.networks

    @property
    def ports(self) -> int:
        return self.chassis * self.vifs + self.unbound


def chassis_name(chassis: int) -> str:
    return f"chassis-{chassis}"


def port_name(chassis: int | str, vif: int) -> str:
    return f"port-{chassis}-{vif}"


def network_names(network: int) -> list[str]:
    """What a controller may call a network by, in an order that is the same for each: the localnet
    port, the group, the sets of the group's addresses, the set."""
    return [f"ln-{network}", f"g{network}", f"g{network}_ip4", f"g{network}_ip6", f"s{network}"]


def group_ref(network: int) -> list[Any]:
    return [["name", "==", f"g{network}"]]


class Load:
    """Fills the databases of `central` with a Shape; says what is where."""

    def __init__(self, central: Central, shape: Shape):
        self.central = central
        self.shape = shape
        self._numbers = itertools.count(1)
        self.datapaths: dict[int, str] = {}      # network: UUID of its Datapath_Binding
        self.chassis: dict[str, str] = {}        # name: UUID
        self.private: dict[str, str] = {}        # name: UUID of the Chassis_Private
        self.bindings: dict[str, str] = {}       # port: UUID

    # --- northbound ---

    def add_networks(self) -> None:
        """All networks with their groups, and the ports of the recorded chassis: those of its VIFs
        and one more, on network 0."""
        for network in range(self.shape.networks):
            self.central.nb.transact(*self._network(network), *self._group(network))
        ports = [(self.shape.network_of(0, vif % self.shape.vifs), port_name(RECORDED, vif))
                 for vif in range(self.shape.vifs + 1)]
        self.central.nb.transact(*self.port_operations(ports))

    def add_ports(self) -> None:
        """The ports of all chassis, and those of none."""
        for batch in _batches(self._ports(), _BATCH):
            self.central.nb.transact(*self.port_operations(batch))

    def _ports(self) -> Iterator[tuple[int, str]]:
        for chassis in range(self.shape.chassis):
            for vif in range(self.shape.vifs):
                yield self.shape.network_of(chassis, vif), port_name(chassis, vif)
        for number in range(self.shape.unbound):
            yield self.shape.network_of(number, 0), f"unbound-{number}"

    def _network(self, network: int) -> list[Operation]:
        localnet: dict[str, Any] = {
            "name": f"ln-{network}", "type": "localnet", "addresses": "unknown",
            "options": ["map", [["network_name", PHYSICAL_NETWORK]]]}
        if self.shape.networks > 1:
            localnet["tag"] = network + 1
        return [_insert("Logical_Switch_Port", localnet, "uplink"),
                _insert("Logical_Switch", {"name": f"n{network}",
                                           "ports": ["named-uuid", "uplink"]})]

    @staticmethod
    def _group(network: int) -> list[Operation]:
        addresses = [f"192.0.2.{2 * host + 1}" for host in range(_SET_SIZE)]
        acls = [_insert("ACL", acl, f"acl{number}")
                for number, acl in enumerate(_security_group(network))]
        group = {"name": f"g{network}",
                 "acls": ["set", [["named-uuid", acl["uuid-name"]] for acl in acls]]}
        return [_insert("Address_Set", {"name": f"s{network}", "addresses": ["set", addresses]}),
                *acls, _insert("Port_Group", group)]

    def port_operations(self, ports: Iterable[tuple[int, str]], *,
                        grouped: bool = True) -> list[Operation]:
        """What adds ports, (network, name), to their networks, and to their groups if `grouped`."""
        operations, references = [], defaultdict(list)
        for network, name in ports:
            number = next(self._numbers)
            row = {"name": name, "addresses": _address(number)}
            operations.append(_insert("Logical_Switch_Port", row, f"p{number}"))
            references[network].append(["named-uuid", f"p{number}"])
        for network, added in references.items():
            operations.append(mutate("Logical_Switch", [["name", "==", f"n{network}"]], "ports",
                                     ["set", added]))
            if grouped:
                operations.append(mutate("Port_Group", group_ref(network), "ports",
                                         ["set", added]))
        return operations

    # --- southbound ---

    def read(self) -> None:
        """Learns the UUIDs of what is in the southbound database now."""
        southbound = self.central.sb
        rows = southbound.rows("Datapath_Binding", columns=["external_ids"])
        self.datapaths = {int(row["external_ids"]["name"][1:]): str(row["_uuid"]) for row in rows}
        self.chassis = _by_name(southbound.rows("Chassis", columns=["name"]), "name")
        self.private = _by_name(southbound.rows("Chassis_Private", columns=["name"]), "name")
        self.bindings = _by_name(
            southbound.rows("Port_Binding", columns=["logical_port"]), "logical_port")

    def add_chassis(self, like: Operation) -> None:
        """Registers the chassis with the columns of `like`, and binds their ports."""
        southbound = self.central.sb
        for batch in _batches(range(self.shape.chassis), 100):
            southbound.transact(*itertools.chain.from_iterable(
                _chassis(chassis, like) for chassis in batch))
        self.read()
        for batch in _batches(self._bound(), _BATCH):
            southbound.transact(*batch)

    def _bound(self) -> Iterator[Operation]:
        for chassis in range(self.shape.chassis):
            row = {"chassis": ["uuid", self.chassis[chassis_name(chassis)]], "up": True}
            for vif in range(self.shape.vifs):
                binding = self.bindings[port_name(chassis, vif)]
                yield {"op": "update", "table": "Port_Binding", "row": row,
                       "where": [["_uuid", "==", ["uuid", binding]]]}

    # --- identities ---

    def identities(self, chassis: int | str, name: str, claimed: str) -> list[str]:
        """All that names a chassis, its ports and their networks; of each chassis in the same
        order. `claimed` is the port that it shall claim."""
        names = [name, self.chassis[name], self.private[name]]
        for port in [port_name(chassis, vif) for vif in range(self.shape.vifs)] + [claimed]:
            names += [port, self.bindings[port]]
        first = 0 if isinstance(chassis, str) else chassis
        for vif in range(min(self.shape.vifs, self.shape.networks)):
            network = self.shape.network_of(first, vif)
            names += [self.datapaths[network], *network_names(network)]
        return names


def mutate(table: str, where: Sequence[Any], column: str, value: Any,
           mutator: str = "insert") -> Operation:
    return {"op": "mutate", "table": table, "where": where,
            "mutations": [[column, mutator, value]]}


def acl_row(direction: str, priority: int, match: str, action: str) -> Operation:
    return {"direction": direction, "priority": priority, "match": match, "action": action}


def _security_group(network: int) -> list[Operation]:
    """Out: everything IPv4. In: from members, and SSH from a set of addresses. No more."""
    group = f"g{network}"
    inside = f"outport == @{group} && ip4"
    return [
        acl_row("from-lport", 1002, f"inport == @{group} && ip4", "allow-related"),
        acl_row("to-lport", 1002, f"{inside} && ip4.src == ${group}_ip4", "allow-related"),
        acl_row("to-lport", 1002, f"{inside} && ip4.src == $s{network} && tcp.dst == 22",
                "allow-related"),
        acl_row("from-lport", 1001, f"inport == @{group} && ip", "drop"),
        acl_row("to-lport", 1001, f"outport == @{group} && ip", "drop"),
    ]


def _insert(table: str, row: Operation, name: str | None = None) -> Operation:
    operation: Operation = {"op": "insert", "table": table, "row": row}
    if name:
        operation["uuid-name"] = name
    return operation


def _chassis(chassis: int, like: Operation) -> list[Operation]:
    name = chassis_name(chassis)
    encap = {"type": "geneve", "ip": f"172.16.{chassis >> 8}.{chassis & 255}",
             "options": ["map", [["csum", "true"]]], "chassis_name": name}
    # Names of one transaction's rows, for which a chassis's own would do but for the hyphen.
    return [_insert("Encap", encap, f"encap{chassis}"),
            _insert("Chassis", {**like, "name": name, "hostname": name,
                                "encaps": ["named-uuid", f"encap{chassis}"]}, f"chassis{chassis}"),
            _insert("Chassis_Private", {"name": name,
                                        "chassis": ["named-uuid", f"chassis{chassis}"]})]


def _address(number: int) -> str:
    """A MAC and an odd IP address: of two neighbours only one is there, so sets stay as long as
    they are, though northd joins addresses to prefixes where it can."""
    mac, ip = number.to_bytes(3, "big"), (2 * number + 1).to_bytes(3, "big")
    return f"02:00:00:{mac.hex(':')} 10.{ip[0]}.{ip[1]}.{ip[2]}"


def _by_name(rows: Iterable[dict[str, Any]], column: str) -> dict[str, str]:
    found: dict[str, uuid.UUID] = {row[column]: row["_uuid"] for row in rows}
    return {name: str(value) for name, value in found.items()}


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
