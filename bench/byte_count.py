"""Counts what a controller receives from the southbound database."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any, Callable

from lab import Hypervisor

from .proxy import Proxy


class Counter(Proxy):
    """`received` is the number of bytes that have come from the server."""

    received = 0

    def heard(self, client: socket.socket, data: bytes, from_client: bool) -> None:
        if not from_client:
            self.received += len(data)


def bytes_until(node: Hypervisor, southbound: Path, action: Callable[[], Any]) -> int:
    """What the node's controller receives while action() runs, with a proxy in its way."""
    with Counter(node.rundir / "counted.sock", southbound) as counter:
        try:
            node.set_external_ids({"ovn-remote": f"unix:{counter.path}"})
            action()
            return counter.received
        finally:
            node.set_external_ids({"ovn-remote": f"unix:{southbound}"})
