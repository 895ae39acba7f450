"""The figures as Markdown tables: a row for each measure, with both stacks and their ratio."""

from __future__ import annotations

import statistics
from typing import Any, Iterable, Sequence

OURS, PEER = "mooring", "ovn"
STATES = ("open", "secured")
# The targets: tables visited, of OVN's; connections and packets per second, of OVN's.
MOST_TABLES, LEAST_RATE = 0.5, 1.0

Row = tuple[str, str, str, str]


def report(figures: dict[str, Any]) -> str:
    """`figures` as run() returns them; parts that were not measured are left out."""
    parts = [part for name, part in (("first_packet", first_packet), ("megaflows", megaflows),
                                     ("traffic", traffic)) if name in figures[OURS]]
    return "\n\n".join(part(figures) for part in parts)


def first_packet(figures: dict[str, Any]) -> str:
    rows: list[Row] = []
    ratios: list[float] = []
    for state in STATES:
        for what, ours in figures[OURS]["first_packet"][state].items():
            theirs = figures[PEER]["first_packet"][state][what]
            ratios.append(ours["lookups"] / theirs["lookups"])
            rows.append((f"{state}: {what}", _visit(ours), _visit(theirs), f"{ratios[-1]:.2f}"))
    met = sum(ratio <= MOST_TABLES for ratio in ratios)
    return "\n".join([
        "### First packet of a flow: tables visited (recirculations)", "", *_table(rows), "",
        "Open: without port security and rules. Secured: with port security and the default "
        "security group; flooded to 10 local ports.", "",
        f"Target, at most {MOST_TABLES:g} of OVN's: met by {met} of {len(ratios)}; the ratios are "
        f"{min(ratios):.2f} to {max(ratios):.2f}."])


def megaflows(figures: dict[str, Any]) -> str:
    names = {"flows": "datapath flows", "masks": "distinct masks",
             "fields": "fields that a flow matches, mean",
             "bits": "bits that a flow matches, mean"}
    rows: list[Row] = []
    for state in STATES:
        ours, theirs = (figures[stack]["megaflows"][state] for stack in (OURS, PEER))
        for key, name in names.items():
            digits = 0 if isinstance(ours[key], int) else 1
            rows.append((f"{state}: {name}", f"{ours[key]:,.{digits}f}",
                         f"{theirs[key]:,.{digits}f}", f"{ours[key] / theirs[key]:.2f}"))
    return "\n".join(["### Datapath flows after a mixed load", "", *_table(rows)])


def traffic(figures: dict[str, Any]) -> str:
    rows: list[Row] = []
    rates: list[list[float]] = []
    for what, ours in figures[OURS]["traffic"].items():
        theirs = figures[PEER]["traffic"][what]
        rates.append(_ratios(ours["per_second"], theirs["per_second"]))
        for key, name, digits in (("per_second", "per second", 0),
                                  ("switch_us", "µs of ovs-vswitchd for each", 1)):
            rows.append((f"{what}: {name}", _spread(ours[key], digits),
                         _spread(theirs[key], digits), _spread(_ratios(ours[key], theirs[key]), 2)))
    return "\n".join([
        "### Traffic, secured: median (middle half of the rounds)", "", *_table(rows), "",
        "Ratios are those of the two measurements of a round, which follow each other.", "",
        f"Target, at least as many a second as OVN: {_verdict(rates)}."])


def _verdict(rates: Sequence[list[float]]) -> str:
    """Of how many loads the rounds show it, the contrary, or neither."""
    halves = [_middle(ratios) for ratios in rates]
    met = sum(low >= LEAST_RATE for low, _ in halves)
    missed = sum(high < LEAST_RATE for _, high in halves)
    return (f"met by {met} of {len(halves)} loads, missed by {missed}; "
            f"of {len(halves) - met - missed} the middle half of the rounds shows both")


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(ours, theirs)]


def _middle(values: Sequence[float]) -> tuple[float, float]:
    """The first and third quartile, of a few values the extremes."""
    if len(values) < 4:
        return min(values), max(values)
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return low, high


def _spread(values: Sequence[float], digits: int) -> str:
    low, high = _middle(values)
    return f"{statistics.median(values):,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def _visit(visit: dict[str, int]) -> str:
    return f"{visit['lookups']} ({visit['recirculations']})"


def _table(rows: Iterable[Row]) -> list[str]:
    return [f"| | {OURS} | {PEER} | ratio |", "|---|--:|--:|--:|",
            *("| " + " | ".join(row) + " |" for row in rows)]
