"""JSON-RPC over unix sockets, as ovsdb-server and the daemons' control sockets speak it."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any, Sequence

from .errors import LabError
from .wait import scale


def call(path: Path, method: str, params: Sequence[Any], *, timeout: float = 10.0) -> Any:
    """One request on a connection of its own; returns the result, LabError on an error reply."""
    decoder = json.JSONDecoder()
    text = ""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(timeout * scale())
            connection.connect(str(path))
            connection.sendall(
                json.dumps({"id": 0, "method": method, "params": list(params)}).encode())
            pending = b""
            while True:
                chunk = connection.recv(1 << 20)
                if not chunk:
                    raise LabError(f"{path} closed the connection before it answered {method}")
                pending += chunk
                # A message ends in a brace, so other chunks need no attempt to decode.
                if not pending.endswith((b"}", b"}\n")):
                    continue
                text = pending.decode(errors="replace").lstrip()
                while text:
                    try:
                        message, end = decoder.raw_decode(text)
                    except json.JSONDecodeError:
                        break
                    text = text[end:].lstrip()
                    if message.get("id") == 0 and "method" not in message:
                        if message.get("error") is not None:
                            raise LabError(f"{path} refuses {method}: {message['error']}".strip())
                        return message["result"]
                pending = text.encode()
    except OSError as error:
        raise LabError(f"no answer from {path} to {method}: {error}") from error


def unixctl(path: Path, command: str, args: Sequence[str], *, timeout: float = 10.0) -> str:
    """A control command; returns what it prints."""
    return str(call(path, command, list(args), timeout=timeout))
