"""ICMP echo from a machine, without a ping process per question."""

from __future__ import annotations

import ipaddress
import os
import socket
import struct

from .machine import Machine

_HEADER = struct.Struct("!BBHHH")
_ECHO_REQUEST = {4: 8, 6: 128}
_ECHO_REPLY = {4: 0, 6: 129}


class EchoSocket:
    """Sends echo requests from a machine and says which of them were answered."""

    def __init__(self, machine: Machine, version: int):
        self.machine = machine
        self.version = version
        if version == 4:
            self._socket = machine.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        else:
            self._socket = machine.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        self._socket.setblocking(False)
        # Tells our replies from those to others' requests from the same machine.
        self._id = int.from_bytes(os.urandom(2), "big")

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def send(self, ip: str, sequence: int) -> bool:
        """Sends one request; False if the machine's kernel knows at once that it cannot."""
        payload = struct.pack("!I", sequence) + bytes(48)
        kind = _ECHO_REQUEST[self.version]
        message = _HEADER.pack(kind, 0, 0, self._id, sequence & 0xFFFF) + payload
        if self.version == 4:
            # For ICMPv6 the kernel computes the checksum.
            message = _HEADER.pack(kind, 0, _checksum(message), self._id, sequence & 0xFFFF) \
                + payload
        try:
            self._socket.sendto(message, (ip, 0))
            return True
        except OSError:
            return False

    def receive(self) -> list[tuple[str, int]]:
        """The (address, sequence) of the replies that have arrived; does not block."""
        replies: list[tuple[str, int]] = []
        while True:
            try:
                data, address = self._socket.recvfrom(1 << 16)
            except BlockingIOError:
                return replies
            except OSError:
                # A pending ICMP error, as "no route"; taken off by this call.
                continue
            if self.version == 4:
                data = data[(data[0] & 0xF) * 4:]
            if len(data) < _HEADER.size + 4:
                continue
            kind, _, _, identifier, _ = _HEADER.unpack_from(data)
            if kind == _ECHO_REPLY[self.version] and identifier == self._id:
                sequence, = struct.unpack_from("!I", data, _HEADER.size)
                replies.append((str(ipaddress.ip_address(address[0])), sequence))


def _checksum(message: bytes) -> int:
    total = sum(struct.unpack(f"!{len(message) // 2}H", message))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
