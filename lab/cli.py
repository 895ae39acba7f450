"""The command `lab`: a lab by hand."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Callable, Iterator, NoReturn, Sequence

from .errors import LabError
from .process import Daemon
from .stack import Stack
from .switch_node import SwitchNode
from .terminal import Terminal
from .topology import DEFAULT_NAME, ROOT, Lab, default_dir

DESCRIPTION = """\
Provider networks in miniature: hypervisors, a top-of-rack switch and machines in network
namespaces of this machine, under a real control plane."""

EXAMPLES = """\
example:
  lab up --hypervisors 2
  lab nb ps-add vlan101 physnet1 101
  lab nb lsp-add vlan101 a1
  lab nb lsp-set-addresses a1 "02:00:00:00:00:01 10.101.0.1 fd00:101::1"
  lab vm add a1 --hypervisor hv1 --port a1 --mac 02:00:00:00:00:01 \\
      --ip 10.101.0.1/24 --ip fd00:101::1/64
  lab plain add p1 --tag 101 --ip 10.101.0.9/24
  lab exec a1 ping -c1 10.101.0.9
  lab exec hv1 ovs-ofctl dump-flows br-int
  lab capture hv1
  lab down"""


RAW = ("exec", "nb", "capture")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit status."""
    arguments = _parse(sys.argv[1:] if argv is None else argv)
    try:
        return arguments.run(arguments) or 0
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="lab", description=DESCRIPTION, epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default=os.environ.get("MOORING_LAB_NAME", DEFAULT_NAME),
                        help="which lab, where there are several (MOORING_LAB_NAME; %(default)s)")
    parser.add_argument("--dir", type=Path,
                        help=f"where its files are (MOORING_LAB_DIR; {ROOT}/NAME)")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    up = commands.add_parser("up", help="start a lab")
    up.add_argument("--hypervisors", type=int, default=2, metavar="N")
    up.add_argument("--stack", choices=["mooring", "ovn"], default="mooring",
                    help="the control plane to run (%(default)s)")
    up.add_argument("--physical-network", action="append", metavar="NAME",
                    help="a physical network; each gives every hypervisor a NIC (physnet1)")
    up.add_argument("--dummy", action="store_true",
                    help="dummy devices instead of namespaces: quicker, frames by hand")
    up.add_argument("--no-underlay", action="store_true", help="no NICs for tunnels")
    up.add_argument("--tcp", action="store_true",
                    help="the central databases also listen on loopback ports")
    up.set_defaults(run=_up)

    commands.add_parser("down", help="end a lab and all that it started").set_defaults(run=_down)
    commands.add_parser("status", help="what the lab consists of, and what runs").set_defaults(
        run=_status)
    commands.add_parser("dump", help="everything to look for a failure in").set_defaults(run=_dump)

    vm = commands.add_parser("vm", help="VMs on the hypervisors").add_subparsers(
        metavar="ACTION", required=True)
    add = vm.add_parser("add", help="start a VM and plug it into br-int")
    add.add_argument("machine", metavar="NAME")
    add.add_argument("--hypervisor", required=True, metavar="HV")
    add.add_argument("--port", help="the logical port (external_ids:iface-id); NAME")
    _add_addresses(add)
    add.set_defaults(run=_vm_add)
    move = vm.add_parser("move", help="take a running VM to another hypervisor")
    move.add_argument("machine", metavar="NAME")
    move.add_argument("--hypervisor", required=True, metavar="HV")
    move.set_defaults(run=_vm_move)
    _add_deletion(vm)

    plain = commands.add_parser("plain", help="machines on the top-of-rack switch").add_subparsers(
        metavar="ACTION", required=True)
    add = plain.add_parser("add", help="start a machine on an access port")
    add.add_argument("machine", metavar="NAME")
    port = add.add_mutually_exclusive_group()
    port.add_argument("--tag", type=int, help="the port's VLAN; untagged without it")
    port.add_argument("--trunk", action="store_true", help="a trunk port, which carries all")
    add.add_argument("--physical-network", metavar="NAME", help="where; the first")
    _add_addresses(add)
    add.set_defaults(run=_plain_add)
    _add_deletion(plain)

    hypervisor = commands.add_parser("hypervisor", help="hypervisors").add_subparsers(
        metavar="ACTION", required=True)
    add = hypervisor.add_parser("add", help="start one more")
    add.add_argument("hypervisor", metavar="NAME")
    add.set_defaults(run=_hypervisor_add)

    daemon = commands.add_parser("daemon", help="start, stop or kill one daemon")
    daemon.add_argument("action", choices=["start", "stop", "restart", "kill9"])
    daemon.add_argument("node", help="central, tor or a hypervisor")
    daemon.add_argument("daemon", help="its name, as `lab status` shows it")
    daemon.set_defaults(run=_daemon)

    for name, run, usage, text in (
        ("exec", _exec, "NAME [CMD...]", "run a command (a shell without one) on a machine, a "
         "hypervisor, tor, or with central's environment"),
        ("nb", _nb, "ARG...", "run `mooring` on the northbound database"),
        ("capture", _capture, "NAME [IF] [TCPDUMP-ARG...]", "tcpdump on a machine, a hypervisor's "
         "NIC or tor"),
    ):
        raw = commands.add_parser(name, help=text, usage=f"lab {name} {usage}", add_help=False)
        raw.set_defaults(run=run)
    return parser


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    """The parsed arguments; what follows exec, nb or capture is `rest`, word for word: none of it
    is the lab's own option, whatever it looks like."""
    position = 0
    while position < len(argv) and argv[position].startswith("-"):
        position += 1 if "=" in argv[position] or argv[position] in ("-h", "--help") else 2
    arguments = _parser().parse_args(
        argv[:position + 1] if argv[position:position + 1] and argv[position] in RAW else argv)
    arguments.rest = list(argv[position + 1:])
    return arguments


