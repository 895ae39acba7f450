"""Incremental state against what a fresh start computes, and the work that was done."""

from __future__ import annotations

import json
from typing import Any

from lab import Daemon, Lab, wait_until


def check(daemon: Daemon) -> None:
    """The daemon's derived state is what it would derive from scratch."""
    # northd's recompute holds its result against what it had, too.
    command = "engine/check" if "controller" in daemon.name else "recompute"
    answer = daemon.ctl(command, timeout=60).strip()
    assert answer == "no difference", f"{daemon.name}: {answer}\n{daemon.log_tail()}"


def check_all(lab: Lab) -> None:
    """check() of every Mooring daemon that runs."""
    if lab.stack.name != "mooring":
        return
    for daemon in [lab.central.northd, *(h.controller for h in lab.hypervisors.values())]:
        if daemon.running:
            check(daemon)


def stats(daemon: Daemon) -> dict[str, Any]:
    """engine/stats of a daemon, decoded."""
    return json.loads(daemon.ctl("engine/stats"))


def wait_quiet_flows(hypervisor, expected: list[str], timeout: float = 20.0) -> None:
    """Returns when br-int holds exactly `expected`, flows without cookies."""

    def difference() -> str:
        have = set(hypervisor.flows(cookies=False))
        lines = [f"  too many: {flow}" for flow in sorted(have - set(expected))]
        lines += [f"  missing:  {flow}" for flow in sorted(set(expected) - have)]
        return f"br-int of {hypervisor.name} to have the expected flows\n" + "\n".join(lines[:40])

    wait_until(lambda: hypervisor.flows(cookies=False) == expected, timeout, difference)
