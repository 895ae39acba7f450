"""Small UDP datagrams, as many as the path between two machines takes without losing any.

    udp_load.py server ADDRESS PORT             # says "listening", then serves until it is ended
    udp_load.py client ADDRESS PORT SECONDS     # prints how many datagrams the server got

The client has at most a window of datagrams under way and the server acknowledges every batch: a
sender that floods takes the processor from the switch that is to be measured, and what it sends is
lost before it gets there. A window fits into the receive buffers that the kernel gives to
ovs-vswitchd's and to the server's sockets (net.core.rmem_default, some 270 small packets).
"""

from __future__ import annotations

import socket
import struct
import sys
import time

PAYLOAD = bytes(64)
WINDOW, BATCH = 192, 32  # datagrams
PATIENCE = 0.05  # seconds without an acknowledgement, after which what is under way is lost
_COUNT = struct.Struct("!Q")
_TIMEVAL = struct.Struct("@ll")


def serve(address: str, port: int) -> None:
    """Counts what each client sends, one client at a time, and says so after every batch."""
    with socket.socket(type=socket.SOCK_DGRAM) as server:
        server.bind((address, port))
        print("listening", flush=True)
        buffer = bytearray(2048)
        client, count = None, 0
        while True:
            _, peer = server.recvfrom_into(buffer)
            if peer != client:
                client, count = peer, 0
            count += 1
            if count % BATCH == 0:
                server.sendto(_COUNT.pack(count), peer)


def load(address: str, port: int, seconds: float) -> int:
    """Sends for that long; returns how many datagrams were acknowledged."""
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO,
                          _TIMEVAL.pack(0, int(PATIENCE * 1e6)))
        client.connect((address, port))
        end = time.monotonic() + seconds
        under_way = acknowledged = 0
        while time.monotonic() < end:
            for _ in range(WINDOW - under_way):
                client.send(PAYLOAD)
            under_way = WINDOW
            try:
                count, = _COUNT.unpack(client.recv(_COUNT.size))
                under_way = max(0, under_way - (count - acknowledged))
                acknowledged = count
            except BlockingIOError:
                under_way = 0
        return acknowledged


def main(argv: list[str]) -> None:
    role, address, port, *rest = argv
    if role == "server":
        serve(address, int(port))
    else:
        print(load(address, int(port), float(rest[0])))


if __name__ == "__main__":
    main(sys.argv[1:])
