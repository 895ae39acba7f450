"""The top-of-rack switch: what the hypervisors' NICs and the plain machines hang on."""

from __future__ import annotations

from pathlib import Path
from typing import Sequence

from .errors import LabError
from .hypervisor import NetnsHypervisor
from .netns import Namespace, interface_name
from .switch_node import SwitchNode

UNDERLAY = "underlay"


class TopOfRack(SwitchNode):
    """An Open vSwitch in a namespace of its own: one bridge per physical network, trunks to the
    hypervisors, access or trunk ports for plain machines; and a bridge for the tunnels' underlay.
    """

    def __init__(self, rundir: Path, namespace: Namespace, physical_networks: Sequence[str], *,
                 underlay: bool = True, name: str = "tor"):
        super().__init__(name, rundir, namespace)
        self.namespace: Namespace = namespace
        self.physical_networks = list(physical_networks)
        self.underlay = underlay

    def start(self) -> None:
        self.start_switch()
        for network in self.physical_networks + ([UNDERLAY] if self.underlay else []):
            self.add_bridge(self.bridge(network))

    def bridge(self, network: str | None = None) -> str:
        """The bridge that is a physical network (by default the first), or the underlay."""
        if network is None:
            network = self.physical_networks[0]
        if network not in self.physical_networks and network != UNDERLAY:
            raise LabError(f"there is no physical network {network}; there are "
                           + ", ".join(self.physical_networks))
        return interface_name(network)

    @staticmethod
    def trunk(hypervisor: str, nic: str = "eth1") -> str:
        """The interface at this end of the cable to a hypervisor's NIC."""
        return interface_name(f"{hypervisor}-{nic}")

    def connect(self, hypervisor: NetnsHypervisor) -> None:
        """Cables a hypervisor's NICs, which must be done before it starts."""
        cables = {net: hypervisor.nic(net) for net in hypervisor.physical_networks}
        if hypervisor.underlay:
            cables[UNDERLAY] = hypervisor.UNDERLAY_NIC
        for network, nic in cables.items():
            trunk = self.trunk(hypervisor.name, nic)
            hypervisor.namespace.add_link(nic, self.namespace, trunk)
            self.vsctl("add-port", self.bridge(network), trunk)

    def add_machine_port(self, port: str, *, tag: int | None = None, trunk: bool = False,
                         physical_network: str | None = None) -> None:
        """Plugs an interface of this namespace in: a trunk that carries everything, or an access
        port for one VLAN, without `tag` for what has no tag."""
        # VLAN 0 is what Open vSwitch calls untagged: without it a port would be a trunk.
        settings = [] if trunk else [f"tag={tag or 0}"]
        self.vsctl("add-port", self.bridge(physical_network), port, *settings)

    def del_machine_port(self, port: str) -> None:
        self.vsctl("--if-exists", "del-port", port)
