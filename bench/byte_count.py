"""Counts what a controller receives from the southbound database, by a relay between the two."""

from __future__ import annotations

import selectors
import socket
import threading
from pathlib import Path
from typing import Any, Callable

from lab import Hypervisor


class CountingRelay:
    """Listens on `path` and passes each connection on to the server at `target`.

    `received` is the number of bytes that have come from the server.
    """

    def __init__(self, path: Path, target: Path):
        self.received = 0
        self._target = target
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._wake.send(b"x")
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._wake.close()

    def _serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._woken:
                    return
                if key.fileobj is self._listener:
                    self._accept()
                else:
                    self._pass_on(key.fileobj, *key.data)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.connect(str(self._target))
        self._selector.register(client, selectors.EVENT_READ, (server, False))
        self._selector.register(server, selectors.EVENT_READ, (client, True))

    def _pass_on(self, source: Any, sink: socket.socket, from_server: bool) -> None:
        try:
            data = source.recv(1 << 20)
            if data:
                sink.sendall(data)
        except OSError:
            data = b""
        if from_server:
            self.received += len(data)
        if not data:
            for end in (source, sink):
                self._selector.unregister(end)
                end.close()


def bytes_until(node: Hypervisor, southbound: Path, action: Callable[[], Any]) -> int:
    """What the node's controller receives while action() runs, with the relay in its way."""
    path = node.rundir / "counted.sock"
    relay = CountingRelay(path, southbound)
    try:
        node.set_external_ids({"ovn-remote": f"unix:{path}"})
        action()
        return relay.received
    finally:
        node.set_external_ids({"ovn-remote": f"unix:{southbound}"})
        relay.close()
        path.unlink()
