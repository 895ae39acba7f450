"""A whole lab: central node, hypervisors, top-of-rack switch and machines, under one name."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Mapping, Sequence

from .capture import Capture
from .central import Central
from .dummy import DummyHypervisor
from .errors import LabError
from .hypervisor import Hypervisor, NetnsHypervisor
from .machine import VM, Machine, PlainMachine, default_mac
from .netns import Namespace
from .process import Daemon, Identity
from .stack import Stack
from .state import MAX_DIR, STATE_FILE, HypervisorState, LabState, MachineState
from .tor import TopOfRack

DEFAULT_NAME = "lab"
ROOT = Path("/run/mooring-lab")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
# At the top-of-rack switch an interface is named after it and its NIC, "-eth1", in 15 characters.
MAX_HYPERVISOR_NAME = 10
RESERVED = ("tor", "central")


def default_dir(name: str) -> Path:
    """Where a lab of that name keeps its files, unless MOORING_LAB_DIR says otherwise."""
    return Path(os.environ.get("MOORING_LAB_DIR", ROOT / name))


class Lab:
    """Made by Lab.up() or found by Lab.load(); a context manager that takes it down at its end."""

    def __init__(self, directory: Path, state: LabState):
        """For up() and load(): the objects of `state`, none of them started."""
        self.dir = directory
        self.state = state
        self.name = state.name
        self.stack = Stack.from_json(state.stack)
        self.central = Central(directory / "central", self.stack, tcp=state.tcp)
        self.tor: TopOfRack | None = None
        if state.mode == "netns":
            self.tor = TopOfRack(directory / "tor", self._namespace("tor"),
                                 state.physical_networks, underlay=state.underlay)
        self.hypervisors: dict[str, Hypervisor] = {}
        self.machines: dict[str, Machine] = {}
        for hypervisor in state.hypervisors:
            self.hypervisors[hypervisor.name] = self._make_hypervisor(hypervisor)
        for machine in state.machines:
            self.machines[machine.name] = self._make_machine(machine)

    # --- the lab's life ---

    @classmethod
    def up(
        cls,
        *,
        hypervisors: int | Sequence[str] = 2,
        name: str = DEFAULT_NAME,
        directory: Path | None = None,
        stack: Stack | None = None,
        mode: str = "netns",
        physical_networks: Sequence[str] = ("physnet1",),
        underlay: bool = True,
        tcp: bool = False,
        controllers: bool = True,
        mapped: bool = True,
    ) -> Lab:
        """Starts a lab; whatever fails, nothing of it is left behind.

        `hypervisors`: their number (hv1, hv2, ...) or names. `mode`: "netns" for hypervisors in
        namespaces, "dummy" for those with dummy devices. Without `controllers` the hypervisors'
        controllers are left for the test to start; without `mapped` no physical network is mapped
        to its bridge. The environment's MOORING_LAB_DIR is where the files go, by default
        /run/mooring-lab/NAME.
        """
        if os.geteuid() != 0:
            raise LabError("the lab makes network namespaces, for which it must be root: use sudo")
        stack = stack or Stack.mooring()
        stack.check()
        _check_name(name)
        directory = (directory or default_dir(name)).absolute()
        if len(str(directory)) > MAX_DIR:
            raise LabError(f"{directory} is too long for the sockets in it; at most {MAX_DIR} "
                           f"characters, set MOORING_LAB_DIR or --dir")
        if (directory / STATE_FILE).exists():
            raise LabError(f"there is a lab in {directory} already: `lab down` ends it, --name or "
                           f"--dir makes another beside it")
        directory.mkdir(parents=True, exist_ok=True)
        state = LabState(name, stack.to_json(), mode, list(physical_networks),
                         underlay and mode == "netns", tcp)
        lab = cls(directory, state)
        state.write(directory)
        try:
            lab.central.start()
            if lab.tor:
                lab.tor.namespace.create(ipv6=False)
                lab.tor.start()
            if isinstance(hypervisors, int):
                hypervisors = [f"hv{number + 1}" for number in range(hypervisors)]
            for hypervisor in hypervisors:
                lab.add_hypervisor(hypervisor, controller=controllers, mapped=mapped)
            if controllers:
                for node in lab.hypervisors.values():
                    node.wait_registered()
        except BaseException:
            lab.down(quietly=True)
            raise
        return lab

    @classmethod
    def load(cls, name: str = DEFAULT_NAME, directory: Path | None = None) -> Lab:
        """The lab that an earlier command started."""
        directory = (directory or default_dir(name)).absolute()
        return cls(directory, LabState.read(directory))

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_: object) -> None:
        self.down()

    def down(self, *, quietly: bool = False) -> None:
        """Ends everything the lab started, and removes its files. It goes on after an error, and
        raises the first at the end unless `quietly`."""
        errors: list[Exception] = []

        def attempt(action) -> None:
            try:
                action()
            except Exception as error:  # each part is ended whatever happens to the others
                errors.append(error)

        # By the records and not by `daemons`: a test may have started more. An orderly end is a
        # test's business, SIGKILL is quick.
        for path in sorted(self.dir.glob("*/*.identity")):
            attempt(Identity.read(path).kill)
        for machine in self.machines.values():
            attempt(machine.delete)
        for node in [*self.hypervisors.values(), *([self.tor] if self.tor else [])]:
            if node.namespace:
                attempt(node.namespace.delete)
        if not errors:
            shutil.rmtree(self.dir, ignore_errors=True)
        if errors and not quietly:
            raise errors[0]

    # --- its parts ---

    @property
    def daemons(self) -> list[Daemon]:
        """All daemons, the central ones first."""
        found = list(self.central.daemons)
        for node in [*([self.tor] if self.tor else []), *self.hypervisors.values()]:
            found += node.daemons
        return found

    def hypervisor(self, name: str) -> Hypervisor:
        return _pick(self.hypervisors, name, "hypervisor")

    def machine(self, name: str) -> Machine:
        return _pick(self.machines, name, "machine")

    def vm(self, name: str) -> VM:
        machine = self.machine(name)
        if not isinstance(machine, VM):
            raise LabError(f"{name} is a plain machine, not a VM")
        return machine

    def add_hypervisor(self, name: str, *, controller: bool = True,
                       mapped: bool = True) -> Hypervisor:
        """Adds a hypervisor and starts it; returns without waiting for its chassis to register."""
        _check_name(name)
        if len(name) > MAX_HYPERVISOR_NAME:
            raise LabError(f"a hypervisor's name has at most {MAX_HYPERVISOR_NAME} characters, "
                           f"{name} has {len(name)}")
        self._check_free(name)
        number = len(self.state.hypervisors) + 1
        state = HypervisorState(name, f"192.0.2.{number}")
        hypervisor = self._make_hypervisor(state)
        self.hypervisors[name] = hypervisor
        self.state.hypervisors.append(state)
        self.state.write(self.dir)
        if isinstance(hypervisor, NetnsHypervisor):
            assert self.tor
            hypervisor.namespace.create(ipv6=False)
            self.tor.connect(hypervisor)
        hypervisor.start(controller=controller, mapped=mapped)
        return hypervisor

    def add_vm(self, name: str, hypervisor: str, port: str | None = None, *,
               mac: str | None = None, ips: Sequence[str] = (), plug: bool = True) -> VM:
        """Starts a VM, plugged in as the logical port `port` (by default its own name).

        Without `plug` its interface is in the hypervisor, named as vm.vif says, but on no bridge.
        """
        vm = self._add_machine(MachineState(name, mac or default_mac(name), list(ips),
                                            hypervisor=hypervisor, port=port or name))
        assert isinstance(vm, VM)
        if plug:
            vm.plug()
        return vm

    def add_plain(self, name: str, *, tag: int | None = None, trunk: bool = False,
                  mac: str | None = None, ips: Sequence[str] = (),
                  physical_network: str | None = None) -> PlainMachine:
        """Starts a plain machine on an access port of the VLAN `tag`, an untagged one without it,
        or a trunk port."""
        plain = self._add_machine(MachineState(name, mac or default_mac(name), list(ips), tag=tag,
                                               trunk=trunk, physical_network=physical_network))
        assert isinstance(plain, PlainMachine)
        return plain

    def del_machine(self, name: str) -> None:
        self.machine(name).delete()
        del self.machines[name]
        self.state.machines = [m for m in self.state.machines if m.name != name]
        self.state.write(self.dir)

    def move_vm(self, name: str, hypervisor: str) -> None:
        """Takes a VM to another hypervisor, while it runs."""
        vm, target = self.vm(name), self._netns_hypervisor(hypervisor)
        if vm.hypervisor is target:
            raise LabError(f"{name} is on {hypervisor} already")
        vm.move(target)
        for state in self.state.machines:
            if state.name == name:
                state.hypervisor = hypervisor
        self.state.write(self.dir)

    def capture(self, node: str, interface: str | None = None) -> Capture:
        """A capture on a hypervisor (by default its NIC on the first physical network) or "tor"."""
        if node == "tor":
            if self.tor is None or interface is None:
                raise LabError("which trunk of tor? One of " + ", ".join(
                    TopOfRack.trunk(name) for name in self.hypervisors))
            return Capture(self.tor.namespace, interface)
        hypervisor = self._netns_hypervisor(node)
        return Capture(hypervisor.namespace, interface or hypervisor.nic())

    def nb(self, *args: str) -> str:
        """`mooring ARGS...` (or ovn-nbctl) on the northbound database."""
        return self.central.nb_ctl(*args)

    # --- when something is wrong ---

    def problems(self) -> list[str]:
        """What no healthy lab has: daemons that died, and reports of sanitizers."""
        found = [f"{daemon.name} in {daemon.rundir} died" for daemon in self.daemons if daemon.died]
        for daemon in self.daemons:
            found += daemon.sanitizer_reports()
        return found

    def dump(self) -> str:
        """The state of all nodes and the ends of all logs."""
        parts = [f"--- {d.name}: {d.describe()}\n{d.log_tail(30)}" for d in self.central.daemons]
        for node in [*self.hypervisors.values(), *([self.tor] if self.tor else [])]:
            try:
                parts.append(node.dump())
            except LabError as error:
                parts.append(f"{node.name}: no dump: {error}")
        return "\n".join(parts)

    # --- inside ---

    def _namespace(self, node: str) -> Namespace:
        return Namespace(f"{self.name}-{node}")

    def _netns_hypervisor(self, name: str) -> NetnsHypervisor:
        hypervisor = self.hypervisor(name)
        if not isinstance(hypervisor, NetnsHypervisor):
            raise LabError(f"{name} has dummy devices: no machine and no capture can be there; "
                           f"see its inject() and sent()")
        return hypervisor

    def _make_hypervisor(self, state: HypervisorState) -> Hypervisor:
        rundir = self.dir / state.name
        if self.state.mode == "dummy":
            return DummyHypervisor(state.name, rundir, self.central, state.encap_ip,
                                   self.state.physical_networks)
        return NetnsHypervisor(state.name, rundir, self.central, state.encap_ip,
                               self._namespace(state.name), self.state.physical_networks,
                               underlay=self.state.underlay)

    def _make_machine(self, state: MachineState) -> Machine:
        namespace = self._namespace(state.name)
        if state.hypervisor is not None:
            assert state.port is not None
            return VM(state.name, namespace, self._netns_hypervisor(state.hypervisor), state.port,
                      state.mac, state.ips)
        if self.tor is None:
            raise LabError("a lab of dummy devices has no machines; see inject() and sent()")
        return PlainMachine(state.name, namespace, self.tor, state.mac, state.ips, tag=state.tag,
                            trunk=state.trunk, physical_network=state.physical_network)

    def _add_machine(self, state: MachineState) -> Machine:
        _check_name(state.name)
        self._check_free(state.name)
        machine = self._make_machine(state)
        # Registered before it is started, so that down() finds what an interrupted start leaves.
        self.machines[state.name] = machine
        self.state.machines.append(state)
        self.state.write(self.dir)
        try:
            machine.start()
        except BaseException:
            self.del_machine(state.name)
            raise
        return machine

    def _check_free(self, name: str) -> None:
        if name in RESERVED or name in self.hypervisors or name in self.machines:
            raise LabError(f"there is a {name} in this lab already")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise LabError(f"{name!r} is no good name: a letter, then letters, digits, _ . or -")


def _pick(things: Mapping, name: str, kind: str):
    if name not in things:
        there = ", ".join(sorted(things)) or "none yet"
        raise LabError(f"there is no {kind} {name}; there are: {there}")
    return things[name]
