"""Who reaches whom, and what a change costs in lost packets."""

from __future__ import annotations

import ipaddress
import select
import threading
import time
from dataclasses import dataclass, field
from typing import Callable, Iterable

from .echo import EchoSocket
from .errors import LabError
from .machine import Machine
from .wait import Deadline, WaitTimeout, scale

Pair = tuple[Machine, str]
RETRY_INTERVAL = 0.25
CONTROL_ROUNDS = 3


def reach_all(
    pairs: Iterable[Pair],
    *,
    expected: Callable[[Machine, str], bool] | None = None,
    patience: float = 1.0,
    timeout: float = 5.0,
) -> dict[tuple[str, str], bool]:
    """Asks all (machine, address) pairs at once; returns {(machine's name, address): answered}.

    Each pair is asked every quarter of a second until it answers. A pair that `expected` says
    reaches gets up to `timeout`. Every other has failed when the third requests of all those have
    been answered, so that a machine as slow as it may be had the time to answer all of its own; or,
    where none is expected to reach and without `expected`, when `patience` has passed.
    """
    pairs = list(pairs)
    # By pair, the latest of its requests that was answered; 0 before that.
    latest: dict[tuple[str, str], int] = {(m.name, _canonical(ip)): 0 for m, ip in pairs}
    sockets: dict[tuple[str, int], EchoSocket] = {}
    wanted = {(m.name, _canonical(ip)) for m, ip in pairs if expected and expected(m, ip)}
    # Who is waited for, and how far: the others are given as many requests.
    rounds = 1 if len(wanted) == len(latest) else CONTROL_ROUNDS
    deadline = Deadline(max(timeout, patience) if wanted else patience)
    poller = select.poll()
    by_descriptor: dict[int, EchoSocket] = {}

    def done() -> bool:
        return all(latest.values()) if not wanted else all(latest[key] >= rounds for key in wanted)

    try:
        for machine, ip in pairs:
            key = (machine.name, ipaddress.ip_address(ip).version)
            if key not in sockets:
                sockets[key] = EchoSocket(machine, key[1])
                by_descriptor[sockets[key].fileno()] = sockets[key]
                poller.register(sockets[key], select.POLLIN)
        sequence = 0
        while not done() and not deadline.passed:
            sequence += 1
            for machine, ip in pairs:
                key = (machine.name, _canonical(ip))
                if not latest[key] or (key in wanted and latest[key] < rounds):
                    sockets[machine.name, ipaddress.ip_address(ip).version].send(ip, sequence)
            round_end = time.monotonic() + RETRY_INTERVAL
            while (left := round_end - time.monotonic()) > 0 and not done():
                for descriptor, _ in poller.poll(left * 1000):
                    echo = by_descriptor[descriptor]
                    for ip, number in echo.receive():
                        key = (echo.machine.name, ip)
                        if key in latest:
                            latest[key] = max(latest[key], number)
    finally:
        for echo in sockets.values():
            echo.close()
    return {(m.name, ip): latest[m.name, _canonical(ip)] > 0 for m, ip in pairs}


def reach(machine: Machine, ip: str, *, timeout: float = 1.0) -> bool:
    """Whether `ip` answers the machine's echo requests within `timeout`; true at the first."""
    return reach_all([(machine, ip)], patience=timeout)[machine.name, ip]


def wait_reach(machine: Machine, ip: str, *, timeout: float = 10.0) -> None:
    """Returns when `ip` answers; WaitTimeout if it does not."""
    if not reach(machine, ip, timeout=timeout):
        raise WaitTimeout(f"waited {timeout * scale():g} s for {ip} to answer {machine.name}")


def _canonical(ip: str) -> str:
    return str(ipaddress.ip_address(ip))


