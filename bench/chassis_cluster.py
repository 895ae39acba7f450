"""What many chassis' writes cost a RAFT cluster, beside a standalone server: no northd, no relay.

Every chassis has a Chassis_Private row; its session monitors that row and SB_Global, as controllers
do, and writes its nb_cfg. Sessions are spread over the members. All members share this machine's
cores and disk, so a cluster on machines of its own is faster than this.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Iterator

from lab import Daemon, Stack, jsonrpc, wait_until
from lab.ovsdb import OvsdbServer
from lab.process import run

from .chassis_fleet import Fleet, Session
from .chassis_load import chassis_name
from .chassis_meter import Figures
from .chassis_process import Process
from .chassis_wire import Request

DATABASE = "OVN_Southbound"
MEMBERS = 3
_SINGLE = 20  # writes of the one that waits for each


class Member(OvsdbServer):
    """A member of a cluster; the first makes it, the others join the first."""

    def __init__(self, number: int, rundir: Path, schema: Path, first: Member | None):
        name = f"member-{number}"
        super().__init__(name, rundir, schema, socket=f"{name}.sock",
                         env={"OVS_RUNDIR": str(rundir), "OVS_DBDIR": str(rundir)})
        self.peer_remote = f"unix:{rundir / name}.raft"
        self._first = first

    def create(self) -> None:
        if self.db_path.exists():
            return
        if self._first is None:
            run(["ovsdb-tool", "create-cluster", str(self.db_path), str(self.schema_path),
                 self.peer_remote])
        else:
            run(["ovsdb-tool", "join-cluster", str(self.db_path), DATABASE, self.peer_remote,
                 self._first.peer_remote])

    def joined(self) -> bool:
        return "Status: cluster member" in self.ctl("cluster/status", DATABASE)


def measure_writes(chassis: int, timeout: float) -> dict[str, Figures]:
    """Figures of "standalone" and "cluster": `seconds` until `chassis` writes, sent at once, are
    all answered; `cpu_ms` of the busiest server and `others_cpu_ms` of the others together;
    `single_ms`, the median of writes that are sent one after the other."""
    schema = Stack.mooring().sb_schema
    directory = Path(tempfile.mkdtemp(prefix="mooring-writes-", dir="/var/tmp"))
    out = {}
    try:
        with _started([_standalone(directory, schema)]) as servers:
            out["standalone"] = _measure(servers, chassis, timeout)
        first = Member(1, directory, schema, None)
        joining = [Member(number, directory, schema, first) for number in range(2, MEMBERS + 1)]
        with _started([first, *joining]) as servers:
            for server in servers:
                wait_until(server.joined, 30, f"{server.name} to be in the cluster")
            out["cluster"] = _measure(servers, chassis, timeout)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return out


def _standalone(directory: Path, schema: Path) -> OvsdbServer:
    return OvsdbServer("standalone", directory, schema, socket="standalone.sock",
                       env={"OVS_RUNDIR": str(directory), "OVS_DBDIR": str(directory)})


@contextmanager
def _started(servers: list[Any]) -> Iterator[list[Any]]:
    with ExitStack() as stack:
        for server in servers:
            daemon: Daemon = server
            daemon.start()
            stack.callback(daemon.stop)
        yield servers


def _measure(servers: list[OvsdbServer], chassis: int, timeout: float) -> Figures:
    rows = _fill(servers[0], chassis)
    processes = [Process(server.name, server.pid) for server in servers]
    with Fleet() as fleet:
        sessions = [Session(name, servers[number % len(servers)].socket, opening=[_monitor(name)])
                    for number, name in enumerate(rows)]
        fleet.open(sessions, window=16, timeout=timeout)
        before, began = [process.cpu() for process in processes], time.monotonic()
        for session in sessions:
            fleet.send(session, _write(rows[session.name], 1))
        fleet.wait(lambda: all(session.idle for session in sessions), timeout,
                   f"{chassis} writes to be answered")
        seconds = time.monotonic() - began
        spent = sorted((process.cpu() - cpu) * 1000 for process, cpu in zip(processes, before))
        single = [_timed(fleet, sessions[0], _write(rows[sessions[0].name], number + 2))
                  for number in range(_SINGLE)]
    return {"seconds": seconds, "cpu_ms": spent[-1], "others_cpu_ms": sum(spent[:-1]),
            "single_ms": statistics.median(single) * 1000}


def _timed(fleet: Fleet, session: Session, request: Request) -> float:
    began = time.monotonic()
    fleet.call(session, request)
    return time.monotonic() - began


def _fill(server: OvsdbServer, chassis: int) -> dict[str, str]:
    """Makes the rows; returns the UUID of each chassis's."""
    names = [chassis_name(number) for number in range(chassis)]
    operations: list[dict[str, Any]] = [
        {"op": "insert", "table": "Chassis_Private", "row": {"name": name}} for name in names]
    operations.append({"op": "insert", "table": "SB_Global", "row": {"nb_cfg": 0}})
    results = wait_until(lambda: jsonrpc.call(server.socket, "transact", [DATABASE, *operations]),
                         30, "a leader to be elected")
    return {name: result["uuid"][1] for name, result in zip(names, results)}


def _monitor(name: str) -> Request:
    tables = {"Chassis_Private": [{"columns": ["name", "nb_cfg", "nb_cfg_timestamp"],
                                   "where": [["name", "==", name]]}],
              "SB_Global": [{"columns": ["nb_cfg", "options"], "where": [True]}]}
    return "monitor_cond_since", [DATABASE, "data", tables, "00000000-0000-0000-0000-000000000000"]


def _write(row: str, nb_cfg: int) -> Request:
    values = {"nb_cfg": nb_cfg, "nb_cfg_timestamp": int(time.time() * 1000)}
    return "transact", [DATABASE, {"op": "update", "table": "Chassis_Private",
                                   "where": [["_uuid", "==", ["uuid", row]]], "row": values}]
