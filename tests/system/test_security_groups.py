"""Security groups as Neutron's ML2/OVN driver writes them, on real VMs, real TCP and the wire.

Each network, flat and VLAN, has two VMs of the group on hv1, one on hv2, and two machines on the
physical network that no group knows.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
from typing import Iterator

import pytest

from lab import Lab, Machine, wait_until
from support import oracle
from support.campus import Campus

LAB = {"hypervisors": 2}
GROUP = "pg_web"
PATIENCE = 2.0  # seconds; what doesn't arrive by then is taken for dropped
LONG = 20.0  # seconds for what has to arrive, on however busy a machine
HTTP = f"outport == @{GROUP} && ip4 && tcp && tcp.dst == 80"


def acl(owner: str, name: str, direction: str, priority: int, match: str, action: str) -> list:
    return [[f"--id=@{name}", "create", "ACL", f"name={name}", f"direction={direction}",
             f"priority={priority}", f'match="{match}"', f"action={action}"],
            ["add", "Port_Group", owner, "acls", f"@{name}"]]


def neutron_rows(ports: list[str]) -> list[list[str]]:
    """The drop group and the default group, row for row, and a rule for TCP to port 80."""
    member_in, member_out = f"inport == @{GROUP}", f"outport == @{GROUP}"
    rows = [["--id=@drop", "create", "Port_Group", "name=neutron_pg_drop", f"ports={','.join(ports)}"],
            ["--id=@web", "create", "Port_Group", f"name={GROUP}", f"ports={','.join(ports)}"]]
    rows += acl("neutron_pg_drop", "d1", "to-lport", 1001, "outport == @neutron_pg_drop && ip",
                "drop")
    rows += acl("neutron_pg_drop", "d2", "from-lport", 1001, "inport == @neutron_pg_drop && ip",
                "drop")
    for version in ("ip4", "ip6"):
        rows += acl(GROUP, f"out_{version}", "from-lport", 1002, f"{member_in} && {version}",
                    "allow-related")
        rows += acl(GROUP, f"own_{version}", "to-lport", 1002,
                    f"{member_out} && {version} && {version}.src == ${GROUP}_{version}",
                    "allow-related")
    rows += acl(GROUP, "http", "to-lport", 1002, HTTP, "allow-related")
    return rows


@pytest.fixture(scope="module")
def campus(lab: Lab, kind: str) -> Iterator[Campus]:
    made = Campus(lab, kind)
    for name, tag in (("flat", None), ("v101", 101)):
        made.add(name, tag, ["hv1", "hv1", "hv2"], plain=2)
    made.ready()
    nb = lab.central.nb
    ports = [str(nb.row("Logical_Switch_Port", name=lab.vm(vm).port)["_uuid"])
             for segment in made.segments.values() for vm in segment.vms]
    lab.central.nb_batch(neutron_rows(ports))
    lab.central.sync()
    yield made
    made.assert_clean()
    lab.central.nb_batch([["destroy", "Port_Group", GROUP],
                          ["destroy", "Port_Group", "neutron_pg_drop"]])
    made.close()


@pytest.fixture(scope="module", params=["flat", "v101"])
def net(request: pytest.FixtureRequest) -> str:
    return request.param


class Server:
    """A TCP server on a machine that sends back what it gets."""

    def __init__(self, machine: Machine, port: int, version: int = 4):
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        self._socket = machine.socket(family)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        machine.namespace.call(lambda: self._socket.bind((machine.ip(version), port)))
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(peer,), daemon=True).start()

    @staticmethod
    def _echo(peer: socket.socket) -> None:
        with peer:
            try:
                while data := peer.recv(1 << 16):
                    peer.sendall(data)
            except OSError:
                pass

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *error: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def connect(source: Machine, ip: str, port: int, patience: float = LONG) -> socket.socket | None:
    """A connection, or None where nothing answers within `patience` seconds."""
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    client = source.socket(family)
    client.settimeout(patience)
    try:
        source.namespace.call(lambda: client.connect((ip, port)))
        return client
    except (TimeoutError, OSError):
        client.close()
        return None


def refused(source: Machine, ip: str, port: int) -> bool:
    """Whether no connection comes about."""
    client = connect(source, ip, port, PATIENCE)
    if client:
        client.close()
    return client is None


def works(client: socket.socket, patience: float = LONG) -> bool:
    """Whether a connection carries data both ways within `patience` seconds."""
    try:
        client.settimeout(patience)
        client.sendall(b"ping")
        return client.recv(16) == b"ping"
    except (TimeoutError, OSError):
        return False


def change(lab: Lab, commands: list[list[str]]) -> None:
    """Returns when every hypervisor's rules, and what its datapath had cached, are the changed ones."""
    lab.central.nb_batch(commands, wait="hv")
    for hypervisor in lab.hypervisors.values():
        hypervisor.wait_revalidated()


@contextlib.contextmanager
def without_http(lab: Lab) -> Iterator[None]:
    """As long as it lasts no rule opens port 80 to machines outside."""
    http = str(lab.central.nb.row("ACL", name="http")["_uuid"])
    change(lab, [["remove", "Port_Group", GROUP, "acls", http]])
    try:
        yield
    finally:
        change(lab, acl(GROUP, "http", "to-lport", 1002, HTTP, "allow-related"))


def machines(campus: Campus, net: str) -> tuple[Machine, Machine, Machine, Machine]:
    """Two members on hv1, one on hv2, one machine outside."""
    segment = campus.segments[net]
    lab = campus.lab
    return (lab.vm(segment.vms[0]), lab.vm(segment.vms[1]), lab.vm(segment.vms[2]),
            lab.machine(segment.plain[0]))


