"""Daemons are killed and started in turn while machines talk: the data plane goes on."""

from __future__ import annotations

from typing import Iterator

import pytest

from lab import Daemon, Lab, Pinger, wait_until
from lab.wait import scale
from support import oracle
from support.campus import Campus, southbound_names

LAB = {"hypervisors": 2}
# Daemons are killed here: whoever was connected to them says so.
EXPECTED_LOG = ("connection", "connect", "receive error", "Connection refused", "clustered",
                "terminating with signal", "stale pidfile", "No such file")

pytestmark = pytest.mark.mooring


@pytest.fixture(scope="module")
def campus(lab: Lab, kind: str) -> Iterator[Campus]:
    """VLAN 101 with VMs on both hypervisors and a plain machine, and a flat network likewise."""
    made = Campus(lab, kind)
    made.add("v101", 101, ["hv1", "hv2"])
    made.add("flat", None, ["hv1", "hv2"])
    yield made.ready()
    made.close()


def daemon_of(lab: Lab, name: str) -> Daemon:
    hv1 = lab.hypervisor("hv1")
    return {"controller": hv1.controller, "local database": hv1.ovsdb,
            "northd": lab.central.northd, "northbound database": lab.central.nb,
            "southbound database": lab.central.sb}[name]


def settled(lab: Lab) -> None:
    """All are connected again and agree with what they would compute from scratch."""
    lab.central.sync(timeout=60)
    oracle.check_all(lab)


HARMLESS = ["controller", "northd", "northbound database", "southbound database",
            "local database"]


@pytest.mark.parametrize("name", HARMLESS)
def test_no_packet_is_lost(campus: Campus, name: str) -> None:
    """kill -9, a while without, and the start of another: nobody on the wire notices."""
    lab = campus.lab
    hypervisors = list(lab.hypervisors.values())
    flows = [hypervisor.flows() for hypervisor in hypervisors]
    ports = [hypervisor.patch_ports() for hypervisor in hypervisors]
    a, b = (lab.vm(name) for name in campus.segments["v101"].vms)
    c, d = (lab.vm(name) for name in campus.segments["flat"].vms)
    daemon = daemon_of(lab, name)
    # The userspace datapath forwards in ovs-vswitchd's main thread, which waits while its database
    # is away: packets queue meanwhile, so that one is brought back at once.
    forwards_without = name != "local database"
    with Pinger(a, b.ip(4)) as four, Pinger(d, c.ip(6)) as six:
        daemon.kill9()
        if forwards_without:
            four.wait_replies(50)
        daemon.start()
        settled(lab)
        four.wait_replies(50)
        six.wait_replies(50)
    for ping in (four, six):
        assert not ping.report.lost and not ping.report.duplicates, str(ping.report)
    assert [hypervisor.flows() for hypervisor in hypervisors] == flows
    assert [hypervisor.patch_ports() for hypervisor in hypervisors] == ports
    for segment in campus.segments.values():
        assert all(lab.central.port_up(vm) for vm in segment.vms)
    campus.assert_reach()


def test_lost_southbound_database(campus: Campus) -> None:
    """It begins again with nothing in it; until it is filled, chassis go on with what they have."""
    lab = campus.lab
    server = lab.central.sb
    a, b = (lab.vm(name) for name in campus.segments["v101"].vms)
    c, d = (lab.vm(name) for name in campus.segments["flat"].vms)
    with Pinger(a, b.ip(4)) as four, Pinger(d, c.ip(6)) as six:
        lab.central.northd.kill9()
        server.kill9()
        server.destroy_database()
        server.start()
        # A database that nobody has filled yet: the chassis know it, and register.
        for hypervisor in lab.hypervisors.values():
            hypervisor.wait_registered(timeout=30)
        four.wait_replies(50)
        lab.central.northd.start()
        campus.ready()
        settled(lab)
        four.wait_replies(50)
        six.wait_replies(50)
    for ping in (four, six):
        assert not ping.report.lost and not ping.report.duplicates, str(ping.report)
    campus.assert_reach()


def test_vswitchd_killed(campus: Campus) -> None:
    """Its flows are gone with it, and come back by themselves."""
    lab = campus.lab
    hv1 = lab.hypervisor("hv1")
    flows = hv1.flows()
    a, b = (lab.vm(name) for name in campus.segments["v101"].vms)
    with Pinger(a, b.ip(4)) as ping:
        hv1.vswitchd.kill9()
        hv1.vswitchd.start()
        ping.wait_replies(100, timeout=30)
    assert ping.report.longest_gap < 15 * scale(), str(ping.report)
    settled(lab)
    wait_until(lambda: hv1.flows() == flows, 15, "the flows to be those of before")
    campus.assert_reach()