def _take_node(arguments: argparse.Namespace) -> str:
    if not arguments.rest:
        raise LabError("which node? `lab status` lists the machines and hypervisors")
    return arguments.rest.pop(0)


def _add_addresses(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mac", help="made from the name without it")
    parser.add_argument("--ip", action="append", default=[], metavar="IP/LEN",
                        help="an IPv4 or IPv6 address with its prefix length; several are allowed")


def _add_deletion(actions) -> None:
    delete = actions.add_parser("del", help="end it")
    delete.add_argument("machine", metavar="NAME")
    delete.set_defaults(run=_machine_del)


@contextmanager
def _changing(arguments: argparse.Namespace) -> Iterator[Lab]:
    """The lab, for a command that changes it: one at a time."""
    directory = arguments.dir or default_dir(arguments.name)
    if not directory.is_dir():
        raise LabError(f"there is no lab in {directory}: `lab up` makes one")
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield _lab(arguments)


def _lab(arguments: argparse.Namespace) -> Lab:
    return Lab.load(arguments.name, arguments.dir)


def _up(arguments: argparse.Namespace) -> None:
    lab = Lab.up(
        hypervisors=arguments.hypervisors, name=arguments.name, directory=arguments.dir,
        stack=Stack.named(arguments.stack), mode="dummy" if arguments.dummy else "netns",
        physical_networks=arguments.physical_network or ["physnet1"],
        underlay=not arguments.no_underlay, tcp=arguments.tcp)
    _print_status(lab)


def _down(arguments: argparse.Namespace) -> None:
    with _changing(arguments) as lab:
        lab.down()


def _status(arguments: argparse.Namespace) -> int:
    return _print_status(_lab(arguments))


def _print_status(lab: Lab) -> int:
    terminal = Terminal()
    terminal.write(f"{lab.name}: stack {lab.stack.name}, {lab.state.mode}, files in {lab.dir}")
    terminal.write(f"northbound {lab.central.nb.remote}")
    terminal.title("Daemons")
    rows = [["central", d.name, d.describe(), str(d.log_path)] for d in lab.central.daemons]
    for node in _nodes(lab):
        rows += [[node.name, d.name, d.describe(), str(d.log_path)] for d in node.daemons]
    terminal.table(["node", "daemon", "state", "log"], rows)
    if lab.state.machines:
        terminal.title("Machines")
        terminal.table(
            ["name", "on", "port", "mac", "addresses"],
            [[m.name, m.hypervisor or "tor",
              m.port or ("trunk" if m.trunk else f"VLAN {m.tag}" if m.tag else "untagged"),
              m.mac, " ".join(m.ips)] for m in lab.state.machines])
    problems = lab.problems()
    for problem in problems:
        terminal.write(problem, "red")
    return 1 if problems else 0


def _dump(arguments: argparse.Namespace) -> None:
    print(_lab(arguments).dump())


def _vm_add(arguments: argparse.Namespace) -> None:
    with _changing(arguments) as lab:
        lab.add_vm(arguments.machine, arguments.hypervisor, arguments.port, mac=arguments.mac,
                   ips=arguments.ip)


def _vm_move(arguments: argparse.Namespace) -> None:
    with _changing(arguments) as lab:
        lab.move_vm(arguments.machine, arguments.hypervisor)


def _plain_add(arguments: argparse.Namespace) -> None:
    with _changing(arguments) as lab:
        lab.add_plain(arguments.machine, tag=arguments.tag, trunk=arguments.trunk,
                      mac=arguments.mac, ips=arguments.ip,
                      physical_network=arguments.physical_network)


def _machine_del(arguments: argparse.Namespace) -> None:
    with _changing(arguments) as lab:
        lab.del_machine(arguments.machine)


def _hypervisor_add(arguments: argparse.Namespace) -> None:
    with _changing(arguments) as lab:
        lab.add_hypervisor(arguments.hypervisor).wait_registered()


def _daemon(arguments: argparse.Namespace) -> None:
    with _changing(arguments) as lab:
        nodes: dict[str, Sequence[Daemon]] = {"central": lab.central.daemons}
        nodes |= {node.name: node.daemons for node in _nodes(lab)}
        if arguments.node not in nodes:
            raise LabError(f"there is no node {arguments.node}; there are {', '.join(nodes)}")
        daemons = {daemon.name: daemon for daemon in nodes[arguments.node]}
        if arguments.daemon not in daemons:
            raise LabError(f"{arguments.node} has no daemon {arguments.daemon}; it has "
                           + ", ".join(daemons))
        action: Callable[[], None] = getattr(daemons[arguments.daemon], arguments.action)
        action()


def _exec(arguments: argparse.Namespace) -> NoReturn:
    name = _take_node(arguments)
    lab = _lab(arguments)
    command = arguments.rest or [os.environ.get("SHELL", "/bin/sh")]
    if name == "central":
        _become(command, lab.central.env)
    for node in _nodes(lab):
        if node.name == name:
            argv = node.namespace.enter(command) if node.namespace else command
            _become(argv, node.shell_env)
    _become(lab.machine(name).namespace.enter(command), {})


def _nb(arguments: argparse.Namespace) -> NoReturn:
    central = _lab(arguments).central
    _become(central.nb_argv(*arguments.rest), central.env)


def _capture(arguments: argparse.Namespace) -> NoReturn:
    name = _take_node(arguments)
    lab = _lab(arguments)
    extra = list(arguments.rest)
    given = extra.pop(0) if extra and not extra[0].startswith("-") else None
    if name == "tor" and lab.tor:
        namespace, default = lab.tor.namespace, "any"
    elif name in lab.machines:
        namespace, default = lab.machine(name).namespace, "eth0"
    else:
        node = lab.hypervisor(name)
        if node.namespace is None:
            raise LabError(f"{node.name} has dummy devices; its frames are in *.pcap files in "
                           f"{node.rundir}")
        namespace, default = node.namespace, "eth1"
    _become(namespace.enter(["tcpdump", "-e", "-n", "-l", "-i", given or default, *extra]), {})


def _nodes(lab: Lab) -> list[SwitchNode]:
    return [*([lab.tor] if lab.tor else []), *lab.hypervisors.values()]


def _become(argv: Sequence[str], env: dict[str, str]) -> NoReturn:
    sys.stdout.flush()
    try:
        os.execvpe(argv[0], list(argv), {**os.environ, **env})
    except FileNotFoundError as error:
        raise LabError(f"no program {argv[0]}") from error
