"""What a chassis holds depends on its own ports, not on the size of the network."""

from __future__ import annotations

from typing import Iterator

import pytest

from lab import DummyHypervisor, Lab, wait_until
from support import oracle
from support.frames import BROADCAST, Probe

LAB = {"hypervisors": 1}
LOCAL = 10
SMALL, LARGE = 1_000, 10_000
MAX_FLOWS, MAX_ROWS = 400, 200
BATCH = 1_000

pytestmark = [pytest.mark.mooring, pytest.mark.slow]


def insert_ports(lab: Lab, first: int, end: int) -> None:
    """Adds ports n<first> to n<end - 1> to the network "big" and to the group "everybody", by
    transactions of 1,000."""
    for start in range(first, end, BATCH):
        numbers = range(start, min(end, start + BATCH))
        operations = [{
            "op": "insert", "table": "Logical_Switch_Port", "uuid-name": f"p{number}",
            "row": {"name": f"n{number}",
                    "addresses": f"02:00:00:{number >> 16:02x}:{number >> 8 & 255:02x}:"
                                 f"{number & 255:02x} 10.{number >> 16}.{number >> 8 & 255}."
                                 f"{number & 255}"}} for number in numbers]
        references = ["set", [["named-uuid", f"p{number}"] for number in numbers]]
        operations.append({"op": "mutate", "table": "Physical_Switch",
                           "where": [["name", "==", "big"]],
                           "mutations": [["ports", "insert", references]]})
        operations.append({"op": "mutate", "table": "Port_Group",
                           "where": [["name", "==", "everybody"]],
                           "mutations": [["ports", "insert", references]]})
        lab.central.nb.transact(*operations)


RULES = [("from-lport", "inport == @everybody && ip", "allow-related"),
         ("to-lport", "outport == @everybody && ip", "drop"),
         ("to-lport", "outport == @everybody && tcp.dst == {22, 80, 443}", "allow-related"),
         ("to-lport", "outport == @everybody && udp.dst >= 5000 && udp.dst <= 5010",
          "allow-related")]


def insert_rules(lab: Lab) -> None:
    """A group with rules that name no addresses, so that nothing of them grows with the group."""
    lab.central.nb_batch([["create", "Port_Group", "name=everybody"]] + [
        ["--type=port-group", "acl-add", "everybody", direction, str(priority), match, action]
        for priority, (direction, match, action) in enumerate(RULES, start=1)])


@pytest.fixture(scope="module")
def measured(dummy_lab: Lab) -> Iterator[dict[int, tuple[int, int]]]:
    """Flows in br-int and southbound rows of the chassis, by the number of ports."""
    hv1 = dummy_lab.hypervisor("hv1")
    assert isinstance(hv1, DummyHypervisor)
    dummy_lab.central.add_network("big", "physnet1", 101)
    insert_rules(dummy_lab)
    found: dict[int, tuple[int, int]] = {}
    done = 0
    for size in (SMALL, LARGE):
        insert_ports(dummy_lab, done, size)
        if done == 0:
            hv1.add_vifs({f"n{number}": f"n{number}" for number in range(LOCAL)})
            dummy_lab.central.wait_port_up(*(f"n{number}" for number in range(LOCAL)))
        done = size
        dummy_lab.central.sync(timeout=120)
        wait_until(lambda: dummy_lab.central.sb.count("Port_Binding") == size, 60,
                   f"{size} bindings")
        found[size] = (len(hv1.flows()), oracle.stats(hv1.controller)["southbound_rows"])
    yield found


def test_flows_and_rows(measured: dict[int, tuple[int, int]]) -> None:
    flows, rows = measured[LARGE]
    print(f"{LOCAL} local ports of {LARGE}: {flows} flows, {rows} southbound rows")
    assert flows <= MAX_FLOWS and rows <= MAX_ROWS
    for large, small in zip(measured[LARGE], measured[SMALL]):
        assert abs(large - small) <= 0.05 * small


def test_a_fresh_controller_needs_no_more(measured: dict, dummy_lab: Lab) -> None:
    """The rows it asks for from the beginning are those that it keeps."""
    controller = dummy_lab.hypervisor("hv1").controller
    before = oracle.stats(controller)
    controller.kill9()
    controller.start()
    dummy_lab.central.sync(timeout=60)
    after = oracle.stats(controller)
    assert after["southbound_rows"] == before["southbound_rows"]
    assert after["flows"]["sent"] == 0


def test_one_port_more_costs_one_ports_work(measured: dict, dummy_lab: Lab) -> None:
    """A port elsewhere is nothing to a chassis, and little to northd."""
    lab = dummy_lab
    controller, northd = lab.hypervisor("hv1").controller, lab.central.northd
    lab.central.sync()
    before, northd_before = oracle.stats(controller), oracle.stats(northd)
    insert_ports(lab, LARGE, LARGE + 1)
    lab.central.sync()
    after, northd_after = oracle.stats(controller), oracle.stats(northd)
    assert after["runs"] - before["runs"] <= 10
    assert after["flows"] == before["flows"]
    assert northd_after["runs"] - northd_before["runs"] <= 50
    oracle.check_all(lab)


def test_and_it_works(measured: dict, dummy_lab: Lab) -> None:
    hv1 = dummy_lab.hypervisor("hv1")
    assert isinstance(hv1, DummyHypervisor)
    probe = Probe("02:00:00:00:00:01", BROADCAST, protocol="raw")
    found = {device: probe.among(frames)
             for device, frames in hv1.exchange("n1", bytes(probe)).items()}
    assert {device: tags for device, tags in found.items() if tags} == {
        "eth1": ["101"], **{f"n{number}": ["-"] for number in range(LOCAL) if number != 1}}
