"""The demo: two hypervisors, three provider networks on one physical network, nine machines.

It shows the commands that an operator gives, who then reaches whom, and what the wire carried. Its
exit status says whether all of it was as it should be.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Sequence

from .capture import Capture
from .errors import LabError
from .frame import Frame
from .hypervisor import NetnsHypervisor
from .machine import Machine
from .probe import reach_all
from .process import run
from .stack import Stack
from .terminal import Terminal
from .topology import Lab

PHYSICAL_NETWORK = "physnet1"
# How many wrong answers are told one by one.
LISTED = 10
PICTURE = r"""
    hv1                                   hv2
   +-------------------------+           +-------------------------+
   |   f1      a1      b1    |           |   f2      a2      b2    |   VMs
   |    |       |       |    |           |    |       |       |    |
   | [-------- br-int -----] |           | [-------- br-int -----] |
   |            |            |           |            |            |
   | [------- br-eth1 -----] |           | [------- br-eth1 -----] |
   +------------|------------+           +------------|------------+
                | eth1                                | eth1
                |    trunk: untagged, VLANs 101, 102  |
   [============+====== top-of-rack switch ===========+============]
        |                       |                       |
        | untagged              | VLAN 101              | VLAN 102
        pf                      pa                      pb             plain machines
"""


@dataclass(frozen=True)
class Network:
    """A provider network of the demo, with two VMs, one on each hypervisor, and a plain machine."""

    name: str
    tag: int | None
    letter: str

    @property
    def vms(self) -> list[str]:
        return [f"{self.letter}1", f"{self.letter}2"]

    @property
    def plain(self) -> str:
        return f"p{self.letter}"

    @property
    def machines(self) -> list[str]:
        return [*self.vms, self.plain]

    def number(self, machine: str) -> int:
        return 9 if machine == self.plain else int(machine[-1])

    def mac(self, machine: str) -> str:
        tag = self.tag or 0
        return f"02:00:00:{tag // 100:02}:{tag % 100:02}:{self.number(machine):02}"

    def ips(self, machine: str) -> list[str]:
        """With prefixes that put all machines of all networks into one subnet: it is the networks
        that keep them apart, and not a missing route."""
        number, tag = self.number(machine), self.tag or 0
        ipv6 = f"fd00:{tag}::{number}" if tag else f"fd00::{number}"
        return [f"10.{tag}.0.{number}/8", f"{ipv6}/16"]


NETWORKS = [Network("flat", None, "f"), Network("vlan101", 101, "a"), Network("vlan102", 102, "b")]


def network_of(machine: str) -> Network:
    return next(network for network in NETWORKS if machine in network.machines)


class Demo:
    """One run of the demo in a lab of its own."""

    def __init__(self, lab: Lab, terminal: Terminal):
        self.lab = lab
        self.out = terminal

    def run(self) -> bool:
        """Everything after the lab has come up; whether all was as expected."""
        self.add_machines()
        self.configure()
        captures = {f"{name} {node.nic()}": self.lab.capture(name)
                    for name, node in self._hypervisors().items()}
        tunnels = {name: self.lab.capture(name, node.UNDERLAY_NIC)
                   for name, node in self._hypervisors().items()}
        try:
            reached = self.show_matrix()
            carried = self.show_trunk(captures, tunnels)
        finally:
            for capture in [*captures.values(), *tunnels.values()]:
                capture.stop()
        return reached and carried

    def add_machines(self) -> None:
        for network in NETWORKS:
            for vm, hypervisor in zip(network.vms, self.lab.hypervisors):
                self.lab.add_vm(vm, hypervisor, mac=network.mac(vm), ips=network.ips(vm),
                                plug=False)
            self.lab.add_plain(network.plain, tag=network.tag, mac=network.mac(network.plain),
                               ips=network.ips(network.plain))

    def configure(self) -> None:
        """Gives the commands, as an operator would."""
        tool = self.lab.stack.nbctl
        self.out.title("The networks and their ports (on the central node)")
        self.out.write(f"  $ export OVN_NB_DB={self.lab.central.nb.remote}")
        for network in NETWORKS:
            self._central(self.lab.stack.network_commands(network.name, PHYSICAL_NETWORK,
                                                          network.tag))
        for network in NETWORKS:
            for vm in network.vms:
                addresses = " ".join([network.mac(vm),
                                      *(ip.split("/")[0] for ip in network.ips(vm))])
                self._central(self.lab.stack.port_commands(network.name, vm, [addresses]))
        for number, name in enumerate(self.lab.hypervisors):
            self.out.title(f"The VMs (on {name})")
            bridge = self._hypervisors()[name].provider_bridge()
            self._command(name, "ovs-vsctl set Open_vSwitch . external_ids:ovn-bridge-mappings="
                                f"{PHYSICAL_NETWORK}:{bridge}")
            for vm in (network.vms[number] for network in NETWORKS):
                self._command(name, f"ovs-vsctl add-port br-int {vm} -- "
                                    f"set Interface {vm} external_ids:iface-id={vm}")
        self.out.title("Until it is done")
        self._command(None, f"{tool} --timeout=30 --wait=hv sync")
        self.lab.central.wait_port_up(*(vm for network in NETWORKS for vm in network.vms))
        self.out.write(self._command(None, f"{tool} show").rstrip())

    def show_matrix(self) -> bool:
        """Who reaches whom: prints expected and found, returns whether they are the same."""
        machines = [self.lab.machine(name) for network in NETWORKS for name in network.machines]
        owner = {machine.ip(version): machine for machine in machines for version in (4, 6)}

        def expected(source: Machine, ip: str) -> bool:
            return network_of(source.name) is network_of(owner[ip].name)

        pairs = [(source, ip) for source in machines for ip in owner
                 if owner[ip] is not source]
        found = reach_all(pairs, expected=expected, timeout=15)
        wanted = {(source.name, ip): expected(source, ip) for source, ip in pairs}

        self.out.title("Who reaches whom (ping; 46: IPv4 and IPv6 are answered, . : neither is)")
        names = [machine.name for machine in machines]
        head = "from".ljust(5) + " ".join(name.ljust(2) for name in names)
        self.out.write("  " + "expected".ljust(len(head) + 5) + "found")
        self.out.write("  " + head + "     " + head, "bold")
        for source in machines:
            left, right = source.name.ljust(5), source.name.ljust(5)
            for target in machines:
                want = _cell(source, target, wanted)
                have = _cell(source, target, found)
                left += want.ljust(3)
                right += self.out.style(have.ljust(3), "red" if have != want else
                                        "green" if have != "." else "dim")
            self.out.write(f"  {left}    {right}")
        wrong = [pair for pair in wanted if wanted[pair] != found[pair]]
        for source, ip in wrong[:LISTED]:
            verb = "does not reach" if wanted[source, ip] else "must not reach"
            self.out.write(f"  {source} {verb} {owner[ip].name} ({ip})", "red")
        if len(wrong) > LISTED:
            self.out.write(f"  and {len(wrong) - LISTED} more", "red")
        if not wrong:
            self.out.write(f"  All {len(wanted)} as expected.", "green")
        return not wrong

    def show_trunk(self, captures: dict[str, Capture], tunnels: dict[str, Capture]) -> bool:
        """What was on the wires meanwhile; returns whether it is what should be there."""
        self.out.title("What was seen on the trunks meanwhile (frames)")
        tags: Sequence[int | None] = [network.tag for network in NETWORKS]
        right = True
        rows = []
        strays: list[tuple[str, Frame]] = []
        for name, capture in captures.items():
            frames = capture.stop()
            count = Counter(frame.vid for frame in frames)
            other = sum(count.values()) - sum(count[tag] for tag in tags)
            hypervisor = name.split()[0]
            tunnelled = len(tunnels[hypervisor].stop())
            right = right and all(count[tag] for tag in tags) and not other and not tunnelled
            rows.append([name, *(str(count[tag]) for tag in tags), str(other), str(tunnelled)])
            strays += [(name, frame) for frame in frames if not _in_its_network(frame)]
        self.out.table(
            ["  trunk", *(f"tag {tag}" if tag else "untagged" for tag in tags), "other tags",
             "in tunnels"],
            [["  " + row[0], *row[1:]] for row in rows])
        grouped = Counter((name, frame.src, frame.vid) for name, frame in strays)
        for (name, source, vid), times in grouped.items():
            self.out.write(f"  {times} frames from {source} on {name} with tag {vid}, which is not "
                           f"its network's", "red")
        if right and not strays:
            self.out.write("  Every frame bore its sender's network's tag; none went into a "
                           "tunnel.", "green")
        elif not right:
            self.out.write("  Expected: frames of all three networks, nothing else.", "red")
        return right and not strays

    def _hypervisors(self) -> dict[str, NetnsHypervisor]:
        return {name: node for name, node in self.lab.hypervisors.items()
                if isinstance(node, NetnsHypervisor)}

    def _central(self, commands: Sequence[Sequence[str]]) -> None:
        joined = " -- ".join(" ".join(_quoted(word) for word in command) for command in commands)
        self._command(None, f"{self.lab.stack.nbctl} {joined}")

    def _command(self, hypervisor: str | None, line: str) -> str:
        """Shows a command line, and has a shell run it: on the central node or a hypervisor."""
        self.out.write(f"  $ {line}", "cyan")
        if hypervisor is None:
            return run(["sh", "-c", line], env=self.lab.central.env, timeout=60)
        return self.lab.hypervisor(hypervisor).run("sh", "-c", line, timeout=60)


def _quoted(word: str) -> str:
    # As a person quotes: an address list in double quotes.
    if word and shlex.quote(word) != word and not set(word) & set('"$`\\'):
        return f'"{word}"'
    return shlex.quote(word)


def _cell(source: Machine, target: Machine, answers: dict[tuple[str, str], bool]) -> str:
    if source is target:
        return ""
    text = "".join(str(version) for version in (4, 6) if answers[source.name, target.ip(version)])
    return text or "."


def _in_its_network(frame: Frame) -> bool:
    """Whether a frame bears the tag of the network that its sender, if we know it, is in."""
    for network in NETWORKS:
        if frame.src in [network.mac(machine) for machine in network.machines]:
            return frame.vid == network.tag
    return True


def _explain_play(lab: Lab, out: Terminal) -> None:
    command = f"lab/lab --name {lab.name}"
    out.title("It goes on running. To play:")
    for line, text in (
        (f"{command} status", "what runs where"),
        (f"{command} exec a1 ping 10.101.0.9", "from a VM to the plain machine of VLAN 101"),
        (f"{command} exec pa tcpdump -eni eth0", "what that machine sees"),
        (f"{command} capture hv1", "the trunk of hv1"),
        (f"{command} exec hv1 ovs-ofctl dump-flows br-int", "the flows"),
        (f"{command} vm move a1 --hypervisor hv2", "a VM moves"),
        (f"{command} nb show", f"any command of {lab.stack.nbctl}"),
        (f"{command} down", "the end"),
    ):
        out.write(f"  {line.ljust(52)} # {text}")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the demo; returns its exit status, 0 if everything was as expected."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="leave it running, to play with")
    parser.add_argument("--stack", choices=["mooring", "ovn"], default="mooring",
                        help="the control plane to show (%(default)s)")
    parser.add_argument("--name", default="demo", help="the lab's name (%(default)s)")
    arguments = parser.parse_args(argv)
    out = Terminal()
    begin = time.monotonic()
    # An orderly end takes the lab down, whoever asks for it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        out.write(PICTURE.rstrip("\n"))
        lab = Lab.up(name=arguments.name, stack=Stack.named(arguments.stack),
                     physical_networks=[PHYSICAL_NETWORK], mapped=False)
    except LabError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    good = False
    try:
        good = Demo(lab, out).run()
    except LabError as error:
        out.write(f"\n{error}", "red")
    except KeyboardInterrupt:
        out.write("\ninterrupted", "red")
    finally:
        if not good:
            with tempfile.NamedTemporaryFile("w", prefix="mooring-demo-", suffix=".log",
                                             delete=False) as log:
                log.write(lab.dump())
            out.write(f"\nThe state and the logs of all nodes are in {Path(log.name)}.")
        if arguments.keep:
            _explain_play(lab, out)
        else:
            lab.down()
    seconds = time.monotonic() - begin
    out.write()
    if good:
        out.write(f"The demo succeeded, in {seconds:.0f} s.", "bold", "green")
    else:
        out.write(f"The demo FAILED, after {seconds:.0f} s.", "bold", "red")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
