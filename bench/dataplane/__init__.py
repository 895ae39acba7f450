"""What Mooring's pipeline costs packets, beside Debian's OVN in the same run.

Both get the same northbound rows (network.py): a Logical_Switch with a localnet port on a VLAN, and
ports with port security and Neutron's default security group; the first two parts also measure them
without either. Three parts:

    first_packet   tables of br-int that the first packet of a flow visits (ofproto/trace)
    megaflows      datapath flows that a mixed load leaves, and how wide they match
    traffic        TCP connections and UDP packets per second, on one chassis and between two

    cd REPOSITORY && python3 -m bench.dataplane --quick
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, dataclass
from typing import Any

from . import first_packet, megaflows, traffic
from .scene import scene
from .tables import report

__all__ = ["add_arguments", "report", "run"]

STACKS = ("mooring", "ovn")
PARTS = ("first_packet", "megaflows", "traffic")


@dataclass(frozen=True)
class Effort:
    """How long to measure: rounds of traffic, seconds of a load in one, flows of the mixed load."""

    rounds: int
    seconds: float
    flows: int


FULL, QUICK = Effort(25, 1.0, 200), Effort(1, 0.5, 50)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, help=f"rounds of traffic ({FULL.rounds})")
    parser.add_argument("--round-seconds", type=float,
                        help=f"length of one load of traffic, in seconds ({FULL.seconds:g})")
    parser.add_argument("--mixed-flows", type=int, help=f"flows of the mixed load ({FULL.flows})")
    parser.add_argument("--parts", default=",".join(PARTS),
                        help="which to measure, separated by commas (%(default)s)")
    parser.add_argument("--quick", action="store_true",
                        help="as little as shows that it works; the figures mean nothing")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """The figures by stack and part:

    first_packet: {"open" or "secured": {packet: {"lookups", "recirculations"}}}
    megaflows:    {"open" or "secured": {"flows", "masks", "fields", "bits"}}
    traffic:      {load: {"per_second" or "switch_us": [a number for each round]}}; the latter are
                  microseconds of the hypervisors' ovs-vswitchd for each connection or packet
    """
    effort = _effort(options)
    parts = options.parts.split(",")
    if not set(parts) <= set(PARTS):
        raise ValueError(f"--parts {options.parts}: there are {', '.join(PARTS)}")
    figures: dict[str, Any] = {stack: {} for stack in STACKS}
    for stack in STACKS:
        _measure_pipeline(figures[stack], stack, parts, effort.flows)
    if "traffic" in parts:
        print(f"measuring traffic: {effort.rounds} rounds", file=sys.stderr)
        measured = traffic.measure(STACKS, effort.rounds, effort.seconds)
        for stack in STACKS:
            figures[stack]["traffic"] = measured[stack]
    return figures


def _effort(options: argparse.Namespace) -> Effort:
    usual = QUICK if options.quick else FULL
    return Effort(options.rounds or usual.rounds, options.round_seconds or usual.seconds,
                  options.mixed_flows or usual.flows)


def _measure_pipeline(figures: dict[str, Any], stack: str, parts: list[str], flows: int) -> None:
    """The parts that need one chassis with dummy devices: before and after it is secured."""
    measures = {
        "first_packet": lambda made: {packet.what: asdict(first_packet.visit(made, packet))
                                      for packet in first_packet.packets()},
        "megaflows": lambda made: asdict(megaflows.measure(made, flows)),
    }
    wanted = {part: measures[part] for part in parts if part in measures}
    if not wanted:
        return
    print(f"measuring the pipeline of {stack}", file=sys.stderr)
    with scene(stack) as made:
        for state, prepare in (("open", lambda: None), ("secured", made.secure)):
            prepare()
            for part, measure in wanted.items():
                figures.setdefault(part, {})[state] = measure(made)
