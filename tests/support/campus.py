"""Networks with VMs and plain machines in network namespaces, and who should reach whom."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Iterable, Sequence

from lab import Lab, Machine, reach_all, wait_until

from . import oracle

GENEVE_PORT = 6081


@dataclass
class Segment:
    """One network: its machines reach each other and nobody else."""

    name: str
    tag: int | None
    number: int
    physical_network: str
    vms: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)

    @property
    def machines(self) -> list[str]:
        return self.vms + self.plain


class Campus:
    """All machines share one IPv4 and one IPv6 subnet, so that only the networks part them."""

    def __init__(self, lab: Lab, kind: str):
        self.lab = lab
        self.kind = kind
        self.segments: dict[str, Segment] = {}
        self._machines = 0
        self._flows = {name: h.flows(cookies=False) for name, h in lab.hypervisors.items()}

    def add(self, name: str, tag: int | None, vms: Sequence[str], plain: int = 1,
            physical_network: str = "physnet1") -> Segment:
        """A network with a VM on each of the hypervisors `vms`, called NAME-1 and so on, and plain
        machines, NAME-p1 and so on."""
        segment = Segment(name, tag, len(self.segments) + 1, physical_network)
        self.segments[name] = segment
        commands = self.lab.stack.network_commands(name, physical_network, tag,
                                                   localnet=self.kind == "localnet")
        for number, hypervisor in enumerate(vms, start=1):
            vm = self.lab.add_vm(f"{name}-{number}", hypervisor, ips=self._ips())
            segment.vms.append(vm.name)
            commands += self.lab.stack.port_commands(
                name, vm.port, [f"{vm.mac} {vm.ip(4)} {vm.ip(6)}"])
        for number in range(1, plain + 1):
            machine = self.lab.add_plain(f"{name}-p{number}", tag=tag, ips=self._ips(),
                                         physical_network=physical_network)
            segment.plain.append(machine.name)
        self.lab.central.nb_batch(commands)
        return segment

    def _ips(self) -> list[str]:
        self._machines += 1
        return [f"10.7.0.{self._machines}/16", f"fd07::{self._machines:x}/64"]

    def ready(self) -> Campus:
        """Returns when all VMs' ports are up."""
        for segment in self.segments.values():
            self.lab.central.wait_port_up(*(self.lab.vm(name).port for name in segment.vms))
        self.lab.central.sync()
        return self

    def assert_reach(self, groups: Iterable[Iterable[str]] | None = None, *,
                     timeout: float = 8.0) -> None:
        """Each machine reaches those of its own group, by IPv4 and IPv6, and no others.

        Without `groups`, they are the networks."""
        if groups is None:
            groups = [segment.machines for segment in self.segments.values()]
        group_of = {name: number for number, group in enumerate(groups) for name in group}
        machines = {name: self.lab.machine(name) for name in group_of}
        owner = {machine.ip(version): name for name, machine in machines.items()
                 for version in (4, 6)}

        def expected(source: Machine, ip: str) -> bool:
            return group_of[source.name] == group_of[owner[str(ipaddress.ip_address(ip))]]

        pairs = [(machine, ip) for name, machine in machines.items() for ip in owner
                 if owner[ip] != name]
        for machine in machines.values():
            machine.flush_neighbours()
        for hypervisor in self.lab.hypervisors.values():
            hypervisor.wait_revalidated()  # what reached before a change doesn't count
        found = reach_all(pairs, expected=expected, timeout=timeout)
        wrong = [f"{source} {'reaches' if answered else 'does not reach'} {owner[ip]} ({ip})"
                 for (source, ip), answered in found.items()
                 if answered != expected(machines[source], ip)]
        assert not wrong, "\n".join(wrong)

    def assert_clean(self) -> None:
        """No daemon's state differs from what it computes from scratch."""
        self.lab.central.sync()
        oracle.check_all(self.lab)

    def uplink(self, name: str) -> str:
        return name if self.kind == "physical" else f"ln-{name}"

    def delete_network(self, name: str) -> None:
        """Deletes a network's switch; its machines stay plugged in."""
        self.lab.nb("ps-del" if self.kind == "physical" else "ls-del", name)

    def close(self) -> None:
        """Removes all; of it nothing is left in the southbound database or in any switch."""
        for segment in self.segments.values():
            for name in segment.machines:
                if name in self.lab.machines:
                    self.lab.del_machine(name)
            gone = "ps-del" if self.kind == "physical" else "ls-del"
            self.lab.nb("--if-exists", gone, segment.name)
        self.segments = {}
        self.lab.central.sync()
        self.assert_no_leftovers()

    def assert_no_leftovers(self) -> None:
        """Returns when nothing of any network is left; WaitTimeout if something stays."""
        wait_until(lambda: southbound_names(self.lab) == set(), 15,
                   lambda: f"the southbound rows to go: {southbound_names(self.lab)}")
        for name, hypervisor in self.lab.hypervisors.items():
            wait_until(lambda: not hypervisor.patch_ports(), 15,
                       lambda: f"patch ports of {name} to go: {hypervisor.patch_ports()}")
            oracle.wait_quiet_flows(hypervisor, self._flows[name])


def southbound_names(lab: Lab) -> set[tuple[str, str]]:
    """(table, name) of all rows that come from networks and ports."""
    sb = lab.central.sb
    found = {("Port_Binding", row["logical_port"]) for row in sb.rows("Port_Binding")}
    found |= {("Datapath_Binding", row["external_ids"].get("name", ""))
              for row in sb.rows("Datapath_Binding")}
    if "Uplink" in sb.schema["tables"]:
        found |= {("Uplink", row["logical_port"]) for row in sb.rows("Uplink")}
    return found
