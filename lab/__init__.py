"""The lab: provider networks in miniature, on one machine, with real Open vSwitch.

    from lab import Lab
    with Lab.up(hypervisors=2) as lab:
        lab.central.add_network("vlan101", "physnet1", 101)
        ...

Its parts are documented where they are: topology.Lab, central.Central, hypervisor.NetnsHypervisor,
dummy.DummyHypervisor, machine.VM, tor.TopOfRack, capture.Capture, probe.
"""

from .capture import Capture
from .central import Central
from .dummy import DummyHypervisor, Wire
from .errors import LabError
from .frame import Frame, Tag
from .hypervisor import Hypervisor, NetnsHypervisor
from .machine import VM, Machine, PlainMachine
from .probe import Pinger, PingReport, reach, reach_all, wait_reach
from .process import Daemon
from .stack import Stack
from .topology import Lab
from .tor import TopOfRack
from .wait import WaitTimeout, wait_until

__all__ = [
    "Capture", "Central", "Daemon", "DummyHypervisor", "Frame", "Hypervisor", "Lab", "LabError",
    "Machine", "NetnsHypervisor", "PingReport", "Pinger", "PlainMachine", "Stack", "Tag",
    "TopOfRack", "VM", "WaitTimeout", "Wire", "reach", "reach_all", "wait_reach", "wait_until",
]
