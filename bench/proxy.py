"""A proxy between a database's client and its server, to hear what they say."""

from __future__ import annotations

import selectors
import socket
import threading
from pathlib import Path


class Proxy(threading.Thread):
    """Listens on the unix socket `path` and passes each connection on to the server at `target`.

    What passes is told to heard(), and a new connection to connected(), in the proxy's thread. To be
    used in a `with` statement.
    """

    def __init__(self, path: Path, target: Path):
        super().__init__(name="proxy", daemon=True)
        self.path = path
        self._server_path = target
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._selector.register(self._listener, selectors.EVENT_READ)

    def __enter__(self):  # type: ignore[no-untyped-def]
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._wake.close()
        self.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        self._selector.close()
        self.path.unlink(missing_ok=True)

    def connected(self, client: socket.socket) -> None:
        """A client has come."""

    def heard(self, client: socket.socket, data: bytes, from_client: bool) -> None:
        """`data` has passed on the client's connection."""

    def run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._woken:
                    return
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj.fileno() >= 0:  # type: ignore[union-attr]
                    self._pass_on(key.fileobj, *key.data)  # type: ignore[arg-type]

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            server.connect(str(self._server_path))
        except OSError:  # the client sees its connection end, and comes again
            client.close()
            server.close()
            return
        self.connected(client)
        self._selector.register(client, selectors.EVENT_READ, (server, True))
        self._selector.register(server, selectors.EVENT_READ, (client, False))

    def _pass_on(self, source: socket.socket, sink: socket.socket, from_client: bool) -> None:
        try:
            data = source.recv(1 << 20)
            sink.sendall(data)
        except OSError:
            data = b""
        if not data:
            for end in (source, sink):
                self._selector.unregister(end)
                end.close()
            return
        self.heard(source if from_client else sink, data, from_client)
