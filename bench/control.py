"""What the control plane costs: starts, single changes, memory, flows; see network.py.

The hypervisor has Open vSwitch with dummy devices and some VIFs of the network; the other ports are
bound on other chassis, which are rows only. Times are in milliseconds, those of changes medians, each
from the northbound (or local) transaction to what a client sees of the outcome.
"""

from __future__ import annotations

import json
import statistics
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Sequence

from lab import Lab, Stack, wait_until

from . import network
from .byte_count import bytes_until
from .session import Session, milliseconds

CHASSIS_ELSEWHERE = 10
STALLED = 15.0  # seconds
STARTS = 5  # of northd, of networks up to LARGE ports; of larger ones the first counts
LARGE = 20_000
WARM_UP = 5  # changes before those that count, as the floor has them

Figures = dict[str, float]


@dataclass(frozen=True)
class Case:
    """One run: a stack and the network's size."""

    stack: str
    ports: int
    self_rule: bool = True  # with the rule that names the group's own addresses
    repeats: int = 9
    networks: int = 0  # see network.Layout

    def __str__(self) -> str:
        return (f"{self.stack}, {self.ports:,} ports"
                + (f" in {self.networks:,} networks" if self.networks else "")
                + ("" if self.self_rule else ", no own rule"))

    @property
    def layout(self) -> network.Layout:
        return network.Layout(self.networks)

    @property
    def local(self) -> int:
        """How many VIFs are on the measured chassis: n0 and on, each of another network if there
        are many."""
        return 100 if self.networks else 10

    @property
    def starts(self) -> int:
        return STARTS if self.ports <= LARGE else 1

    @property
    def rules(self) -> list[tuple[str, int, str, str]]:
        own = [network.SELF_RULE] if self.self_rule else []
        return [*network.RULES, *own, network.SET_RULE]


def resident_mb(pid: int) -> float:
    """Once it has stayed the same for a second."""
    latest, since = 0, time.monotonic()

    def settled() -> bool:
        nonlocal latest, since
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmRSS:"))
        if (now := int(line.split()[1])) != latest:
            latest, since = now, time.monotonic()
        return time.monotonic() - since > 1
    wait_until(settled, 60, f"the memory of process {pid} to settle")
    return latest / 1024