@pytest.mark.parametrize("name", ["controller", "southbound database", "northd"])
def test_changes_meanwhile_are_caught_up_with(campus: Campus, name: str) -> None:
    """What is changed while a daemon is away happens when it is back."""
    lab = campus.lab
    daemon = daemon_of(lab, name)
    hv1 = lab.hypervisor("hv1")
    vm = lab.vm(campus.segments["v101"].vms[0])
    flat = lab.vm(campus.segments["flat"].vms[0])
    daemon.kill9()
    # The VM's interface becomes the other network's port, which it leaves.
    hv1.set_iface_id(vm.vif, None)
    hv1.set_iface_id(flat.vif, None)
    lab.nb("lsp-set-enabled", campus.segments["v101"].vms[1], "disabled")
    daemon.start()
    wait_until(lambda: not lab.central.port_up(vm.port) and not lab.central.port_up(flat.port), 20,
               "the ports to go down")
    settled(lab)
    machines = [name for segment in campus.segments.values() for name in segment.machines]
    try:
        if lab.stack.name == "mooring":
            campus.assert_reach([[name] for name in machines
                                 if name not in ("flat-2", "flat-p1")] + [["flat-2", "flat-p1"]])
    finally:
        hv1.set_iface_id(vm.vif, vm.port)
        hv1.set_iface_id(flat.vif, flat.port)
        lab.nb("lsp-set-enabled", campus.segments["v101"].vms[1], "enabled")
    campus.ready()
    campus.assert_reach()


@pytest.mark.parametrize("end", ["kill9", "stop", "exit --restart"])
def test_returning_controller_sends_only_differences(campus: Campus, end: str) -> None:
    """Which are none: rows and flows stay as they are in between, and keep their counters."""
    lab = campus.lab
    hv1 = lab.hypervisor("hv1")
    chassis = lab.central.sb.row("Chassis", name="hv1")
    bindings = southbound_names(lab)
    before = hv1.ofctl("dump-flows", "br-int")
    flows = hv1.flows()
    if end == "exit --restart":
        hv1.controller.exit("--restart")
    else:
        getattr(hv1.controller, end)()
    assert lab.central.sb.row("Chassis", name="hv1") == chassis
    assert southbound_names(lab) == bindings
    assert lab.central.binding(campus.segments["v101"].vms[0]) == "hv1"
    assert hv1.flows() == flows
    hv1.controller.start()
    settled(lab)
    stats = oracle.stats(hv1.controller)["flows"]
    assert stats["sent"] == 0 and stats["installed"] == len(flows), stats
    assert hv1.flows() == flows
    assert ages(hv1.ofctl("dump-flows", "br-int")) >= ages(before)
    after = lab.central.sb.row("Chassis", name="hv1")
    assert after == chassis


def ages(dump: str) -> float:
    """The age of the youngest flow in a dump, in seconds."""
    return min(float(part.split("=")[1].rstrip("s")) for part in dump.replace(",", " ").split()
               if part.startswith("duration="))


def test_exit_takes_the_chassis_away(campus: Campus) -> None:
    """And a start brings it back."""
    lab = campus.lab
    hv1 = lab.hypervisor("hv1")
    vms = [segment.vms[0] for segment in campus.segments.values()]
    hv1.controller.exit()
    assert not lab.central.sb.rows("Chassis", [["name", "==", "hv1"]])
    assert not lab.central.sb.rows("Chassis_Private", [["name", "==", "hv1"]])
    assert not lab.central.sb.rows("Encap", [["chassis_name", "==", "hv1"]])
    assert hv1.patch_ports() == {}
    for vm in vms:
        assert lab.central.binding(vm) is None
        wait_until(lambda: not lab.central.port_up(vm), 10, f"{vm} to be down")
    assert all("ovn-installed" not in row["external_ids"] for row in hv1.ovsdb.rows("Interface"))
    hv1.controller.start()
    hv1.wait_registered()
    campus.ready()
    campus.assert_reach()
    settled(lab)


def test_a_second_northd_takes_over(campus: Campus) -> None:
    """At most one works; when it dies, the other goes on where it was."""
    lab = campus.lab
    first, second = lab.central.northd, lab.central.make_northd()
    second.start()
    try:
        assert "standby" in second.ctl("status") and "active" in first.ctl("status")
        a, b = (lab.vm(name) for name in campus.segments["v101"].vms)
        with Pinger(a, b.ip(4)) as ping:
            first.kill9()
            wait_until(lambda: "active" in second.ctl("status"), 20, "the second to be active")
            lab.nb("lsp-set-enabled", b.port, "disabled")
            lab.nb("lsp-set-enabled", b.port, "enabled")
            lab.central.sync()
            first.start()
            wait_until(lambda: "standby" in first.ctl("status"), 10, "the first to stand by")
            ping.wait_replies(20)
        oracle.check(second)
        second.stop()
        wait_until(lambda: "active" in first.ctl("status"), 20, "the first to be active")
        settled(lab)
    finally:
        if second.running:
            second.kill9()
        second.acknowledge()


def test_frozen_controller_doesnt_matter(campus: Campus) -> None:
    """An overloaded hypervisor's packets go on, and hv_cfg waits for it."""
    lab = campus.lab
    hv1 = lab.hypervisor("hv1")
    a, b = (lab.vm(name) for name in campus.segments["v101"].vms)
    with Pinger(a, b.ip(4)) as ping:
        hv1.controller.freeze()
        try:
            lab.nb("--wait=sb", "sync")
            asked = lab.central.nb.rows("NB_Global")[0]
            assert asked["sb_cfg"] == asked["nb_cfg"] > asked["hv_cfg"]
            ping.wait_replies(20)
        finally:
            hv1.controller.thaw()
        settled(lab)
    assert not ping.report.lost
    done = lab.central.nb.rows("NB_Global")[0]
    assert done["hv_cfg"] == done["nb_cfg"]
    # northd's clock and the chassis', which may be done before northd says that it may begin.
    assert asked["nb_cfg_timestamp"] <= done["sb_cfg_timestamp"]
    assert asked["nb_cfg_timestamp"] <= done["hv_cfg_timestamp"]
