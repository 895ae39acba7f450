"""The lab itself, in network namespaces, under OVN: what its own tests may rely on."""

import pytest

from lab import Lab, LabError, Pinger, reach, reach_all, wait_reach, wait_until

LAB = {"hypervisors": 2, "stack": "ovn", "physical_networks": ["physnet1", "physnet2"]}


@pytest.fixture(scope="module")
def networks(lab: Lab) -> Lab:
    """A flat network and VLAN 101, with a VM on each hypervisor and a plain machine in each."""
    for tag in (None, 101):
        name = f"vlan{tag}" if tag else "flat"
        lab.central.add_network(name, "physnet1", tag)
        for number in (1, 2):
            vm = lab.add_vm(f"{name}-{number}", f"hv{number}",
                            ips=[f"10.{tag or 0}.0.{number}/8", f"fd00:{tag or 1}::{number}/16"])
            lab.central.add_port(name, vm.port, f"{vm.mac} {vm.ip(4)} {vm.ip(6)}")
        lab.add_plain(f"{name}-plain", tag=tag,
                      ips=[f"10.{tag or 0}.0.9/8", f"fd00:{tag or 1}::9/16"])
    lab.central.wait_port_up("flat-1", "flat-2", "vlan101-1", "vlan101-2")
    lab.central.sync()
    return lab


def test_reachability_and_trunk(networks: Lab) -> None:
    lab = networks
    machines = list(lab.machines.values())
    owner = {machine.ip(version): machine for machine in machines for version in (4, 6)}

    def same(source, ip: str) -> bool:
        return source.name.split("-")[0] == owner[ip].name.split("-")[0]

    with lab.capture("hv1") as capture:
        found = reach_all([(m, ip) for m in machines for ip in owner if owner[ip] is not m],
                          expected=same, timeout=15)
    assert {key: value for key, value in found.items() if value != same(
        lab.machine(key[0]), key[1])} == {}
    assert {frame.vid for frame in capture.frames()} == {None, 101}


def test_tags_survive_a_capture(networks: Lab) -> None:
    """Both tags of a frame, priority included, are where the sender put them."""
    lab = networks
    sender, receiver = lab.add_plain("trunk-1", trunk=True), lab.add_plain("trunk-2", trunk=True)
    head = bytes.fromhex(receiver.mac.replace(":", "") + sender.mac.replace(":", ""))
    frame = head + bytes.fromhex("88a8a064" "81000065" "88b5") + b"marked" * 10
    with receiver.capture() as capture:
        sender.send(frame)
        found, = capture.expect(lambda f: f.payload.startswith(b"marked"), what="marked frame")
    assert found.data == frame and not found.outgoing
    assert [(tag.tpid, tag.pcp, tag.vid) for tag in found.tags] == [(0x88A8, 5, 100),
                                                                    (0x8100, 0, 101)]


def test_ping_counts_losses_and_nothing_else(networks: Lab) -> None:
    lab = networks
    flat1, flat2 = lab.vm("flat-1"), lab.vm("flat-2")
    with Pinger(flat1, flat2.ip(6)) as ping:
        ping.wait_replies(50)
    assert not ping.report.lost and not ping.report.duplicates
    with Pinger(flat1, flat2.ip()) as ping:
        flat2.namespace.ip("link", "set", "eth0", "down")
        flat2.namespace.ip("link", "set", "eth0", "up")
        ping.wait_replies(20)
        lab.hypervisor("hv2").set_uplink(False)
        lab.hypervisor("hv2").set_uplink(True)
        ping.wait_replies(20)
    assert ping.report.sent == ping.report.received + len(ping.report.lost)
    # An interface that goes down takes its IPv6 addresses with it.
    flat2.add_ip(flat2.ips[1])


