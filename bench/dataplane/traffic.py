"""Connections and packets per second through both stacks, in turn, round after round.

Both labs are up at the same time and an idle one costs next to nothing. A round measures a load with
one stack and at once with the other, so that whatever else the machine does hits both; who comes
first changes from round to round. All rounds of a load come before the next load.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Callable, Sequence

from .campus import FAR, NEAR, Campus

Figures = dict[str, dict[str, list[float]]]


@dataclass(frozen=True)
class Load:
    """`run` loads a campus for some seconds and returns how many units came through; `what` names
    the unit."""

    what: str
    run: Callable[[Campus, float], int]


@dataclass(frozen=True)
class Sample:
    """`rate`: units per second. `cost`: microseconds of the hypervisors' ovs-vswitchd per unit."""

    rate: float
    cost: float


LOADS = [
    Load("UDP packets, one chassis", lambda campus, s: campus.datagrams(NEAR, s)),
    Load("UDP packets, two chassis", lambda campus, s: campus.datagrams(FAR, s)),
    Load("TCP connections, one chassis", lambda campus, s: campus.connections(NEAR, s)),
    Load("TCP connections, two chassis", lambda campus, s: campus.connections(FAR, s)),
]


def measure(stacks: Sequence[str], rounds: int, seconds: float) -> dict[str, Figures]:
    """{stack: {load: {"per_second" or "switch_us": [a number for each round]}}}."""
    samples: dict[str, dict[str, list[Sample]]] = {
        stack: {load.what: [] for load in LOADS} for stack in stacks}
    with ExitStack() as labs:
        campuses = {stack: labs.enter_context(Campus(stack)) for stack in stacks}
        for load in LOADS:
            for number in range(rounds):
                order = list(stacks) if number % 2 == 0 else list(reversed(stacks))
                for stack in order:
                    samples[stack][load.what].append(sample(campuses[stack], load, seconds))
    return {stack: {what: {"per_second": [one.rate for one in taken],
                           "switch_us": [one.cost for one in taken]}
                    for what, taken in loads.items()}
            for stack, loads in samples.items()}


def sample(campus: Campus, load: Load, seconds: float) -> Sample:
    """One measurement; RuntimeError if nothing came through, or a daemon died of it."""
    before = campus.switch_seconds()
    units = load.run(campus, seconds)
    problems = campus.lab.problems()
    if problems or not units:
        raise RuntimeError(f"{load.what} with {campus.lab.stack.name}: {units} came through; "
                           + "; ".join(problems))
    return Sample(units / seconds, (campus.switch_seconds() - before) / units * 1e6)
