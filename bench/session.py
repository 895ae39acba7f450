"""A connection to a database server that stays open, for changes that are timed."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

from lab import LabError


class Session:
    """One JSON-RPC connection (RFC 7047): transactions, and one monitor whose rows are kept.

    `rows` has the monitored rows, {table: {uuid: {column: value}}}, values in OVSDB's JSON.
    """

    def __init__(self, path: Path, database: str, timeout: float = 1200):
        self.database = database
        self.rows: dict[str, dict[str, dict[str, Any]]] = {}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._timeout = timeout
        self._socket.settimeout(timeout)
        self._socket.connect(str(path))
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._replies: dict[int, Any] = {}
        self._last_id = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def transact(self, *operations: Mapping[str, Any]) -> list[Any]:
        """Their results; LabError when one of them fails."""
        results = self._call("transact", [self.database, *operations])
        for result in results:
            if isinstance(result, dict) and "error" in result:
                raise LabError(f"{result['error']}: {result.get('details', '')}")
        return results

    def monitor(self, tables: Mapping[str, Mapping[str, Any]]) -> None:
        """Keeps rows of {table: {"columns": [...], "where": [...]}} in `rows` from now on."""
        requests = {table: [dict(request)] for table, request in tables.items()}
        self._apply(self._call("monitor_cond", [self.database, "m", requests]))

    def wait(self, condition: Callable[[], Any], patience: float | None = None) -> Any:
        """Takes messages until condition() is true, and returns that.

        TimeoutError when nothing comes for so many seconds.
        """
        self._socket.settimeout(patience or self._timeout)
        while not (found := condition()):
            self._take()
        return found

    def _call(self, method: str, params: Sequence[Any]) -> Any:
        self._last_id += 1
        number = self._last_id
        request = {"id": number, "method": method, "params": list(params)}
        self._socket.sendall(json.dumps(request).encode())
        self.wait(lambda: number in self._replies)
        reply = self._replies.pop(number)
        if reply.get("error") is not None:
            raise LabError(f"{method}: {reply['error']}")
        return reply["result"]

    def _take(self) -> None:
        """Handles the next message; TimeoutError when none comes."""
        while True:
            try:
                message, end = self._decoder.raw_decode(self._text)
                break
            except json.JSONDecodeError:
                chunk = self._socket.recv(1 << 20)
                if not chunk:
                    raise LabError("the database server has closed the connection") from None
                # A message ends with a brace, so other chunks needn't be tried.
                while not chunk.endswith(b"}"):
                    chunk += self._socket.recv(1 << 20)
                self._text += chunk.decode()
        self._text = self._text[end:].lstrip()
        if message.get("method") == "echo":
            reply = {"id": message["id"], "result": message["params"], "error": None}
            self._socket.sendall(json.dumps(reply).encode())
        elif message.get("method") == "update2":
            self._apply(message["params"][1])
        elif "method" not in message:
            self._replies[message["id"]] = message

    def _apply(self, updates: Mapping[str, Mapping[str, Any]]) -> None:
        for table, changes in updates.items():
            rows = self.rows.setdefault(table, {})
            for uuid, change in changes.items():
                if "delete" in change:
                    rows.pop(uuid, None)
                else:
                    # Of a new row, columns with their type's default are left out.
                    rows.setdefault(uuid, {}).update(next(iter(change.values())))


def milliseconds(action: Callable[[], Any]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000
