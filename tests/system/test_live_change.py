"""Changes while everything runs: reachability follows, and nothing is left behind."""

from __future__ import annotations

import pytest

from lab import Pinger, wait_reach, wait_until
from lab.wait import scale
from support import diagnostics
from support.campus import Campus, southbound_names

LAB = {"hypervisors": 2, "physical_networks": ["physnet1", "physnet2"]}

pytestmark = pytest.mark.mooring

MAPPINGS = {"physnet1": "br-eth1", "physnet2": "br-eth2"}


def retag(campus: Campus, name: str, tag: int | None) -> None:
    nb = campus.lab.nb
    if campus.kind == "localnet":
        row = ["Logical_Switch_Port", f"ln-{name}"]
        # lsp-add writes tag_request, which stands over tag (ovn-nb(5)).
        nb("clear", *row, "tag_request", "--", *(["clear", *row, "tag"] if tag is None
                                                 else ["set", *row, f"tag={tag}"]))
    elif tag is None:
        nb("set", "Physical_Switch", name, "type=flat", "--",
           "clear", "Physical_Switch", name, "tag")
    else:
        nb("set", "Physical_Switch", name, "type=vlan", f"tag={tag}")


def test_tag_and_type(campus: Campus) -> None:
    """From VLAN to VLAN, to flat, and back, each time to other company."""
    lab = campus.lab
    net = campus.add("n", 101, ["hv1", "hv2"])
    for name, tag in (("p103", 103), ("pflat", None)):
        number = {"p103": 201, "pflat": 202}[name]
        lab.add_plain(name, tag=tag, ips=[f"10.7.0.{number}/16", f"fd07::{number:x}/64"])
    campus.ready()
    try:
        campus.assert_reach([net.machines, ["p103"], ["pflat"]])
        for tag, company in ((103, "p103"), (None, "pflat"), (101, net.plain[0])):
            retag(campus, "n", tag)
            lab.central.sync()
            everyone = [net.plain[0], "p103", "pflat"]
            campus.assert_reach([net.vms + [company], *([name] for name in everyone
                                                        if name != company)])
            campus.assert_clean()
            for hypervisor in lab.hypervisors.values():
                assert len(hypervisor.patch_ports()) == 2
    finally:
        for name in ("p103", "pflat"):
            lab.del_machine(name)


def test_physical_network(campus: Campus) -> None:
    lab = campus.lab
    net = campus.add("n", 101, ["hv1", "hv2"])
    lab.add_plain("other", tag=101, physical_network="physnet2",
                  ips=["10.7.0.201/16", "fd07::c9/64"])
    campus.ready()
    try:
        campus.assert_reach([net.machines, ["other"]])
        for physical_network, groups in (
                ("physnet2", [net.vms + ["other"], net.plain]),
                ("physnet1", [net.machines, ["other"]])):
            if campus.kind == "physical":
                lab.nb("set", "Physical_Switch", "n", f"physical_network={physical_network}")
            else:
                lab.nb("set", "Logical_Switch_Port", "ln-n",
                       f"options:network_name={physical_network}")
            lab.central.sync()
            campus.assert_reach(groups)
            campus.assert_clean()
            for hypervisor in lab.hypervisors.values():
                bridge = MAPPINGS[physical_network]
                patch = f"patch-{campus.uplink('n')}-to-br-int"
                wait_until(lambda: patch in hypervisor.ports(bridge), 10, f"{patch} on {bridge}")
                assert len(hypervisor.patch_ports()) == 2
    finally:
        lab.del_machine("other")


def test_mapping_taken_and_given(campus: Campus) -> None:
    lab = campus.lab
    net = campus.add("n", 101, ["hv1", "hv1", "hv2"])
    campus.ready()
    hv1 = lab.hypervisor("hv1")
    campus.assert_reach()
    hv1.set_mappings({"physnet2": "br-eth2"})
    try:
        wait_until(lambda: not hv1.patch_ports(), 10, "the patch ports to go")
        diagnostics.wait_for(lab, "network-unmapped", chassis="hv1", name=net.vms[0])
        campus.assert_reach([net.vms[:2], [net.vms[2], *net.plain]])
        wait_until(lambda: not lab.central.port_up(net.vms[0]), 10, "the port to go down")
        assert lab.central.port_up(net.vms[2])
    finally:
        hv1.set_mappings(MAPPINGS)
    campus.ready()
    campus.assert_reach()
    assert not diagnostics.find(lab, "network-unmapped")
    campus.assert_clean()


def test_bridge_deleted_and_created(campus: Campus) -> None:
    lab = campus.lab
    net = campus.add("n", 101, ["hv1", "hv1", "hv2"])
    campus.ready()
    hv1 = lab.hypervisor("hv1")
    hv1.del_bridge("br-eth1")
    try:
        diagnostics.wait_for(lab, "bridge-missing", chassis="hv1")
        wait_until(lambda: not hv1.patch_ports(), 10, "the patch ports to go")
        campus.assert_reach([net.vms[:2], [net.vms[2], *net.plain]])
    finally:
        hv1.add_bridge("br-eth1")
        hv1.vsctl("add-port", "br-eth1", "eth1")
    campus.ready()
    campus.assert_reach()
    diagnostics.wait_gone(lab, "bridge-missing")
    campus.assert_clean()


