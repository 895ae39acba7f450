"""The floor of each change: the same commits through bare database servers and one OpenFlow barrier,
with nothing of Mooring's or OVN's between. bench/hop/hops.cc carries it out.

It runs on a measured network's own databases when the daemons are gone, with monitors as they had
them, so that the servers' part grows with the network as it does for real.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab import LabError

from . import network
from .control import WARM_UP, plug_operations

if TYPE_CHECKING:
    from .control import Figures, Measurement
    from .session import Session

PROGRAM = Path(__file__).resolve().parent.parent / "build" / "bench" / "hops"
FIRST = 1_000_000  # of the numbers in nb_cfg, above those that were used
AT_ONCE = 250  # insertions in a transaction, as northd does it

NB_TABLES = ["Logical_Switch", "Logical_Switch_Port", "Port_Group", "ACL", "Address_Set", "NB_Global"]
SB_TABLES = ["Port_Binding", "Pipeline", "Address_Set", "Chassis_Private"]


class Script:
    """What hops.cc reads, with the connections that every change needs.

    client: who changes the northbound database; nb and sb: as northd has them; chassis: as a
    controller has it.
    """

    def __init__(self, run: Measurement):
        self.run = run
        self.lines: list[str] = []
        self.number = FIRST
        central, hv1 = run.lab.central, run.hv1
        self.connect("client", central.nb.socket)
        self.connect("nb", central.nb.socket)
        self.connect("sb", central.sb.socket)
        self.connect("chassis", central.sb.socket)
        self.connect("local", hv1.ovsdb.socket)
        self.lines.append(f"switch {hv1.rundir / 'br-int.mgmt'}")
        vifs = range(run.first_unplugged + run.case.repeats)
        ports = [["name", "==", f"n{n}"] for n in vifs]
        self.monitor("client", "OVN_Northbound", {
            "NB_Global": {"columns": ["hv_cfg"]},
            "Logical_Switch_Port": {"columns": ["up"], "where": ports}})
        self.monitor("nb", "OVN_Northbound", {table: {} for table in NB_TABLES})
        self.monitor("sb", "OVN_Southbound", {table: {} for table in SB_TABLES})
        names = [["name", "==", name] for name in (network.SET, f"{network.GROUP}_ip4")]
        bindings = [["logical_port", "==", f"n{n}"] for n in vifs]
        self.monitor("chassis", "OVN_Southbound", {
            "SB_Global": {}, "Pipeline": {}, "Address_Set": {"where": names},
            "Port_Binding": {"where": bindings}})
        self.monitor("local", "Open_vSwitch", {"Interface": {"columns": ["ofport"]}})

    # --- the steps ---

    def connect(self, name: str, path: Path) -> None:
        self.lines.append(f"connect {name} {path}")

    def send(self, name: str, method: str, params: list[Any]) -> None:
        self.lines.append(f"send {name} " + json.dumps(
            {"id": len(self.lines), "method": method, "params": params}))

    def await_text(self, name: str, text: str) -> None:
        self.lines.append(f"await {name} {text}")

    def monitor(self, name: str, database: str, tables: dict[str, dict[str, Any]]) -> None:
        self.send(name, "monitor_cond", [database, "m", {t: [r] for t, r in tables.items()}])
        self.await_text(name, f'"id":{len(self.lines) - 1}')

    # --- the changes ---

    def through(self, northbound: list[network.Operation],
                southbound: list[network.Operation]) -> None:
        """One change until NB_Global says that the chassis has it."""
        self.number += 1
        number = self.number
        self.lines.append("turn")
        self.send("client", "transact", ["OVN_Northbound", *northbound,
                                         update("NB_Global", {"nb_cfg": number})])
        self.await_text("nb", f'"nb_cfg":{number}')
        self.send("sb", "transact", ["OVN_Southbound", *southbound,
                                     update("SB_Global", {"nb_cfg": number})])
        self.await_text("chassis", f'"nb_cfg":{number}')
        self.lines.append("barrier")
        self.send("chassis", "transact", ["OVN_Southbound", update(
            "Chassis_Private", {"nb_cfg": number}, [["name", "==", "hv1"]])])
        self.await_text("sb", f'"nb_cfg":{number}')
        self.send("nb", "transact", ["OVN_Northbound", update("NB_Global", {"hv_cfg": number})])
        self.await_text("client", f'"hv_cfg":{number}')

    def plug(self, number: int, binding: list[str], port: list[str], chassis: list[str]) -> None:
        """VIF n<number>, until its port is up."""
        self.lines.append("turn")
        self.send("local", "transact", ["Open_vSwitch",
                                        *plug_operations(range(number, number + 1))])
        self.await_text("local", '"ofport":')
        self.lines.append("barrier")
        self.send("chassis", "transact", ["OVN_Southbound", update(
            "Port_Binding", {"chassis": chassis, "up": True}, [["_uuid", "==", binding]])])
        self.await_text("sb", '"up":true')
        self.send("nb", "transact", ["OVN_Northbound", update(
            "Logical_Switch_Port", {"up": True}, [["_uuid", "==", port]])])
        self.await_text("client", '"up":true')

    def start(self, ports: int, turn: int) -> None:
        """What northd's start comes to: its tables are read, so many bindings written."""
        self.number += 1
        self.lines.append("turn")
        self.connect(f"start{turn}", self.run.lab.central.nb.socket)
        self.monitor(f"start{turn}", "OVN_Northbound", {table: {} for table in NB_TABLES})
        operations: list[network.Operation] = []
        for n in range(ports):
            switch, place = divmod(n, network.SWITCH_SIZE)
            datapath = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{turn} {switch}"))
            if place == 0:
                operations.append({"op": "insert", "table": "Datapath_Binding", "uuid": datapath,
                                   "row": {"tunnel_key": 1_000_000 * (1 + turn) + n}})
            row = port_binding(["uuid", datapath], n)
            row["row"].update(logical_port=f"floor{turn}-{n}", tunnel_key=1 + place)
            operations.append(row)
        for first in range(0, len(operations), AT_ONCE):
            self.send("sb", "transact", ["OVN_Southbound", *operations[first:first + AT_ONCE]])
        self.await_text("sb", f'"id":{len(self.lines) - 1}')
        self.send("sb", "transact", ["OVN_Southbound",
                                     update("SB_Global", {"nb_cfg": self.number})])
        self.await_text("sb", f'"id":{len(self.lines) - 1}')
        self.send(f"start{turn}", "transact", ["OVN_Northbound", update("NB_Global",
                                                                        {"sb_cfg": self.number})])
        self.await_text(f"start{turn}", f'"id":{len(self.lines) - 1}')

    def times(self) -> list[float]:
        """Milliseconds of each turn."""
        if not PROGRAM.exists():
            raise LabError(f"there is no {PROGRAM}: run `./dev build release benchmarks`")
        done = subprocess.run([str(PROGRAM)], input="\n".join(self.lines), text=True,
                              capture_output=True, timeout=600, check=False)
        if done.returncode:
            raise LabError(done.stderr[-2000:])
        return [int(line) / 1000 for line in done.stdout.split()]


