"""The network that is measured: the same northbound rows for every stack.

A Logical_Switch with a localnet port on VLAN 101 of physnet1, and ports with an IPv4 and an IPv6
address each. Secured, they have port security and are members of the two port groups that Neutron's
ML2/OVN driver writes for a port in a default security group: one drops, the other lets members send
anything, and lets in what members send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from lab import Stack
from lab.stack import Command

NAME = "net"
TAG = 101
PHYSICAL_NETWORK = "physnet1"
DROP_GROUP = "neutron_pg_drop"
GROUP = "pg_default"
# By Neutron's rules (neutron.common.ovn.constants): the drop rules stand below the others.
DROP_PRIORITY, ALLOW_PRIORITY = 1001, 1002


@dataclass(frozen=True)
class Station:
    """An address on the network: a logical port's, or that of a machine no control plane knows."""

    name: str
    mac: str
    ipv4: str
    ipv6: str

    @property
    def addresses(self) -> str:
        """As lsp-set-addresses and lsp-set-port-security take them."""
        return f"{self.mac} {self.ipv4} {self.ipv6}"


def station(name: str, number: int) -> Station:
    """The station of that number, 1 to 250, of the network."""
    return Station(name, f"02:00:00:00:01:{number:02x}", f"10.101.0.{number}",
                   f"fd00:101::{number:x}")


def stations(prefix: str, first: int, count: int) -> list[Station]:
    """`count` stations from the number `first` on, called PREFIX1 and so on."""
    return [station(f"{prefix}{n + 1}", first + n) for n in range(count)]


def network_commands(stack: Stack, ports: Sequence[Station]) -> list[Command]:
    """The switch and its ports, open to everything."""
    commands = stack.network_commands(NAME, PHYSICAL_NETWORK, TAG, localnet=True)
    for port in ports:
        commands += stack.port_commands(NAME, port.name, [port.addresses])
    return commands


def security_commands(ports: Sequence[Station]) -> list[Command]:
    """What secures the ports: port security, the two groups and their rules."""
    names = [port.name for port in ports]
    commands = [["lsp-set-port-security", port.name, port.addresses] for port in ports]
    commands += [["pg-add", DROP_GROUP, *names], ["pg-add", GROUP, *names]]
    for direction, port in (("from-lport", "inport"), ("to-lport", "outport")):
        commands.append(_rule(DROP_GROUP, direction, DROP_PRIORITY,
                              f"{port} == @{DROP_GROUP} && ip", "drop"))
    for ip in ("ip4", "ip6"):
        commands.append(_rule(GROUP, "from-lport", ALLOW_PRIORITY,
                              f"inport == @{GROUP} && {ip}", "allow-related"))
        commands.append(_rule(GROUP, "to-lport", ALLOW_PRIORITY,
                              f"outport == @{GROUP} && {ip} && {ip}.src == ${GROUP}_{ip}",
                              "allow-related"))
    return commands


def _rule(group: str, direction: str, priority: int, match: str, action: str) -> Command:
    return ["--type=port-group", "acl-add", group, direction, str(priority), match, action]
