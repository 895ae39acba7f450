"""JSON-RPC as ovsdb-server writes it, cut into messages without being parsed."""

from __future__ import annotations

import json
from typing import Any, Sequence

# A quote inside a string is escaped and a comma stands between objects of one message, so this is
# nowhere but where one message ends and the next begins.
_BOUNDARY = b'}{"'

Request = tuple[str, Sequence[Any]]  # method, params


class Framer:
    """Bytes in, whole messages out.

    Whether the last message is whole is told by counting braces, which is exact as long as those
    within each string balance: in matches and actions they do, and the benchmark makes all other
    strings itself.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._searched = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The messages that `chunk` completes."""
        self._pending += chunk
        messages = []
        while (cut := self._pending.find(_BOUNDARY, self._searched)) >= 0:
            messages.append(bytes(self._pending[:cut + 1]))
            del self._pending[:cut + 1]
            self._searched = 0
        if self._whole():
            messages.append(bytes(self._pending))
            self._pending.clear()
        self._searched = max(0, len(self._pending) - len(_BOUNDARY) + 1)
        return messages

    def _whole(self) -> bool:
        pending = self._pending
        return pending.endswith(b"}") and pending.count(b"{") == pending.count(b"}")


def encode(number: int, request: Request) -> bytes:
    """A request with `number` as its id."""
    method, params = request
    return json.dumps({"id": number, "method": method, "params": params},
                      separators=(",", ":")).encode()
