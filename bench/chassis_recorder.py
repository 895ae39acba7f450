"""What a real controller says to the southbound database, heard by a proxy between the two."""

from __future__ import annotations

import json
import re
import socket
import time
from pathlib import Path
from typing import Any, Mapping, Sequence

from lab import LabError, wait_until

from .chassis_wire import Request
from .proxy import Proxy

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ZERO = "00000000-0000-0000-0000-000000000000"
_QUIET = 0.5  # seconds of silence after which a controller has said what it had to say


class Recorder(Proxy):
    """Keeps the requests of the controller that connects."""

    def __init__(self, path: Path, target: Path):
        super().__init__(path, target)
        self._requests: list[Request] = []
        self._undecoded: dict[socket.socket, str] = {}
        self._heard = time.monotonic()

    def take(self, timeout: float = 30.0) -> list[Request]:
        """The requests since the last call, once the controller has fallen silent."""
        wait_until(lambda: time.monotonic() - self._heard > _QUIET, timeout,
                   "the recorded controller to fall silent")
        taken, self._requests = self._requests, []
        return taken

    def connected(self, client: socket.socket) -> None:
        self._requests.clear()  # of a connection that has ended
        self._undecoded[client] = ""

    def heard(self, client: socket.socket, data: bytes, from_client: bool) -> None:
        self._heard = time.monotonic()
        if from_client:
            self._decode(client, data.decode())

    def _decode(self, client: socket.socket, data: str) -> None:
        text = self._undecoded[client] + data
        while text:
            try:
                message, end = json.JSONDecoder().raw_decode(text)
            except json.JSONDecodeError:
                break
            text = text[end:].lstrip()
            if "method" in message and message["method"] != "echo":
                self._requests.append((message["method"], message["params"]))
        self._undecoded[client] = text


def opening_of(requests: Sequence[Request]) -> list[Request]:
    """What a controller says when it connects again, from what it said until it had settled.

    The monitor is asked for with the conditions that it had come to, from no known transaction.
    """
    merged: list[Request] = []
    for method, params in requests:
        if method == "monitor_cond_change":
            _change_conditions(merged, params)
        elif method != "transact":
            merged.append((method, json.loads(json.dumps(params))))
    if not any(method == "monitor_cond_since" for method, _ in merged):
        raise LabError("the recorded controller has not asked for a monitor")
    return merged


def _change_conditions(merged: Sequence[Request], params: Sequence[Any]) -> None:
    _old, _new, changes = params
    tables = next(known[2] for method, known in merged if method == "monitor_cond_since")
    for table, (change,) in changes.items():
        for request in tables[table]:
            request["where"] = change["where"]
            # Initial contents were left out as long as nothing was wanted of the table.
            request.pop("select", None)


class Template:
    """Requests of one chassis, to be said in the name of any other."""

    def __init__(self, requests: Sequence[Request], identities: Sequence[str]):
        """`identities`: all that names the recorded chassis, its ports and networks. LabError if
        a UUID is left that none of them is."""
        self._text = json.dumps(requests, separators=(",", ":"))
        strange = set(_UUID.findall(self._text)) - set(identities) - {_ZERO}
        if strange:
            raise LabError("the recorded controller names rows that the benchmark does not know: "
                           + ", ".join(sorted(strange)))
        longest_first = sorted(map(re.escape, identities), key=len, reverse=True)
        self._names = re.compile('"(' + "|".join(longest_first) + ')"')

    def __len__(self) -> int:
        return len(json.loads(self._text))

    def for_chassis(self, names: Mapping[str, str]) -> list[Request]:
        """`names`: for each identity the one to put in its place."""
        text = self._names.sub(lambda found: f'"{names[found[1]]}"', self._text)
        return [tuple(request) for request in json.loads(text)]


def reports_nb_cfg(request: Request) -> bool:
    """Whether it tells which northbound configuration the chassis's switch reflects."""
    method, params = request
    return method == "transact" and any("nb_cfg" in op.get("row", {}) for op in params[1:])


def with_nb_cfg(request: Request, nb_cfg: int) -> Request:
    """Such a request, changed to report `nb_cfg` and the present time."""
    _method, params = request
    row = next(op["row"] for op in params[1:] if "nb_cfg" in op.get("row", {}))
    row.update(nb_cfg=nb_cfg, nb_cfg_timestamp=int(time.time() * 1000))
    return request
