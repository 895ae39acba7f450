"""Logs of healthy runs are silent at WARN and above."""

from __future__ import annotations

from typing import Sequence

from lab import Lab
from lab.process import BENIGN


def assert_silent(lab: Lab, expected: Sequence[str] = ()) -> None:
    """No daemon of the lab has logged a warning, except lines that hold an `expected` text.

    What other stacks log is their own business.
    """
    if lab.stack.name != "mooring":
        return
    benign = (*BENIGN, "jsonrpc|WARN|Dropped", "reconnect|WARN|Dropped", *expected)
    found = [f"{daemon.name} in {daemon.rundir.name}: {line}"
             for daemon in lab.daemons for line in daemon.log_problems(benign)]
    assert not found, "warnings in a healthy run:\n" + "\n".join(found[:50])