def test_vm_moves(networks: Lab) -> None:
    lab = networks
    vm, other = lab.vm("vlan101-1"), lab.vm("vlan101-2")
    wait_reach(vm, other.ip())
    lab.move_vm(vm.name, "hv2")
    wait_until(lambda: lab.central.binding(vm.port) == "hv2", what="the binding to move")
    for version in (4, 6):
        wait_reach(vm, other.ip(version))
        wait_reach(lab.machine("vlan101-plain"), vm.ip(version))
    lab.move_vm(vm.name, "hv1")


def test_tcp(networks: Lab) -> None:
    """Checksums are right on every way that TCP takes."""
    lab = networks
    server, client = lab.vm("flat-2").socket(), lab.vm("flat-1").socket()
    with server, client:
        server.bind((lab.vm("flat-2").ip(), 4000))
        server.listen()
        client.settimeout(10)
        wait_reach(lab.vm("flat-1"), lab.vm("flat-2").ip())
        client.connect((lab.vm("flat-2").ip(), 4000))
        served, _ = server.accept()
        with served:
            served.settimeout(10)
            sent = bytes(range(256)) * 400
            client.sendall(sent)
            client.close()
            assert b"".join(iter(lambda: served.recv(1 << 16), b"")) == sent


@pytest.mark.parametrize("which", ["ovsdb", "vswitchd", "controller"])
def test_daemon_killed_and_started(networks: Lab, which: str) -> None:
    lab = networks
    daemon = getattr(lab.hypervisor("hv1"), which)
    old = daemon.pid
    daemon.kill9()
    try:
        assert not daemon.running and not daemon.died
        with pytest.raises(LabError, match="not running"):
            daemon.ctl("version")
    finally:
        daemon.start()
    assert daemon.running and daemon.pid != old
    wait_reach(lab.vm("flat-1"), lab.vm("flat-2").ip(), timeout=20)


@pytest.mark.parametrize("which", ["nb", "sb", "northd"])
def test_central_daemon_killed_and_started(networks: Lab, which: str) -> None:
    lab = networks
    daemon = getattr(lab.central, which)
    daemon.kill9()
    daemon.start()
    lab.central.sync()


def test_a_death_is_noticed(networks: Lab) -> None:
    """A daemon that ends on its own account is a problem, until somebody has been told."""
    lab = networks
    controller = lab.hypervisor("hv2").controller
    controller.ctl("exit", "--restart")
    controller.identity.wait_gone(10)
    assert controller.died and "ovn-controller" in lab.problems()[0]
    controller.acknowledge()
    assert not lab.problems()
    controller.start()


def test_loaded_by_another_process(networks: Lab) -> None:
    lab = networks
    again = Lab.load(directory=lab.dir)
    assert again.machines.keys() == lab.machines.keys()
    assert again.central.northd.pid == lab.central.northd.pid
    assert reach(again.machine("flat-1"), again.machine("flat-plain").ip(), timeout=5)


def test_two_labs_beside_each_other(networks: Lab, make_lab) -> None:
    other = make_lab(hypervisors=["hv1"], stack="ovn", underlay=False)
    other.add_plain("flat-1", ips=["10.0.0.1/8"])
    other.add_plain("p2", ips=["10.0.0.77/8"])
    assert reach(other.machine("p2"), "10.0.0.1", timeout=5)
    assert not reach(networks.machine("flat-plain"), "10.0.0.77", timeout=0.5)


def test_failed_machine_leaves_nothing(networks: Lab) -> None:
    lab = networks
    with pytest.raises(LabError, match="there are: hv1, hv2"):
        lab.add_vm("lost", "hv3")
    with pytest.raises(LabError, match="prefix length"):
        lab.add_vm("lost", "hv1", ips=["10.0.0.1"])
    with pytest.raises(LabError):
        lab.add_vm("lost", "hv1", ips=["10.0.0.1/8", "10.0.0.1/8"], mac="no:mac")
    assert "lost" not in lab.machines
    assert not lab.add_vm("lost", "hv1").namespace.path.name.startswith("lost")
    lab.del_machine("lost")
