"""Two hypervisors in network namespaces, with VMs of one security group, and what loads them.

    hv1: client, near          hv2: far
         br-int -- br-eth1 -- eth1 ... top-of-rack switch ... eth1 -- br-eth1 -- br-int

Open vSwitch's userspace datapath forwards: on each hypervisor one thread of ovs-vswitchd, and one
more for the top-of-rack switch. It tracks connections in the zones of both VMs.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

from lab import Lab, Machine, Stack, wait_reach

from . import network
from .scene import lab_name

PYTHON = "/usr/bin/python3"
TCP_LOAD = str(Path(__file__).with_name("tcp_load.py"))
UDP_LOAD = str(Path(__file__).with_name("udp_load.py"))
TCP_PORT = UDP_PORT = 7000
CLIENT, NEAR, FAR = (network.station(name, number + 1)
                     for number, name in enumerate(("client", "near", "far")))
PLUGGED = {CLIENT: "hv1", NEAR: "hv1", FAR: "hv2"}
# Enough connections at once that the switch never waits for a client's turn.
WORKERS = 8
GRACE = 30.0  # seconds a load may take beyond its time


class Campus:
    """A lab with both servers running on `near` and `far`; a context manager that ends it all."""

    def __init__(self, stack: str):
        self._ends = ExitStack()
        self.lab = self._ends.enter_context(
            Lab.up(hypervisors=2, stack=Stack.named(stack), name=lab_name(stack, "netns"),
                   underlay=False))
        try:
            self._plug()
            for server in (NEAR, FAR):
                self._serve(self.lab.vm(server.name), TCP_LOAD, TCP_PORT)
                self._serve(self.lab.vm(server.name), UDP_LOAD, UDP_PORT)
        except BaseException:
            self._ends.close()
            raise

    def __enter__(self) -> Campus:
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def connections(self, server: network.Station, seconds: float) -> int:
        """How many TCP connections from the client to `server` were whole within the time."""
        return self._load(TCP_LOAD, server, TCP_PORT, seconds, str(WORKERS))

    def datagrams(self, server: network.Station, seconds: float) -> int:
        """How many small UDP datagrams from the client `server` got within the time."""
        return self._load(UDP_LOAD, server, UDP_PORT, seconds)

    def switch_seconds(self) -> float:
        """The processor time that the hypervisors' ovs-vswitchd have used so far."""
        return sum(processor_seconds(hypervisor.vswitchd.pid)
                   for hypervisor in self.lab.hypervisors.values())

    def _load(self, script: str, server: network.Station, port: int, seconds: float,
              *options: str) -> int:
        self._forget()
        return int(self._client.run(PYTHON, script, "client", server.ipv4, str(port), str(seconds),
                                    *options, timeout=seconds + GRACE))

    def _forget(self) -> None:
        """Each load finds empty caches: neither the connections of the one before (tcp_load takes
        the same ports every time), nor its datapath flows, between whose masks a lookup would
        search. ovs-vswitchd's own thread, unlike a PMD thread, doesn't sort them by use."""
        for hypervisor in self.lab.hypervisors.values():
            hypervisor.appctl("revalidator/purge")
            hypervisor.appctl("dpctl/flush-conntrack")

    @property
    def _client(self) -> Machine:
        return self.lab.vm(CLIENT.name)

    def _plug(self) -> None:
        central = self.lab.central
        central.nb_batch(network.network_commands(self.lab.stack, list(PLUGGED)))
        central.nb_batch(network.security_commands(list(PLUGGED)))
        for station, hypervisor in PLUGGED.items():
            self.lab.add_vm(station.name, hypervisor, mac=station.mac, ips=[f"{station.ipv4}/24"])
        central.wait_port_up(*(station.name for station in PLUGGED))
        central.sync()
        for server in (NEAR, FAR):
            wait_reach(self._client, server.ipv4)

    def _serve(self, machine: Machine, script: str, port: int) -> None:
        process = machine.popen(PYTHON, script, "server", machine.ip(), str(port),
                                stdout=subprocess.PIPE, text=True)
        self._ends.callback(end, process)
        assert process.stdout
        if process.stdout.readline() != "listening\n":
            raise RuntimeError(f"{Path(script).name} on {machine.name} did not start")


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()


def processor_seconds(pid: int) -> float:
    """User and system time of a process and its threads, in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
