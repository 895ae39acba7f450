"""One hypervisor with Open vSwitch's dummy devices, whose slow path and flow cache can be read.

Ten local ports, five of the same network on other chassis, and machines on the physical network of
which no control plane knows.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import Iterator

from lab import DummyHypervisor, Lab, Stack

from . import network

LOCAL = network.stations("vm", 1, 10)
ELSEWHERE = network.stations("elsewhere", 101, 5)
OUTSIDE = network.stations("outside", 201, 5)
PORTS = LOCAL + ELSEWHERE
NIC = "eth1"


def lab_name(stack: str, kind: str) -> str:
    """A name that labs of other processes don't have."""
    return f"bench-{kind}-{stack}-{os.getpid()}"


class Scene:
    """The network on one chassis: open to everything at first, secured by secure()."""

    def __init__(self, lab: Lab):
        self.lab = lab
        node = lab.hypervisor("hv1")
        assert isinstance(node, DummyHypervisor)
        self.hypervisor = node

    def open(self) -> None:
        """Makes the network and its ports; returns when they are up."""
        central = self.lab.central
        central.nb_batch(network.network_commands(self.lab.stack, PORTS))
        self.hypervisor.add_vifs({port.name: port.name for port in LOCAL})
        central.wait_port_up(*(port.name for port in LOCAL))
        central.sync()

    def secure(self) -> None:
        """Adds port security and the default security group; returns when they are in force."""
        self.lab.central.nb_batch(network.security_commands(PORTS))
        self.lab.central.sync()

    @property
    def uplink(self) -> str:
        """br-int's end of the patch to the provider bridge."""
        ends = [name for name in self.hypervisor.ports("br-int") if name.startswith("patch-")]
        if len(ends) != 1:
            raise RuntimeError(f"br-int of hv1 has the patch ports {ends}; one was expected")
        return ends[0]


@contextmanager
def scene(stack: str) -> Iterator[Scene]:
    """A scene with an open network, taken down at the end."""
    with Lab.up(hypervisors=1, mode="dummy", stack=Stack.named(stack),
                name=lab_name(stack, "dummy")) as lab:
        made = Scene(lab)
        made.open()
        yield made
