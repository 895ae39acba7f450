"""Hypervisors: Open vSwitch with an integration bridge, provider bridges and a controller."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Mapping, Sequence

from .central import Central
from .errors import LabError
from .netns import Namespace, interface_name
from .process import Daemon
from .switch_node import SwitchNode
from .wait import wait_until

INTEGRATION_BRIDGE = "br-int"


class Hypervisor(SwitchNode, ABC):
    """What both kinds of hypervisor have in common: one in a namespace, one with dummy devices.

    `controller` is the daemon under test; `ovsdb` and `vswitchd` are the node's own.
    """

    def __init__(self, name: str, rundir: Path, central: Central, encap_ip: str,
                 namespace: Namespace | None = None, vswitchd_options: Sequence[str] = ()):
        super().__init__(name, rundir, namespace, vswitchd_options)
        self.central = central
        self.encap_ip = encap_ip
        stack = central.stack
        self.controller = Daemon(
            stack.controller, [stack.program(stack.controller), self.ovsdb.remote], rundir,
            env=self.env, namespace=namespace)

    @property
    def shell_env(self) -> dict[str, str]:
        """`env`, and what the central tools need to find their databases and programs."""
        return {**self.central.env, **self.env}

    @property
    def daemons(self) -> list[Daemon]:
        return [self.ovsdb, self.vswitchd, self.controller]

    def start(self, *, controller: bool = True, mapped: bool = True) -> None:
        """Starts Open vSwitch, configures the chassis and starts its controller.

        Without `mapped` the provider bridges are there, but no mapping names them.
        """
        self.start_switch()
        self.configure_chassis()
        self.add_bridge(INTEGRATION_BRIDGE, fail_mode="secure")
        bridges = self._add_provider_bridges()
        if mapped:
            self.set_mappings(bridges)
        if controller:
            self.controller.start()

    def wait_registered(self, timeout: float = 20.0) -> None:
        """Returns when the southbound database knows the chassis."""
        wait_until(lambda: self.central.sb.rows("Chassis", [["name", "==", self.name]]), timeout,
                   f"chassis {self.name} to register")

    # --- the chassis' configuration ---

    def configure_chassis(self) -> None:
        """Writes the external_ids that a controller starts from; system-id is the node's name."""
        self.set_external_ids({
            "system-id": self.name,
            "hostname": self.name,
            "ovn-remote": self.central.sb.remote,
            "ovn-encap-type": "geneve",
            "ovn-encap-ip": self.encap_ip,
            "ovn-bridge-datapath-type": self.datapath_type,
        })

    def set_external_ids(self, values: Mapping[str, str | None]) -> None:
        """Sets keys of the Open_vSwitch row's external_ids; None removes one."""
        args: list[str] = []
        for key, value in values.items():
            if value is None:
                args += ["--", "remove", "Open_vSwitch", ".", "external_ids", key]
            else:
                args += ["--", "set", "Open_vSwitch", ".", f'external_ids:{key}="{value}"']
        self.vsctl(*args, wait=False)

    def set_mappings(self, mappings: str | Mapping[str, str] | None, *,
                     key: str = "ovn-bridge-mappings") -> None:
        """Sets which bridge leads to which physical network: {"physnet1": "br-eth1"}.

        Text goes in as it is, right or wrong; None removes the key. Other keys: "bridge_mappings",
        "ovn-bridge-mappings-<system-id>".
        """
        if isinstance(mappings, Mapping):
            mappings = ",".join(f"{network}:{bridge}" for network, bridge in mappings.items())
        self.set_external_ids({key: mappings})

    def mappings(self) -> str:
        """The text under ovn-bridge-mappings, empty where there is none."""
        row = self.ovsdb.rows("Open_vSwitch", columns=["external_ids"])[0]
        return row["external_ids"].get("ovn-bridge-mappings", "")

    # --- virtual interfaces ---

    @abstractmethod
    def add_vif(self, name: str, lsp: str, mac: str | None = None) -> str:
        """Plugs an interface into br-int for the logical port `lsp`; returns its name there."""

    @abstractmethod
    def del_vif(self, name: str) -> None:
        """Unplugs what add_vif plugged."""

    def set_iface_id(self, interface: str, lsp: str | None) -> None:
        """Says that a plugged interface is another logical port now; None: no port at all."""
        if lsp is None:
            self.vsctl("remove", "Interface", interface, "external_ids", "iface-id")
        else:
            self.vsctl("set", "Interface", interface, f'external_ids:iface-id="{lsp}"')

    def wait_installed(self, interface: str, timeout: float = 20.0) -> None:
        """Returns when the controller says that the flows of a plugged interface are in br-int."""
        wait_until(
            lambda: self.interface(interface)["external_ids"].get("ovn-installed") == "true",
            timeout, f"interface {interface} of {self.name} to be ovn-installed")

    @abstractmethod
    def _add_provider_bridges(self) -> dict[str, str]:
        """Makes the provider bridges with their NICs; returns the bridge of each network."""


