"""Hypervisors with dummy devices: no namespaces and no kernel, frames go in and out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Iterable, Mapping, Sequence

from .central import Central
from .errors import LabError
from .frame import Frame
from .hypervisor import INTEGRATION_BRIDGE, Hypervisor
from .pcap import PcapReader
from .wait import wait_until


class DummyHypervisor(Hypervisor):
    """ovs-vswitchd with --enable-dummy: each VIF and NIC is a device that a test feeds and reads.

    The NICs are called eth1, eth2, ... as in a namespace; there the wire is whatever a test makes
    of it (see Wire).
    """

    datapath_type = "dummy"

    def __init__(self, name: str, rundir: Path, central: Central, encap_ip: str,
                 physical_networks: Sequence[str]):
        super().__init__(name, rundir, central, encap_ip,
                         vswitchd_options=["--enable-dummy=override"])
        self.physical_networks = list(physical_networks)
        self._readers: dict[str, PcapReader] = {}

    def _add_provider_bridges(self) -> dict[str, str]:
        bridges = {}
        for number, network in enumerate(self.physical_networks, start=1):
            bridge = f"br-eth{number}"
            self.add_bridge(bridge)
            self.add_port(bridge, f"eth{number}")
            bridges[network] = bridge
        return bridges

    # --- devices ---

    def add_port(self, bridge: str, name: str, *settings: str) -> None:
        """A dummy device on a bridge; `settings` are columns of its Interface, COLUMN=VALUE."""
        self.vsctl(*self.add_port_command(bridge, name, *settings))

    def add_vif(self, name: str, lsp: str, mac: str | None = None) -> str:
        settings = [f'external_ids:iface-id="{lsp}"']
        if mac:
            settings.append(f'external_ids:attached-mac="{mac}"')
        self.add_port(INTEGRATION_BRIDGE, name, *settings)
        return name

    def add_vifs(self, ports: Mapping[str, str]) -> None:
        """Many at once, {interface: logical port}, in one transaction."""
        command: list[str] = []
        for name, lsp in ports.items():
            command += ["--", *self.add_port_command(INTEGRATION_BRIDGE, name,
                                                      f'external_ids:iface-id="{lsp}"')]
        self.vsctl(*command, timeout=120)

    def add_port_command(self, bridge: str, name: str, *settings: str) -> list[str]:
        """What add_port() gives to vsctl(), for use beside other commands."""
        return ["--may-exist", "add-port", bridge, name, "--", "set", "Interface", name,
                "type=dummy", f"options:tx_pcap={self._pcap_path(name)}", *settings]

    def del_vif(self, name: str) -> None:
        self.del_vifs([name])

    def del_vifs(self, names: Sequence[str]) -> None:
        """Many at once, in one transaction."""
        command: list[str] = []
        for name in names:
            command += ["--", "--if-exists", "del-port", INTEGRATION_BRIDGE, name]
        if command:
            self.vsctl(*command, timeout=120)
        for name in names:
            self._readers.pop(name, None)
            self._pcap_path(name).unlink(missing_ok=True)

    def set_link(self, port: str, up: bool) -> None:
        """Switches a device on or off."""
        self.appctl("netdev-dummy/set-admin-state", port, "up" if up else "down")

    def devices(self) -> list[str]:
        """All dummy devices that frames can go into."""
        return sorted(row["name"] for row in
                      self.ovsdb.rows("Interface", [["type", "==", "dummy"]], ["name"]))

    # --- frames ---

    def inject(self, port: str, *frames: bytes) -> None:
        """Lets frames (bytes, or anything that bytes() takes: scapy's) arrive on a device, and
        returns when ovs-vswitchd has forwarded them."""
        for frame in frames:
            self.appctl("netdev-dummy/receive", port, bytes(frame).hex())
            # A device's queue gives one frame per turn of the main loop.
            self.barrier()

    def barrier(self) -> None:
        """Returns when what was injected before has been forwarded.

        ovs-vswitchd's main loop alternates between forwarding and the control socket, and accepts a
        new connection only at the beginning of the latter: an answer on a connection made now means
        that it has forwarded in between. What a controller sends in answer is not waited for.
        """
        self.appctl("version")

    def revalidate(self) -> None:
        """Empties the datapath's cache, which agrees with changed flows only after a moment."""
        self.appctl("revalidator/purge")

    def sent(self, port: str) -> list[Frame]:
        """The frames that left through a device since the last call."""
        self.barrier()
        return self._read_new(port)

    def exchange(self, port: str, *frames: bytes) -> dict[str, list[Frame]]:
        """What leaves through which device when `frames` arrive on `port`: only devices that sent.

        What had left before is forgotten, and flows that were changed before are in force. A frame
        that a controller sends at the same time, as an announcement, is in it too.
        """
        self.revalidate()
        self.clear_sent()
        self.inject(port, *frames)
        return self.all_sent()

    def all_sent(self) -> dict[str, list[Frame]]:
        """The frames that left since they were last asked for, by device, without empty lists."""
        self.barrier()
        found = {device: self._read_new(device) for device in self.devices()}
        return {device: frames for device, frames in found.items() if frames}

    def clear_sent(self) -> None:
        """Forgets what has left so far."""
        self.all_sent()

    def wait_sent(self, port: str, match=lambda frame: True, *, timeout: float = 5.0,
                  what: str = "a frame") -> Frame:
        """The first matching frame to leave through `port` from now on; others are forgotten. For
        frames that a controller sends, which no barrier waits for."""
        seen: list[Frame] = []

        def found() -> Frame | None:
            new = self.sent(port)
            seen.extend(new)
            return next((frame for frame in new if match(frame)), None)

        def described() -> str:
            listed = "\n".join(f"  {frame}" for frame in seen) or "  nothing"
            return f"{what} from {port} of {self.name}. Seen there:\n{listed}\n"

        frame = wait_until(found, timeout, described)
        assert frame is not None
        return frame

    def _read_new(self, port: str) -> list[Frame]:
        if port not in self._readers:
            self._readers[port] = PcapReader(self._pcap_path(port))
        return self._readers[port].read_new()

    def _pcap_path(self, port: str) -> Path:
        return self.rundir / f"{port}.tx.pcap"


class Wire:
    """A cable, or a hub, between NICs of several dummy hypervisors; frames travel when told to."""

    def __init__(self, ends: Iterable[tuple[DummyHypervisor, str]]):
        self.ends = list(ends)

    def settle(self, limit: int = 10000) -> list[tuple[str, Frame]]:
        """Carries frames until none is under way; returns them with their sender's name.

        LabError if there are more than `limit`: a loop.
        """
        carried: list[tuple[str, Frame]] = []
        while True:
            batch = [(hypervisor, port, frame) for hypervisor, port in self.ends
                     for frame in hypervisor.sent(port)]
            if not batch:
                return carried
            for sender, sender_port, frame in batch:
                carried.append((sender.name, frame))
                if len(carried) > limit:
                    raise LabError(f"more than {limit} frames on the wire: something loops")
                for hypervisor, port in self.ends:
                    if (hypervisor, port) != (sender, sender_port):
                        hypervisor.inject(port, frame.data)