@dataclass
class PingReport:
    """What became of a Pinger's requests."""

    sent: int
    received: int
    # Sequence numbers, from 1, that nobody answered.
    lost: list[int] = field(default_factory=list)
    # The longest time between two replies, in seconds.
    longest_gap: float = 0.0
    # The longest time between a request and its reply, in seconds.
    slowest: float = 0.0
    # Replies beyond the first to one request: a sign of a frame delivered twice.
    duplicates: int = 0

    def __str__(self) -> str:
        return (f"{self.sent} sent, {len(self.lost)} lost, {self.duplicates} duplicates, "
                f"longest gap {self.longest_gap * 1000:.0f} ms, "
                f"slowest reply {self.slowest * 1000:.0f} ms")


class Pinger:
    """A steady ping, 100 per second unless told otherwise, around something that may disturb it.

        with Pinger(vm, "10.0.0.2") as ping:
            hypervisor.controller.kill9()
        assert not ping.report.lost
    """

    # How long a reply may be late before it is lost.
    GRACE = 2.0

    def __init__(self, machine: Machine, ip: str, *, rate: float = 100.0):
        self.machine = machine
        self.ip = _canonical(ip)
        self.rate = rate
        self._echo = EchoSocket(machine, ipaddress.ip_address(ip).version)
        self._sent: dict[int, float] = {}
        self._received: dict[int, float] = {}
        self._duplicates = 0
        self._arrival = threading.Condition()
        self._stopping = threading.Event()
        self._done = threading.Event()
        self._report: PingReport | None = None
        self._sender = threading.Thread(target=self._send, name=f"ping-{ip}", daemon=True)
        self._receiver = threading.Thread(target=self._receive, name=f"pong-{ip}", daemon=True)

    def __enter__(self) -> Pinger:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, timeout: float = 10.0) -> None:
        """Begins, and returns at the first reply: from then on every loss counts."""
        wait_reach(self.machine, self.ip, timeout=timeout)
        self._sender.start()
        self._receiver.start()
        self.wait_replies(1, timeout)

    def wait_replies(self, more: int, timeout: float = 10.0) -> None:
        """Returns when `more` replies have arrived from now on; WaitTimeout if they don't."""
        with self._arrival:
            goal = len(self._received) + more
            if not self._arrival.wait_for(lambda: len(self._received) >= goal, timeout * scale()):
                missing = goal - len(self._received)
                raise WaitTimeout(f"waited {timeout * scale():g} s for {missing} more of {more} "
                                  f"echo replies from {self.ip} to {self.machine.name}")

    def stop(self) -> PingReport:
        """Ends it, waits for late replies, and reports."""
        if self._report is None:
            self._stopping.set()
            self._sender.join()
            with self._arrival:
                self._arrival.wait_for(lambda: len(self._received) == len(self._sent),
                                       self.GRACE * scale())
            self._done.set()
            self._receiver.join()
            self._echo.close()
            self._report = self._summary()
        return self._report

    @property
    def report(self) -> PingReport:
        if self._report is None:
            raise LabError("the ping goes on; stop() it before its report")
        return self._report

    def _send(self) -> None:
        start = time.monotonic()
        sequence = 0
        while not self._stopping.wait(max(0.0, start + sequence / self.rate - time.monotonic())):
            sequence += 1
            with self._arrival:
                self._sent[sequence] = time.monotonic()
            self._echo.send(self.ip, sequence)

    def _receive(self) -> None:
        poller = select.poll()
        poller.register(self._echo, select.POLLIN)
        while not self._done.is_set():
            if not poller.poll(50):
                continue
            now = time.monotonic()
            with self._arrival:
                for ip, sequence in self._echo.receive():
                    if ip != self.ip:
                        continue
                    if sequence in self._received:
                        self._duplicates += 1
                    self._received.setdefault(sequence, now)
                self._arrival.notify_all()

    def _summary(self) -> PingReport:
        arrivals = sorted(self._received.values())
        gaps = [later - earlier for earlier, later in zip(arrivals, arrivals[1:])]
        delays = [time - self._sent[sequence] for sequence, time in self._received.items()]
        lost = sorted(set(self._sent) - set(self._received))
        return PingReport(len(self._sent), len(self._received), lost, max(gaps, default=0.0),
                          max(delays, default=0.0), self._duplicates)
