"""Many chassis: what their southbound sessions cost the database server, for us and for OVN.

Topology: one northd and standalone database servers, a relay in front of the southbound one or
none, and `--chassis` sessions on unix sockets. A session monitors what a real controller with the
same VIFs asks for: one of each kind is run and its requests are recorded, then said again in the
name of each chassis. No switch is behind the sessions, no TLS, and every answer comes at once.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Mapping

from lab import Daemon, DummyHypervisor, Lab, LabError, Stack, jsonrpc, wait_until
from lab.process import run as run_program

from .chassis_changes import Change, Scene, Voice
from .chassis_cluster import measure_writes
from .chassis_fleet import Fleet
from .chassis_load import RECORDED, Load, Operation, Shape, port_name
from .chassis_meter import Condition, Disturbance, Figures, Meter
from .chassis_process import Process
from .chassis_recorder import Recorder, Template, opening_of, reports_nb_cfg
from .chassis_report import report

# By name: the stack, and settings of the recorded controller.
MONITORS: dict[str, tuple[str, dict[str, str]]] = {
    "mooring": ("mooring", {}),
    "ovn": ("ovn", {"ovn-monitor-all": "false"}),
    "ovn-monitor-all": ("ovn", {"ovn-monitor-all": "true"}),
}
VARIANTS = ("flat", "vlans")
SERVERS = ("direct", "relay")
_TIMEOUT = 900.0  # seconds for a step, however many chassis there are


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--chassis", type=int, default=100, help="sessions (default: 100)")
    parser.add_argument("--vifs", type=int, default=10, help="ports of each chassis (default: 10)")
    parser.add_argument("--unbound", type=int, default=0,
                        help="further ports, bound nowhere (default: 0)")
    parser.add_argument("--variants", default=",".join(VARIANTS),
                        help="flat: one network for all ports; vlans: as many networks as chassis")
    parser.add_argument("--monitors", default=",".join(MONITORS), help="whose, separated by commas")
    parser.add_argument("--servers", default=",".join(SERVERS),
                        help="direct: sessions on the southbound server; relay: on a relay")
    parser.add_argument("--repeats", type=int, default=5, help="of each change (default: 5)")
    parser.add_argument("--window", type=int, default=16,
                        help="sessions that download at a time (default: 16)")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Plain figures: {"machine", "shape", "variants": {variant: {"sizes": {stack: figures},
    "sessions": {monitors: {server: {"download": figures, "changes": {change: figures},
    "others_cores"}}}}}, "writes": {"standalone" and "cluster": figures}}. Changes are medians of
    the repetitions."""
    monitors = _words(options.monitors, MONITORS)
    figures: dict[str, Any] = {
        "machine": _machine(), "variants": {},
        "shape": {name: getattr(options, name)
                  for name in ("chassis", "vifs", "unbound", "repeats")}}
    for variant in _words(options.variants, VARIANTS):
        shape = Shape(options.chassis, options.vifs, 1 if variant == "flat" else options.chassis,
                      options.unbound)
        found = figures["variants"][variant] = {"sizes": {}, "sessions": {}}
        for stack in dict.fromkeys(MONITORS[name][0] for name in monitors):
            chosen = [name for name in monitors if MONITORS[name][0] == stack]
            sizes, sessions = _measure_stack(stack, variant, shape, chosen, options)
            found["sizes"][stack] = sizes
            found["sessions"].update(sessions)
    figures["writes"] = measure_writes(options.chassis, _TIMEOUT)
    return figures


def _words(text: str, known: Any) -> list[str]:
    words = text.split(",")
    for word in words:
        if word not in known:
            raise LabError(f"there is no {word!r}; there are " + ", ".join(known))
    return words


def _machine() -> dict[str, Any]:
    versions = [run_program([program, "--version"]).splitlines()[0]
                for program in ("ovsdb-server", "ovn-northd")]
    return {"cores": os.cpu_count(), "versions": versions}