class NetnsHypervisor(Hypervisor):
    """A hypervisor in a network namespace, with real packets from namespaces that are its VMs.

    Each physical network has a bridge with one NIC, a virtual cable to the top-of-rack switch.
    With `underlay`, tunnels have a NIC and a bridge of their own, so that a capture there shows
    every packet that was tunnelled.
    """

    UNDERLAY_BRIDGE = "br-eth0"
    UNDERLAY_NIC = "eth0"

    def __init__(self, name: str, rundir: Path, central: Central, encap_ip: str,
                 namespace: Namespace, physical_networks: Sequence[str], *, underlay: bool = True):
        super().__init__(name, rundir, central, encap_ip, namespace)
        self.namespace: Namespace = namespace
        self.underlay = underlay
        self.physical_networks = list(physical_networks)

    def provider_bridge(self, physical_network: str | None = None) -> str:
        return f"br-{self.nic(physical_network)}"

    def nic(self, physical_network: str | None = None) -> str:
        """The NIC on a physical network, by default the first: eth1, eth2, ..."""
        if physical_network is None:
            return "eth1"
        try:
            return f"eth{self.physical_networks.index(physical_network) + 1}"
        except ValueError as error:
            raise LabError(f"{self.name} has no NIC on {physical_network}; it has them on "
                           + ", ".join(self.physical_networks)) from error

    def _add_provider_bridges(self) -> dict[str, str]:
        if self.underlay:
            self.add_bridge(self.UNDERLAY_BRIDGE)
            self.vsctl("--may-exist", "add-port", self.UNDERLAY_BRIDGE, self.UNDERLAY_NIC)
            self._configure_underlay()
        for network in self.physical_networks:
            bridge = self.provider_bridge(network)
            self.add_bridge(bridge)
            self.vsctl("--may-exist", "add-port", bridge, self.nic(network))
        return {network: self.provider_bridge(network) for network in self.physical_networks}

    def _vswitchd_started(self) -> None:
        # The bridge's own device is a tap that dies with ovs-vswitchd, and its address with it.
        if self.underlay and self.UNDERLAY_BRIDGE in self.bridges():
            self._configure_underlay()

    def _configure_underlay(self) -> None:
        self.namespace.ip("address", "replace", f"{self.encap_ip}/24", "dev", self.UNDERLAY_BRIDGE)
        self.namespace.ip("link", "set", "dev", self.UNDERLAY_BRIDGE, "up")

    def set_uplink(self, up: bool, physical_network: str | None = None) -> None:
        """Pulls the cable of a NIC, or plugs it in again."""
        self.namespace.ip("link", "set", "dev", self.nic(physical_network), "up" if up else "down")

    def add_vif(self, name: str, lsp: str, mac: str | None = None) -> str:
        """Plugs the namespace's interface `name`, which must be there already (VM.attach)."""
        interface = interface_name(name)
        attached = ["--", "set", "Interface", interface, f'external_ids:attached-mac="{mac}"'] \
            if mac else []
        self.vsctl("--may-exist", "add-port", INTEGRATION_BRIDGE, interface, "--",
                   "set", "Interface", interface, f'external_ids:iface-id="{lsp}"', *attached)
        return interface

    def del_vif(self, name: str) -> None:
        self.vsctl("--if-exists", "del-port", INTEGRATION_BRIDGE, interface_name(name))