class Measurement:
    """A lab with the case's network; each public method measures or changes one thing."""

    def __init__(self, lab: Lab, case: Case):
        self.lab = lab
        self.case = case
        self.hv1 = lab.hypervisor("hv1")
        self.nb = Session(lab.central.nb.socket, "OVN_Northbound")
        self.sb = Session(lab.central.sb.socket, "OVN_Southbound")
        self.local = Session(self.hv1.ovsdb.socket, "Open_vSwitch")
        self.next_port = case.ports
        self.nb_cfg = 0

    def close(self) -> None:
        for session in (self.nb, self.sb, self.local):
            session.close()

    @property
    def first_unplugged(self) -> int:
        """The first of the ports that changes() leaves unplugged."""
        return self.case.local + self.case.repeats

    @property
    def local_names(self) -> set[str]:
        return {f"n{n}" for n in range(self.case.local)}

    # --- the network ---

    def load(self) -> None:
        """Writes the northbound rows; northd isn't running."""
        self.nb.transact(*self.case.layout.make_switches(self.case.ports + self.case.repeats),
                         *network.make_rules(self.case.rules))
        for operations in self.case.layout.insert_ports(self.case.ports):
            self.nb.transact(*operations)
        self.nb.monitor({"NB_Global": {"columns": ["sb_cfg", "hv_cfg"]},
                         "Logical_Switch_Port": {"columns": ["name", "up"], "where": [
                             ["name", "==", f"n{n}"]
                             for n in range(self.case.local + 2 * self.case.repeats)]}})

    def bind_elsewhere(self) -> None:
        """All ports but the local ones and those that will be plugged are on other chassis."""
        chassis = [self._add_chassis(n) for n in range(CHASSIS_ELSEWHERE)]
        found = self.sb.transact({"op": "select", "table": "Port_Binding", "where": [],
                                  "columns": ["_uuid", "logical_port"]})[0]["rows"]
        ours = {f"n{n}" for n in range(self.case.local + 2 * self.case.repeats)}
        others = [row["_uuid"] for row in found
                  if row["logical_port"].startswith("n") and row["logical_port"] not in ours]
        for start in range(0, len(others), network.BATCH):
            self.sb.transact(*(
                {"op": "update", "table": "Port_Binding", "where": [["_uuid", "==", uuid]],
                 "row": {"chassis": chassis[n % len(chassis)], "up": True}}
                for n, uuid in enumerate(others[start:start + network.BATCH])))
        wait_until(lambda: self._ports_up() == len(others), 600, "the ports elsewhere to be up")

    def _ports_up(self) -> int:
        found = self.nb.transact({"op": "select", "table": "Logical_Switch_Port",
                                  "where": [["up", "==", True]], "columns": ["_uuid"]})
        return len(found[0]["rows"])

    def _add_chassis(self, number: int) -> list[str]:
        encap = {"op": "insert", "table": "Encap", "uuid-name": "encap",
                 "row": {"type": "geneve", "ip": f"192.0.2.{100 + number}",
                         "chassis_name": f"far{number}"}}
        mappings = ["map", [["ovn-bridge-mappings", "physnet1:br-eth1"]]]
        row = {"name": f"far{number}", "hostname": f"far{number}",
               "encaps": ["named-uuid", "encap"], "other_config": mappings,
               "external_ids": mappings}
        results = self.sb.transact(encap, {"op": "insert", "table": "Chassis", "row": row})
        return results[1]["uuid"]

    # --- waiting ---

    def commit(self, *operations: network.Operation, until: str = "hv_cfg") -> None:
        """One northbound transaction; returns when NB_Global says it has come so far."""
        self.nb_cfg += 1
        goal = self.nb_cfg
        self.nb.transact(*operations, {"op": "update", "table": "NB_Global", "where": [],
                                       "row": {"nb_cfg": goal}})
        self.nb.wait(lambda: any(row.get(until, 0) >= goal for row in self.nb_rows("NB_Global")))

    def nb_rows(self, table: str) -> list[dict[str, Any]]:
        return list(self.nb.rows.get(table, {}).values())

    def wait_up(self, names: set[str], patience: float | None = None) -> None:
        self.nb.wait(lambda: names <= {row["name"] for row in self.nb_rows("Logical_Switch_Port")
                                       if row.get("up") is True}, patience)

    def wait_down(self, names: set[str]) -> None:
        self.nb.wait(lambda: not any(row["name"] in names and row.get("up") is True
                                     for row in self.nb_rows("Logical_Switch_Port")))

    # --- what is measured ---

    def start_northd(self) -> float:
        """From its start until the southbound database, empty before, is complete."""
        def start() -> None:
            self.lab.central.northd.start()
            self.commit(until="sb_cfg")
        self._empty_southbound()
        return milliseconds(start)

    def time_northd(self) -> float:
        """start_northd(), and its end: what it goes on to write would weigh on another's time."""
        taken = self.start_northd()
        self.lab.central.northd.stop()
        return taken

    def _empty_southbound(self) -> None:
        central = self.lab.central
        self.sb.close()
        central.sb.stop()
        central.sb.destroy_database()
        central.sb.start()
        self.sb = Session(central.sb.socket, "OVN_Southbound")

    def start_chassis(self) -> float:
        """From the controller's start, on an empty br-int, until all VIFs are up."""
        def start() -> None:
            self.hv1.controller.start()
            self.wait_up(self.local_names)
        return milliseconds(start)

    def restart_chassis_through_proxy(self) -> int:
        """Southbound bytes that a chassis receives from its start until all VIFs are up."""
        controller = self.hv1.controller
        controller.ctl("exit")
        wait_until(lambda: not controller.running, 60, "the controller to clean up and leave")
        controller.stop()
        self.hv1.ofctl("del-flows", "br-int")
        self.wait_down(self.local_names)
        return bytes_until(self.hv1, self.lab.central.sb.socket, self.start_chassis)

    def changes(self) -> Figures:
        repeats = range(self.case.repeats)

        def median(action: Callable[[int], Any]) -> float:
            return statistics.median(milliseconds(lambda n=n: action(n)) for n in repeats)

        for _ in range(WARM_UP):
            self.commit()
        return {
            "nothing but nb_cfg, ms": median(lambda n: self.commit()),
            "port elsewhere added, ms": median(lambda n: self.add_port_elsewhere()),
            "ACL added, ms": median(self.add_acl),
            "address added to a set, ms": median(self.add_address),
            "VIF plugged until up, ms": median(lambda n: self.plug(self.case.local + n)),
        }

    def add_port_elsewhere(self) -> None:
        self.commit(*self.case.layout.insert_port(self.next_port))
        self.next_port += 1

    def add_acl(self, number: int) -> None:
        rule = ("to-lport", 1002, f"outport == @sg1 && ip4 && tcp && tcp.dst == {2000 + number}",
                "allow-related")
        self.commit(network.insert_acl(rule, "acl"),
                    network.mutate("Port_Group", network.GROUP, "acls", "insert",
                                   network.named("acl")))

    def add_address(self, number: int) -> None:
        self.commit(network.mutate("Address_Set", network.SET, "addresses", "insert",
                                   ["set", [f"198.51.100.{number}"]]))

    def plug(self, first: int, end: int | None = None) -> None:
        """VIFs n<first> to n<end - 1> in one local transaction, until they are up.

        OVN 23.03 now and then overlooks one until something else changes; it gets that then.
        """
        numbers = range(first, end if end is not None else first + 1)
        self.local.transact(*plug_operations(numbers))
        while True:
            try:
                return self.wait_up({f"n{n}" for n in numbers}, patience=STALLED)
            except TimeoutError:
                self.commit()

    def without_set_rules(self) -> int:
        """Flows on the chassis once the rules that name sets are deleted."""
        rows = self.nb.transact({"op": "select", "table": "ACL", "where": [],
                                 "columns": ["_uuid", "match"]})[0]["rows"]
        naming = ["set", [row["_uuid"] for row in rows if "$" in row["match"]]]
        self.commit(network.mutate("Port_Group", network.GROUP, "acls", "delete", naming))
        return len(self.hv1.flows())


