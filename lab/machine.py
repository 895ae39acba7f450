"""Machines: VMs on the hypervisors, and plain machines on the top-of-rack switch."""

from __future__ import annotations

import hashlib
import ipaddress
import socket
import subprocess
from typing import Sequence

from .capture import Capture
from .errors import LabError
from .hypervisor import NetnsHypervisor
from .netns import Namespace, interface_name
from .process import run
from .tor import TopOfRack

NIC = "eth0"


def default_mac(name: str) -> str:
    """A locally administered MAC that always is the same for the same name."""
    digest = hashlib.sha256(name.encode()).digest()
    return "02:" + ":".join(f"{byte:02x}" for byte in digest[:5])


class Machine:
    """A namespace with one interface, eth0, and what a test does on a machine."""

    def __init__(self, name: str, namespace: Namespace, mac: str | None, ips: Sequence[str]):
        """`ips` with their prefix lengths: 10.0.0.1/24, fd00::1/64."""
        self.name = name
        self.namespace = namespace
        self.mac = mac or default_mac(name)
        self.ips = list(ips)
        self._raw: socket.socket | None = None
        for ip in self.ips:
            if "/" not in ip:
                raise LabError(f"the address {ip} of {name} needs its prefix length: {ip}/24")
            ipaddress.ip_interface(ip)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} {self.mac} {' '.join(self.ips)}>"

    def ip(self, version: int = 4) -> str:
        """Its first address of that IP version, without the prefix length."""
        for text in self.ips:
            interface = ipaddress.ip_interface(text)
            if interface.version == version:
                return str(interface.ip)
        raise LabError(f"{self.name} has no IPv{version} address")

    def configure(self) -> None:
        """Gives eth0 its addresses."""
        for text in self.ips:
            self.add_ip(text)

    def add_ip(self, text: str) -> None:
        """Adds an address to eth0, beyond those it was made with."""
        nodad = ["nodad"] if ipaddress.ip_interface(text).version == 6 else []
        self.namespace.ip("address", "replace", text, "dev", NIC, *nodad)
        if text not in self.ips:
            self.ips.append(text)

    def add_route(self, prefix: str, gateway: str) -> None:
        self.namespace.ip("route", "replace", prefix, "via", gateway)

    def flush_neighbours(self) -> None:
        """Forgets all MACs it resolved, so that it has to ask again."""
        self.namespace.ip("neighbour", "flush", "all")

    def run(self, *argv: str, timeout: float = 30.0) -> str:
        """Runs a command on the machine; returns what it prints, LabError if it fails."""
        return run(argv, namespace=self.namespace, timeout=timeout)

    def popen(self, *argv: str, **options) -> subprocess.Popen:
        """Starts a command on the machine; the caller ends it."""
        return subprocess.Popen(self.namespace.enter(argv), **options)

    def socket(self, family: int = socket.AF_INET, kind: int = socket.SOCK_STREAM,
               protocol: int = 0) -> socket.socket:
        """A socket that lives on the machine, for use by the test itself."""
        return self.namespace.call(lambda: socket.socket(family, kind, protocol))

    def send(self, *frames: bytes) -> None:
        """Sends Ethernet frames as they are (bytes, or anything that bytes() takes: scapy's)."""
        if self._raw is None:
            raw = self.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self.namespace.call(lambda: raw.bind((NIC, 0)))
            self._raw = raw
        for frame in frames:
            self._raw.send(bytes(frame))

    def capture(self) -> Capture:
        """A capture on eth0, begun; use it as a context manager or stop() it."""
        return Capture(self.namespace, NIC)

    def delete(self) -> None:
        if self._raw is not None:
            self._raw.close()
            self._raw = None
        # A namespace's interfaces go some time after it, and their other ends with them: a machine
        # of the same name would find its own still taken.
        try:
            self.namespace.delete_link(NIC)
        finally:
            self.namespace.delete()


class VM(Machine):
    """A machine whose interface's other end is in a hypervisor, plugged into br-int as `port`."""

    def __init__(self, name: str, namespace: Namespace, hypervisor: NetnsHypervisor, port: str,
                 mac: str | None, ips: Sequence[str]):
        super().__init__(name, namespace, mac, ips)
        self.hypervisor = hypervisor
        self.port = port

    @property
    def vif(self) -> str:
        """The name of the other end, in the hypervisor."""
        return interface_name(self.name)

    def start(self) -> None:
        """Makes it and its interface; plug() puts the interface into br-int."""
        self.namespace.create(ipv6=True)
        self.hypervisor.namespace.add_link(self.vif, self.namespace, NIC, self.mac)
        self.configure()

    def plug(self) -> None:
        self.hypervisor.add_vif(self.vif, self.port, self.mac)

    def unplug(self) -> None:
        """Takes the interface out of br-int; the VM goes on."""
        self.hypervisor.del_vif(self.vif)

    def move(self, hypervisor: NetnsHypervisor) -> None:
        """Takes it to another hypervisor, as a live migration would at its end."""
        self.unplug()
        source = self.hypervisor.namespace
        source.ip("link", "set", "dev", self.vif, "netns", hypervisor.namespace.name)
        self.hypervisor = hypervisor
        hypervisor.namespace.no_checksum_offload(self.vif)
        hypervisor.namespace.ip("link", "set", "dev", self.vif, "up")
        self.plug()

    def delete(self) -> None:
        if self.hypervisor.ovsdb.running and self.hypervisor.vswitchd.running:
            self.unplug()
        super().delete()


class PlainMachine(Machine):
    """A machine on the top-of-rack switch, which knows nothing of any control plane."""

    def __init__(self, name: str, namespace: Namespace, tor: TopOfRack, mac: str | None,
                 ips: Sequence[str], *, tag: int | None = None, trunk: bool = False,
                 physical_network: str | None = None):
        super().__init__(name, namespace, mac, ips)
        self.tor = tor
        self.tag = tag
        self.trunk = trunk
        self.physical_network = physical_network

    @property
    def switch_port(self) -> str:
        return interface_name(self.name)

    def start(self) -> None:
        self.namespace.create(ipv6=True)
        self.tor.namespace.add_link(self.switch_port, self.namespace, NIC, self.mac)
        self.configure()
        self.tor.add_machine_port(self.switch_port, tag=self.tag, trunk=self.trunk,
                                  physical_network=self.physical_network)

    def delete(self) -> None:
        if self.tor.ovsdb.running and self.tor.vswitchd.running:
            self.tor.del_machine_port(self.switch_port)
        super().delete()