def update(table: str, row: dict[str, Any], where: list[Any] | None = None) -> network.Operation:
    return {"op": "update", "table": table, "where": where or [], "row": row}


def cell(session: Session, table: str, column: str, value: str, wanted: str = "_uuid") -> Any:
    """A column of the one row that has the value in another."""
    rows = session.transact({"op": "select", "table": table, "where": [[column, "==", value]],
                             "columns": [wanted]})[0]["rows"]
    if len(rows) != 1:
        raise LabError(f"{len(rows)} rows of {table} with {column} {value}")
    return rows[0][wanted]


def port_binding(datapath: list[str], n: int) -> network.Operation:
    address = f"{network.mac(n)} {network.ip(n)}"
    return {"op": "insert", "table": "Port_Binding",
            "row": {"logical_port": f"n{n}", "datapath": datapath, "tunnel_key": 32_000 + n % 700,
                    "mac": address, "port_security": address, "port_groups": network.GROUP}}


def pipeline_row(match: str) -> network.Operation:
    return {"op": "insert", "table": "Pipeline",
            "row": {"pipeline": "egress", "table_id": 3, "stage": "ls_out_acl", "priority": 2002,
                    "match": match, "actions": "flags.verdict = 1; next(7);", "kind": "acl",
                    "port_group": network.GROUP}}


def floor(run: Measurement) -> Figures:
    """Medians of each change, named as Measurement.changes names them, with "floor: " before."""
    run.lab.central.northd.kill9()
    run.hv1.controller.kill9()
    script = Script(run)
    repeats = run.case.repeats
    datapath = cell(run.sb, "Port_Binding", "logical_port", "n0", "datapath")
    for _ in range(WARM_UP + repeats):
        script.through([], [])
    for turn in range(repeats):
        n = run.next_port + turn
        own = [network.mutate("Address_Set", f"{network.GROUP}_ip4", "addresses", "insert",
                              ["set", [network.ip(n)]])] if run.case.self_rule else []
        script.through(run.case.layout.insert_port(n), [port_binding(datapath, n), *own])
    for turn in range(repeats):
        match = f"outport == @sg1 && ip4 && tcp && tcp.dst == {3000 + turn}"
        script.through([network.insert_acl(("to-lport", 1002, match, "allow-related"), "acl"),
                        network.mutate("Port_Group", network.GROUP, "acls", "insert",
                                       network.named("acl"))], [pipeline_row(match)])
    for turn in range(repeats):
        change = network.mutate("Address_Set", network.SET, "addresses", "insert",
                                ["set", [f"203.0.113.{turn}"]])
        script.through([change], [change])
    chassis = cell(run.sb, "Chassis", "name", "hv1")
    for turn in range(repeats):
        n = run.first_unplugged + turn
        script.plug(n, cell(run.sb, "Port_Binding", "logical_port", f"n{n}"),
                    cell(run.nb, "Logical_Switch_Port", "name", f"n{n}"), chassis)
    for turn in range(run.case.starts):
        script.start(run.case.ports, turn)
    times = script.times()[WARM_UP:]
    names = ["nothing but nb_cfg, ms", "port elsewhere added, ms", "ACL added, ms",
             "address added to a set, ms", "VIF plugged until up, ms"]
    out = {f"floor: {name}": statistics.median(times[n * repeats:(n + 1) * repeats])
           for n, name in enumerate(names)}
    out["floor: northd start until southbound complete, ms"] = statistics.median(
        times[-run.case.starts:])
    return out
