"""Logs of healthy runs are silent at WARN and above."""

from __future__ import annotations

from typing import Sequence

from lab import Lab
from lab.process import BENIGN

# What Open vSwitch remarks upon that says nothing about us.
TEST_BED = (
    # A busy machine's delays.
    "timeval", "ovs_rcu", "|WARN|blocked ",
    # ovsdb-server, of tools that come and go.
    "jsonrpc|WARN|Dropped", "reconnect|WARN|Dropped",
    # One that was killed may not be gone for good when its successor starts.
    "fatal_signal", "another ovs-vswitchd process is running",
    # A port went while a packet from it was under way.
    "received packet on unknown port",
    # A flow of the datapath went while a thread of ovs-vswitchd looked at it. What a flow table
    # does wrong is told by other modules (ofproto_dpif_xlate, ofproto, connmgr).
    "|dpif(revalidator", "|dpif(handler",
    "|ofproto_dpif_upcall(revalidator", "|ofproto_dpif_upcall(handler",
)


def assert_silent(lab: Lab, expected: Sequence[str] = ()) -> None:
    """No daemon of the lab has logged a warning, except lines that hold an `expected` text.

    What other stacks log is their own business.
    """
    if lab.stack.name != "mooring":
        return
    benign = (*BENIGN, *TEST_BED, *expected)
    found = [f"{daemon.name} in {daemon.rundir.name}: {line}"
             for daemon in lab.daemons for line in daemon.log_problems(benign)]
    assert not found, "warnings in a healthy run:\n" + "\n".join(found[:50])
