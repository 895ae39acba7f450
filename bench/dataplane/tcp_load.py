"""Short TCP connections, as many as the path between two machines takes.

    tcp_load.py server ADDRESS PORT             # says "listening", then serves until it is ended
    tcp_load.py client ADDRESS PORT SECONDS WORKERS     # prints how many connections were whole

A connection is whole when the client has connected, sent one byte, got one back and seen the end.
Both sides do as little as they can beside, so that what lies between them is the bottleneck: the
kernel wakes the server only when a connection has data (TCP_DEFER_ACCEPT), and the client's
workers, a process each, do nothing but wait. The server closes first, so that the TIME_WAIT is on
its side.

No two connections of a load have the same ports: where a NATted connection's tuple comes again,
and OVN's commits all have a nat(src), the userspace conntrack of Open vSwitch 3.1 ends
ovs-vswitchd (an assertion in conn_update_state()).
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from typing import Any, NoReturn

BACKLOG = 1024
DEFER_SECONDS = 10
CLIENT_PORTS = range(2048, 65536)


def serve(address: str, port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, DEFER_SECONDS)
        listener.bind((address, port))
        listener.listen(BACKLOG)
        print("listening", flush=True)
        while True:
            peer, _ = listener.accept()
            try:
                peer.send(peer.recv(1))
            except ConnectionError:
                pass  # by a client that was ended in the middle
            peer.close()


class _TimeIsUp(Exception):
    pass


def _time_is_up(*_: object) -> None:
    raise _TimeIsUp


def work(address: str, port: int, seconds: float, client_ports: range) -> int:
    """Opens one connection after the other; returns how many were whole. RuntimeError if the time
    is longer than the ports last."""
    signal.signal(signal.SIGALRM, _time_is_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    whole = 0
    try:
        for client_port in client_ports:
            with socket.socket() as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                connection.bind(("", client_port))
                connection.connect((address, port))
                connection.send(b"?")
                if connection.recv(1) and not connection.recv(1):
                    whole += 1
    except _TimeIsUp:
        return whole
    raise RuntimeError(f"{len(client_ports)} client ports were used up within {seconds:g} s: "
                       "take a shorter time")


def load(address: str, port: int, seconds: float, workers: int) -> int:
    """Runs the workers, each with its own ports; returns the sum. RuntimeError if one failed."""
    pipes = []
    for number in range(workers):
        read, write = os.pipe()
        if os.fork() == 0:
            _report_work(write, address, port, seconds, CLIENT_PORTS[number::workers])
        os.close(write)
        pipes.append(read)
    counts = [os.read(pipe, 64) for pipe in pipes]
    for _ in pipes:
        os.wait()
    if not all(counts):
        raise RuntimeError("a worker failed")
    return sum(map(int, counts))


def _report_work(pipe: int, *arguments: Any) -> NoReturn:
    """A worker process: writes the number, or nothing and says why."""
    try:
        os.write(pipe, str(work(*arguments)).encode())
    except BaseException:
        traceback.print_exc()
    os._exit(0)


def main(argv: list[str]) -> None:
    role, address, port, *rest = argv
    if role == "server":
        serve(address, int(port))
    else:
        print(load(address, int(port), float(rest[0]), int(rest[1])))


if __name__ == "__main__":
    main(sys.argv[1:])
