"""Logs of healthy runs are silent at WARN and above."""

from __future__ import annotations

from typing import Sequence

from lab import Lab
from lab.process import BENIGN

# A busy machine's delays, and what ovsdb-server says of short-lived tools.
TEST_BED = ("timeval", "ovs_rcu", "jsonrpc|WARN|Dropped", "reconnect|WARN|Dropped")


def assert_silent(lab: Lab, expected: Sequence[str] = ()) -> None:
    """No daemon of the lab has logged a warning, except lines that hold an `expected` text.

    What other stacks log is their own business.
    """
    if lab.stack.name != "mooring":
        return
    # A machine that is busy makes Open vSwitch remark upon it; that says nothing about us.
    # One that was killed may not be gone for good when its successor starts.
    busy = ("timeval|WARN", "|WARN|blocked ", "fatal_signal",
            "another ovs-vswitchd process is running")
    benign = (*BENIGN, *busy, *TEST_BED, *expected)
    found = [f"{daemon.name} in {daemon.rundir.name}: {line}"
             for daemon in lab.daemons for line in daemon.log_problems(benign)]
    assert not found, "warnings in a healthy run:\n" + "\n".join(found[:50])