def _measure_stack(stack: str, variant: str, shape: Shape, monitors: list[str],
                   options: argparse.Namespace) -> tuple[Figures, dict[str, Any]]:
    with Lab.up(hypervisors=[RECORDED], mode="dummy", stack=Stack.named(stack),
                name=f"chassis-{stack}-{variant}-{os.getpid()}", controllers=False) as lab:
        load = Load(lab.central, shape)
        load.add_networks()
        lab.central.sync_southbound(timeout=_TIMEOUT)
        voices = {name: _record(lab, load, MONITORS[name][1]) for name in monitors}
        lab.hypervisor(RECORDED).stop()
        load.add_ports()
        lab.central.sync_southbound(timeout=_TIMEOUT)
        load.add_chassis(voices[monitors[0]].chassis)
        _say(f"{stack}, {variant}: {shape.ports} ports are there")
        sessions: dict[str, Any] = {name: {} for name in monitors}
        for name in monitors:
            for server in _words(options.servers, SERVERS):
                sessions[name][server] = _measure_sessions(lab, load, voices[name], server, options)
                _say(f"{name}, {variant}, {server}: measured")
        return _sizes(lab), sessions


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# --- what controllers say ---

def _record(lab: Lab, load: Load, settings: Mapping[str, str]) -> Voice:
    """Runs the real controller until it has all VIFs, plugs one more, lets it confirm a
    configuration, and ends it, with its chassis."""
    central, node = lab.central, lab.hypervisor(RECORDED)
    assert isinstance(node, DummyHypervisor)
    ports = [port_name(RECORDED, vif) for vif in range(load.shape.vifs + 1)]
    vifs = {f"vif{number}": port for number, port in enumerate(ports)}
    with Recorder(lab.dir / "recorder.sock", central.sb.socket) as recorder:
        node.set_external_ids({"ovn-remote": f"unix:{recorder.path}", **settings})
        node.controller.start()
        node.wait_registered()
        node.add_vifs({vif: port for vif, port in vifs.items() if port != ports[-1]})
        central.wait_port_up(*ports[:-1], timeout=60)
        central.sync(timeout=60)
        opening = recorder.take()
        node.add_vifs({f"vif{load.shape.vifs}": ports[-1]})
        central.wait_port_up(ports[-1], timeout=60)
        claim = recorder.take()
        central.sync(timeout=60)
        confirm = [request for request in recorder.take() if reports_nb_cfg(request)]
        load.read()
        identities = load.identities(RECORDED, RECORDED, ports[-1])
        chassis = _chassis_columns(lab)
        node.del_vifs(list(vifs))
        node.controller.exit()
    wait_until(lambda: not central.sb.rows("Chassis", columns=[]), 20,
               "the recorded chassis to be gone")
    return Voice(Template(opening_of(opening), identities), Template(claim, identities),
                 Template(confirm[-1:], identities), identities, chassis)


def _chassis_columns(lab: Lab) -> Operation:
    (selected,) = lab.central.sb.transact({
        "op": "select", "table": "Chassis", "where": [],
        "columns": ["external_ids", "other_config"]})
    (row,) = selected["rows"]
    return row


# --- what the sessions cost ---

def _processes(lab: Lab) -> dict[str, Process]:
    central = lab.central
    daemons = {"server": central.sb, "northd": central.northd, "northbound": central.nb}
    return {name: Process(name, daemon.pid) for name, daemon in daemons.items()}


def _sizes(lab: Lab) -> Figures:
    """With no session but northd's: the compacted southbound database, MiB, and the server's CPU to
    write it; northd's CPU to start and find all done; memory, MiB, of the restarted daemons."""
    central = lab.central

    def compact() -> Condition:
        central.sb.ctl("ovsdb-server/compact", timeout=_TIMEOUT)
        return lambda: True

    with Fleet() as nobody:
        meter = Meter(nobody, _processes(lab))
        figures = {"snapshot_cpu_ms": meter.measure(compact, _TIMEOUT)["server_cpu_ms"],
                   "snapshot_mb": central.sb.db_path.stat().st_size / 2**20}
        central.sb.restart()
        central.sync_southbound(timeout=_TIMEOUT)
        central.northd.restart()
        meter.processes = _processes(lab)
        meter.settle(_TIMEOUT)
        figures["northd_start_cpu_ms"] = meter.processes["northd"].cpu() * 1000
        for name, process in meter.processes.items():
            figures[f"{name}_mb"] = process.resident_mb()
    return figures


