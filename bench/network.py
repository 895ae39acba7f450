"""The network that the control plane is measured on, as northbound rows.

VLAN networks (Logical_Switches with localnet ports) of up to 25,000 ports, since OVN numbers no more
than 32,767 ports of a switch, or very many small ones; all N ports are in the port group sg1 with
five ACLs and one more that names an address set of 1,000. Both systems get the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Sequence

Operation = dict[str, Any]

GROUP, SET = "sg1", "as1"
SET_SIZE = 1_000
SWITCH_SIZE = 25_000
BATCH = 1_000

# As Neutron's ML2/OVN writes a security group. The rule that names the group's own addresses is its
# default group's: with it a chassis has to know every member's address.
RULES = [("from-lport", 1002, "inport == @sg1 && ip4", "allow-related"),
         ("from-lport", 1002, "inport == @sg1 && ip6", "allow-related"),
         ("to-lport", 1002, "outport == @sg1 && ip4 && tcp && tcp.dst == 22", "allow-related"),
         ("to-lport", 1001, "outport == @sg1 && ip", "drop")]
SELF_RULE = ("to-lport", 1002, "outport == @sg1 && ip4 && ip4.src == $sg1_ip4", "allow-related")
SET_RULE = ("to-lport", 1002, "outport == @sg1 && ip4 && ip4.src == $as1", "allow-related")


def mac(n: int) -> str:
    return f"02:00:00:{n >> 16 & 255:02x}:{n >> 8 & 255:02x}:{n & 255:02x}"


def ip(n: int) -> str:
    """Dense from 10.0.0.0, as a subnet fills."""
    return f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"


def named(*names: str) -> list[Any]:
    return ["set", [["named-uuid", name] for name in names]]


def insert_acl(rule: tuple[str, int, str, str], name: str) -> Operation:
    direction, priority, match, action = rule
    return {"op": "insert", "table": "ACL", "uuid-name": name,
            "row": {"direction": direction, "priority": priority, "match": match,
                    "action": action}}


def mutate(table: str, name: str, column: str, verb: str, value: Any) -> Operation:
    return {"op": "mutate", "table": table, "where": [["name", "==", name]],
            "mutations": [[column, verb, value]]}


@dataclass(frozen=True)
class Layout:
    """Which switch a port is on."""

    networks: int = 0  # that ports are dealt to in turn, up to 3,900; 0: each is filled before the next

    def switch_of(self, n: int) -> str:
        """The name of the switch that port n<n> is on."""
        return f"net{n % self.networks if self.networks else n // SWITCH_SIZE}"

    def make_switches(self, ports: int) -> list[Operation]:
        """The switches for so many ports, and those that are added."""
        out: list[Operation] = []
        for number in range(self.networks or ports // SWITCH_SIZE + 1):
            out += make_switch(f"net{number}", 101 + number)
        return out

    def insert_port(self, n: int) -> list[Operation]:
        """Port n<n> on its switch and in the group."""
        return [port_row(n),
                mutate("Logical_Switch", self.switch_of(n), "ports", "insert", named(f"p{n}")),
                mutate("Port_Group", GROUP, "ports", "insert", named(f"p{n}"))]

    def insert_ports(self, count: int) -> Iterator[list[Operation]]:
        """Ports n0 to n<count - 1>, by transactions of 1,000."""
        for start in range(0, count, BATCH):
            numbers = range(start, min(count, start + BATCH))
            members: dict[str, list[str]] = {}
            for n in numbers:
                members.setdefault(self.switch_of(n), []).append(f"p{n}")
            yield [*(port_row(n) for n in numbers),
                   *(mutate("Logical_Switch", switch, "ports", "insert", named(*ports))
                     for switch, ports in members.items()),
                   mutate("Port_Group", GROUP, "ports", "insert",
                          named(*(f"p{n}" for n in numbers)))]


def make_switch(name: str, tag: int) -> list[Operation]:
    """A switch with its uplink to physnet1."""
    return [{"op": "insert", "table": "Logical_Switch_Port", "uuid-name": f"ln{tag}",
             "row": {"name": f"ln-{name}", "type": "localnet", "addresses": "unknown", "tag": tag,
                     "options": ["map", [["network_name", "physnet1"]]]}},
            {"op": "insert", "table": "Logical_Switch",
             "row": {"name": name, "ports": ["named-uuid", f"ln{tag}"]}}]


def make_rules(rules: Sequence[tuple[str, int, str, str]]) -> list[Operation]:
    """The address set and the group, without ports."""
    members = ["set", [f"192.0.{n >> 8}.{n & 255}" for n in range(SET_SIZE)]]
    operations: list[Operation] = [
        {"op": "insert", "table": "Address_Set", "row": {"name": SET, "addresses": members}}]
    names = [f"r{n}" for n in range(len(rules))]
    operations += [insert_acl(rule, name) for rule, name in zip(rules, names)]
    operations.append({"op": "insert", "table": "Port_Group",
                       "row": {"name": GROUP, "acls": named(*names)}})
    return operations


def port_row(n: int) -> Operation:
    addresses = f"{mac(n)} {ip(n)}"
    return {"op": "insert", "table": "Logical_Switch_Port", "uuid-name": f"p{n}",
            "row": {"name": f"n{n}", "addresses": addresses, "port_security": addresses}}