@pytest.mark.parametrize("version", [4, 6])
def test_port_moves_while_a_ping_runs(campus: Campus, version: int) -> None:
    """To the other hypervisor and back: what was under way then may be lost, and no more."""
    lab = campus.lab
    net = campus.add("n", 101, ["hv1", "hv2"])
    campus.ready()
    mover, stayer = (lab.vm(name) for name in net.vms)
    watcher = lab.machine(net.plain[0])
    with Pinger(watcher, stayer.ip(version)) as undisturbed:
        with Pinger(stayer, mover.ip(version)) as ping:
            for hypervisor in ("hv2", "hv1"):
                lab.move_vm(mover.name, hypervisor)
                if version == 6:
                    # Its interface was down, which takes IPv6 addresses away.
                    mover.add_ip(mover.ips[1])
                ping.wait_replies(100)
                assert lab.central.binding(mover.port) == hypervisor
                wait_reach(watcher, mover.ip(version))
    # Two moves, each with its interface's way through the namespaces.
    assert ping.report.longest_gap < 3.0 * scale() and not ping.report.duplicates, str(ping.report)
    assert not undisturbed.report.lost and not undisturbed.report.duplicates
    campus.assert_reach()
    campus.assert_clean()


def test_port_renamed(campus: Campus) -> None:
    """The binding follows the name, the old one is forgotten."""
    lab = campus.lab
    net = campus.add("n", 101, ["hv1", "hv2"])
    campus.ready()
    vm = lab.vm(net.vms[0])
    hv1 = lab.hypervisor("hv1")
    lab.nb("set", "Logical_Switch_Port", vm.port, "name=renamed")
    # Plugged under a name that is nobody's, it is nobody's.
    lab.central.sync()
    campus.assert_reach([[vm.name], net.machines[1:]])
    hv1.set_iface_id(vm.vif, "renamed")
    lab.central.wait_port_up("renamed")
    lab.central.sync()
    campus.assert_reach()
    assert ("Port_Binding", vm.port) not in southbound_names(lab)
    assert not lab.central.nb.rows("Logical_Switch_Port", [["name", "==", vm.port]])
    # The other order: the interface first.
    hv1.set_iface_id(vm.vif, vm.port)
    wait_until(lambda: not lab.central.port_up("renamed"), 10, "the port to go down")
    lab.nb("set", "Logical_Switch_Port", "renamed", f"name={vm.port}")
    lab.central.wait_port_up(vm.port)
    lab.central.sync()
    campus.assert_reach()
    campus.assert_clean()


def test_switch_renamed(campus: Campus) -> None:
    """A ping doesn't notice, where patch ports don't bear the name; in any case it goes on."""
    lab = campus.lab
    net = campus.add("n", 101, ["hv1", "hv2"])
    campus.ready()
    table = "Physical_Switch" if campus.kind == "physical" else "Logical_Switch"
    lab.nb("set", table, "n", "name=m")
    try:
        lab.central.sync()
        campus.ready()
        campus.assert_reach()
        campus.assert_clean()
        for hypervisor in lab.hypervisors.values():
            wait_until(lambda: len(hypervisor.patch_ports()) == 2, 10, "one pair of patch ports")
        assert net.vms
    finally:
        lab.nb("set", table, "m", "name=n")


def test_switch_deleted_with_ports_plugged(campus: Campus) -> None:
    lab = campus.lab
    net = campus.add("n", 101, ["hv1", "hv1", "hv2"])
    campus.ready()
    campus.assert_reach()
    campus.delete_network("n")
    lab.central.sync()
    campus.assert_no_leftovers()
    campus.assert_reach([[name] for name in net.machines])
    for hypervisor in lab.hypervisors.values():
        assert all("ovn-installed" not in row["external_ids"]
                   for row in hypervisor.ovsdb.rows("Interface"))
    campus.assert_clean()
    # Made again, the interfaces that stayed plugged are its ports again.
    commands = lab.stack.network_commands("n", "physnet1", 101, localnet=campus.kind == "localnet")
    for name in net.vms:
        vm = lab.vm(name)
        commands += lab.stack.port_commands("n", vm.port, [f"{vm.mac} {vm.ip(4)} {vm.ip(6)}"])
    lab.central.nb_batch(commands)
    campus.ready()
    campus.assert_reach()
    campus.assert_clean()


def test_one_kind_replaced_by_the_other(campus: Campus) -> None:
    """A Physical_Switch takes over a Logical_Switch's ports and VLAN in one transaction, or the
    other way round."""
    lab = campus.lab
    net = campus.add("n", 101, ["hv1", "hv2"])
    campus.ready()
    campus.assert_reach()
    other = "localnet" if campus.kind == "physical" else "physical"
    gone = "ps-del" if campus.kind == "physical" else "ls-del"
    commands = [[gone, "n"]]
    commands += lab.stack.network_commands("n", "physnet1", 101, localnet=other == "localnet")
    for name in net.vms:
        vm = lab.vm(name)
        commands += lab.stack.port_commands("n", vm.port, [f"{vm.mac} {vm.ip(4)} {vm.ip(6)}"])
    lab.central.nb_batch(commands)
    campus.kind, former = other, campus.kind
    try:
        campus.ready()
        campus.assert_reach()
        campus.assert_clean()
        assert not diagnostics.find(lab, "vlan-conflict")
    finally:
        campus.delete_network("n")
        campus.kind = former