@pytest.mark.parametrize("version", [4, 6])
def test_members_reach_each_other(campus: Campus, net: str, version: int) -> None:
    """TCP on any port, here and across the wire."""
    one, two, three, _ = machines(campus, net)
    with Server(two, 7, version), Server(three, 7, version):
        for target in (two, three):
            client = connect(one, target.ip(version), 7)
            assert client and works(client), target
            client.close()


@pytest.mark.parametrize("version", [4, 6])
def test_members_reach_out(campus: Campus, net: str, version: int) -> None:
    """And get answers; the other direction is closed, but for what a rule opens."""
    one, _, _, outside = machines(campus, net)
    with Server(outside, 7, version), Server(one, 7, version), Server(one, 80, version):
        client = connect(one, outside.ip(version), 7)
        assert client and works(client)
        client.close()
        assert refused(outside, one.ip(version), 7)
        if version == 6:
            assert refused(outside, one.ip(6), 80)
            return
        client = connect(outside, one.ip(4), 80)
        assert client and works(client)
        client.close()


def test_ping(campus: Campus, net: str) -> None:
    one, two, three, outside = machines(campus, net)
    for version in (4, 6):
        for target in (two, three, outside):
            one.run("ping", "-c1", "-W5", target.ip(version))
        with pytest.raises(Exception):
            outside.run("ping", "-c1", "-W1", one.ip(version))


def test_udp(campus: Campus, net: str) -> None:
    """An answer passes, from the port that was asked; from another it doesn't."""
    one, _, _, outside = machines(campus, net)
    asking, answering, other = (machine.socket(kind=socket.SOCK_DGRAM)
                                for machine in (one, outside, outside))
    try:
        one.namespace.call(lambda: asking.bind((one.ip(), 4000)))
        outside.namespace.call(lambda: answering.bind((outside.ip(), 5300)))
        outside.namespace.call(lambda: other.bind((outside.ip(), 5301)))
        for each in (asking, answering):
            each.settimeout(PATIENCE * 5)
        asking.sendto(b"question", (outside.ip(), 5300))
        assert answering.recv(64) == b"question"
        other.sendto(b"forged", (one.ip(), 4000))
        answering.sendto(b"answer", (one.ip(), 4000))
        assert asking.recv(64) == b"answer"
        asking.settimeout(PATIENCE / 4)
        with pytest.raises(TimeoutError):
            asking.recv(64)
    finally:
        for each in (asking, answering, other):
            each.close()


def test_related_errors_pass(campus: Campus, net: str) -> None:
    """A port unreachable comes back to who asked, though no rule names ICMP."""
    one, _, _, outside = machines(campus, net)
    client = one.socket(kind=socket.SOCK_DGRAM)
    client.settimeout(PATIENCE * 5)
    one.namespace.call(lambda: client.connect((outside.ip(), 9)))
    client.send(b"anyone?")
    with pytest.raises(ConnectionRefusedError):
        client.recv(64)
    client.close()


def test_a_rule_that_goes_cuts_its_connections(campus: Campus, net: str) -> None:
    """Established connections of other rules go on; with the rule back, its own do too."""
    one, _, _, outside = machines(campus, net)
    with Server(one, 80), Server(outside, 7):
        theirs, ours = connect(outside, one.ip(), 80), connect(one, outside.ip(), 7)
        assert theirs and ours and works(theirs) and works(ours)
        with without_http(campus.lab):
            assert not works(theirs, PATIENCE)
            assert works(ours)
            assert refused(outside, one.ip(), 80)
        fresh = connect(outside, one.ip(), 80)
        assert fresh and works(fresh)
        for each in (theirs, ours, fresh):
            each.close()


@pytest.mark.parametrize("daemon", ["controller", "northd", "sb"])
def test_established_traffic_survives(campus: Campus, net: str, daemon: str) -> None:
    """A kill and a restart of what isn't the switch; and what was closed stays closed."""
    one, _, _, outside = machines(campus, net)
    central, hypervisor = campus.lab.central, campus.lab.hypervisor("hv1")
    victim = {"controller": hypervisor.controller, "northd": central.northd,
              "sb": central.sb}[daemon]
    with Server(one, 80), Server(one, 81):
        client = connect(outside, one.ip(), 80)
        assert client and works(client)
        victim.kill9()
        assert works(client)
        assert refused(outside, one.ip(), 81)
        victim.start()
        central.sync()
        assert works(client)
        assert refused(outside, one.ip(), 81)
        client.close()


def test_a_small_web_server(campus: Campus, net: str) -> None:
    """Python's own, fetched from outside many times."""
    one, _, _, outside = machines(campus, net)
    server = one.popen("/usr/bin/python3", "-m", "http.server", "80", "--bind", one.ip(),
                       "--directory", "/usr/share/doc/iproute2",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        fetch = ("import urllib.request\n"
                 f"print(len(urllib.request.urlopen('http://{one.ip()}/', timeout=20).read()))")
        wait_until(lambda: int(outside.run("/usr/bin/python3", "-c", fetch)) > 0, 30,
                   "the first page")
        for _ in range(5):
            assert int(outside.run("/usr/bin/python3", "-c", fetch)) > 0
    finally:
        server.kill()
        server.wait()


def test_iperf(campus: Campus, net: str) -> None:
    """A second of TCP at whatever speed, between hypervisors, through two zones."""
    one, _, three, _ = machines(campus, net)
    server = three.popen("iperf3", "-s", "-1", stdout=subprocess.DEVNULL)
    try:
        def measured() -> bool:
            report = one.run("iperf3", "-c", three.ip(), "-t", "1", "-J", timeout=60)
            return '"bits_per_second"' in report  # and not that the server doesn't listen yet
        wait_until(measured, 30, "iperf3 to measure")
        server.wait(timeout=30)
    finally:
        server.kill()
        server.wait()
    oracle.check_all(campus.lab)
