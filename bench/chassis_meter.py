"""What one change costs: CPU of the daemons, bytes sent to the sessions, and how soon."""

from __future__ import annotations

import time
from collections import deque
from typing import Callable, Mapping

from lab import LabError
from lab.wait import Deadline

from .chassis_fleet import Fleet
from .chassis_process import Process, machine_busy

Figures = dict[str, float]
Condition = Callable[[], bool]

# All is over when the daemons have slept for this long, but for what they do on their timers, and
# no byte has come.
_QUIET = 0.1       # seconds
_IDLING = 0.001    # seconds of CPU, of all daemons together, in that time
_STEP = 0.01       # seconds between two looks


class Meter:
    """Watches daemons and the sessions of a fleet, which it serves meanwhile."""

    def __init__(self, fleet: Fleet, processes: Mapping[str, Process]):
        self.fleet = fleet
        self.processes = dict(processes)

    def measure(self, change: Callable[[], Condition], timeout: float) -> Figures:
        """The cost of `change`, until the condition that it returns is true and all is quiet.

        `<process>_cpu_ms`: CPU of each daemon; `bytes`, `updates`: received by all sessions;
        `sessions`: how many got an update; `last_ms`: from the change to the last of these;
        `done_ms`: until the condition was true.
        """
        self.settle(timeout)
        self.fleet.reset()
        before, began = self._cpu(), time.monotonic()
        done = change()
        figures = {"done_ms": (self.settle(timeout, done) - began) * 1000}
        after = self._cpu()
        figures |= {f"{name}_cpu_ms": (after[name] - before[name]) * 1000 for name in after}
        sessions = self.fleet.counted
        reached = [session.last_update for session in sessions if session.updates]
        figures["bytes"] = sum(session.bytes for session in sessions)
        figures["updates"] = sum(session.updates for session in sessions)
        figures["sessions"] = len(reached)
        figures["last_ms"] = (max(reached) - began) * 1000 if reached else 0.0
        return figures

    def settle(self, timeout: float, done: Condition = lambda: True) -> float:
        """Serves the sessions until `done` and all is quiet; returns when `done` was."""
        deadline = Deadline(timeout)
        looks: deque[tuple[float, float]] = deque()  # time, CPU of all until then
        done_at = 0.0
        while True:
            served = self.fleet.poll(_STEP)
            now, spent = time.monotonic(), sum(self._cpu().values())
            if not done_at and done():
                done_at = now
            if served or not done_at or not self._asleep():
                looks.clear()
            while len(looks) > 1 and looks[1][0] <= now - _QUIET:
                looks.popleft()
            if looks and looks[0][0] <= now - _QUIET and spent - looks[0][1] <= _IDLING:
                return done_at
            looks.append((now, spent))
            if deadline.passed:
                raise LabError(f"after {deadline.timeout:g} s the change has not come to its end, "
                               f"or the daemons to rest")

    def _cpu(self) -> dict[str, float]:
        return {name: process.cpu() for name, process in self.processes.items()}

    def _asleep(self) -> bool:
        return all(process.asleep() for process in self.processes.values())


class Disturbance:
    """How many cores others than the benchmark kept busy: 0 on a quiet machine."""

    def __init__(self, ours: Callable[[], float]):
        """`ours`: seconds of CPU that the benchmark and its daemons have used until now."""
        self._ours = ours
        self._start = time.monotonic(), machine_busy(), ours()

    def cores(self) -> float:
        """On average since this was made."""
        began, busy, ours = self._start
        elapsed = time.monotonic() - began
        return max(0.0, (machine_busy() - busy - (self._ours() - ours)) / elapsed)