def plug_operations(numbers: range) -> Iterator[network.Operation]:
    """Dummy devices n<number> in br-int."""
    for n in numbers:
        yield {"op": "insert", "table": "Interface", "uuid-name": f"i{n}",
               "row": {"name": f"n{n}", "type": "dummy",
                       "external_ids": ["map", [["iface-id", f"n{n}"]]]}}
        yield {"op": "insert", "table": "Port", "uuid-name": f"t{n}",
               "row": {"name": f"n{n}", "interfaces": ["named-uuid", f"i{n}"]}}
    yield network.mutate("Bridge", "br-int", "ports", "insert",
                         network.named(*(f"t{n}" for n in numbers)))
    yield {"op": "mutate", "table": "Open_vSwitch", "where": [],
           "mutations": [["next_cfg", "+=", 1]]}


Floor = Callable[[Measurement], Figures]


def measure(cases: Sequence[Case], floor: Floor | None = None) -> list[Figures]:
    """All figures of each case. They are up at the same time, one that is idle costs next to
    nothing, and northd is started with each in turn, so that a machine that is slower for a while
    is so for all. `floor` runs last, on Mooring's databases with the daemons gone."""
    with ExitStack() as stack:
        runs = [stack.enter_context(prepared(case)) for case in cases]
        starts = in_turn(runs, cases[0].starts)
        return [figures_of(run, taken, floor) for run, taken in zip(runs, starts)]


@contextmanager
def prepared(case: Case) -> Iterator[Measurement]:
    """A lab with the case's northbound rows; northd and the controller are stopped."""
    suffix = "" if case.self_rule else "-plain"
    with Lab.up(hypervisors=1, mode="dummy", stack=Stack.named(case.stack),
                name=f"bench-{case.stack}-{case.ports}{suffix}") as lab:
        lab.hypervisor("hv1").controller.stop()
        lab.central.northd.stop()
        run = Measurement(lab, case)
        try:
            run.load()
            yield run
        finally:
            run.close()


def in_turn(runs: Sequence[Measurement], repeats: int) -> list[list[float]]:
    """What the start of northd took in each run; who comes first changes from time to time."""
    taken: list[list[float]] = [[] for _ in runs]
    for n in range(repeats):
        order = list(zip(runs, taken))
        for run, times in order if n % 2 == 0 else reversed(order):
            times.append(run.time_northd())
    return taken


def figures_of(run: Measurement, starts: Sequence[float], floor: Floor | None) -> Figures:
    run.start_northd()
    out: Figures = {"northd start until southbound complete, ms": statistics.median(starts)}
    run.bind_elsewhere()
    run.local.transact(*plug_operations(range(run.case.local)))
    out["chassis start until VIFs up, ms"] = run.start_chassis()
    run.commit()
    out["flows on the chassis"] = len(run.hv1.flows())
    out["northd memory, MB"] = resident_mb(run.lab.central.northd.pid)
    out["controller memory, MB"] = resident_mb(run.hv1.controller.pid)
    out["southbound rows of logical flows"] = run.lab.central.sb.count(
        "Pipeline" if run.case.stack == "mooring" else "Logical_Flow")
    if run.case.stack == "mooring":
        stats = json.loads(run.hv1.controller.ctl("engine/stats"))
        out["southbound rows on the chassis"] = stats["southbound_rows"]
    out.update(run.changes())
    out["southbound bytes to the chassis at its start"] = run.restart_chassis_through_proxy()
    out["flows without the rules that name sets"] = run.without_set_rules()
    if floor is not None and run.case.stack == "mooring":
        out.update(floor(run))
    else:
        run.lab.central.northd.stop()
        run.hv1.controller.stop()
    return out