@contextmanager
def _relay(lab: Lab) -> Iterator[tuple[Daemon, Path]]:
    """A relay of the southbound server, which has all contents, and its socket."""
    rundir = lab.dir / "relay"
    socket = rundir / "relay.sock"
    name = lab.central.sb.schema["name"]
    daemon = Daemon("ovsdb-relay", ["ovsdb-server", f"--remote=punix:{socket}",
                                    f"relay:{name}:{lab.central.sb.remote}"],
                    rundir, ctl_path=rundir / "ovsdb-relay.ctl")
    daemon.start()
    select = [name, {"op": "select", "table": "SB_Global", "where": [], "columns": ["nb_cfg"]}]
    wait_until(lambda: jsonrpc.call(socket, "transact", select)[0]["rows"], 60,
               "the relay to have the contents")
    try:
        yield daemon, socket
    finally:
        daemon.stop()


def _measure_sessions(lab: Lab, load: Load, voice: Voice, server: str,
                      options: argparse.Namespace) -> dict[str, Any]:
    if server == "direct":
        return _measure_scene(load, voice, lab.central.sb.socket, _processes(lab), "server",
                              options)
    with _relay(lab) as (daemon, socket):
        processes = _processes(lab)
        processes["relay"] = Process("relay", daemon.pid)
        return _measure_scene(load, voice, socket, processes, "relay", options)


def _measure_scene(load: Load, voice: Voice, socket: Path, processes: dict[str, Process],
                   served_by: str, options: argparse.Namespace) -> dict[str, Any]:
    """`served_by`: which of the processes the sessions are on."""
    def ours() -> float:
        times = os.times()
        return (sum(process.cpu() for process in processes.values()) + time.process_time()
                + times.children_user + times.children_system)

    disturbance = Disturbance(ours)
    with Fleet() as fleet:
        scene = Scene(fleet, load, voice, socket)
        meter = Meter(fleet, processes)
        out: dict[str, Any] = {
            "download": _download(scene, meter, processes[served_by], options.window),
            "changes": {change.name: _median(change, meter, options.repeats)
                        for change in scene.changes()}}
    out["others_cores"] = disturbance.cores()
    return out


def _download(scene: Scene, meter: Meter, server: Process, window: int) -> Figures:
    """All sessions connect: as Meter.measure() has it; `seconds` until the last has its contents,
    `session_mb`: by how much the server has grown for each session, MiB. What it had freed before
    and uses again isn't seen, so only the first sessions on a server tell."""
    meter.settle(_TIMEOUT)
    seconds, resident = 0.0, server.resident_mb()

    def open_all() -> Condition:
        nonlocal seconds
        began = time.monotonic()
        sessions = [chassis.session for chassis in scene.chassis]
        scene.fleet.open(sessions, window=window, timeout=_TIMEOUT)
        seconds = time.monotonic() - began
        return lambda: True

    figures = meter.measure(open_all, _TIMEOUT)
    figures["seconds"] = seconds
    figures["session_mb"] = (server.resident_mb() - resident) / len(scene.chassis)
    return figures


def _median(change: Change, meter: Meter, repeats: int) -> Figures:
    """The medians of each figure."""
    found = []
    for number in range(repeats):
        found.append(meter.measure(lambda: change.apply(number), _TIMEOUT))
        change.check(number)
    return {name: statistics.median(figures[name] for figures in found) for name in found[0]}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m bench.chassis_sessions", description=__doc__)
    add_arguments(parser)
    parser.add_argument("--json", help="write the figures to this file as well")
    options = parser.parse_args()
    figures = run(options)
    print(report(figures))
    if options.json:
        Path(options.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
