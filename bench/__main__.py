"""`./dev bench`: what a chassis holds and what a change costs, beside Debian's OVN in the same run.

Topology: one hypervisor with Open vSwitch's dummy devices, one VLAN network, 10 VIFs here, the other
ports bound nowhere. Both systems get the same northbound rows (a Logical_Switch with a localnet
port) through the same ovsdb-server. Times are medians.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from typing import Callable

from lab import Lab, Stack

LOCAL = 10
BATCH = 1_000
REPEATS = 9


def insert_ports(lab: Lab, first: int, end: int) -> None:
    """Adds ports n<first> to n<end - 1> to the network, by transactions of 1,000."""
    for start in range(first, end, BATCH):
        numbers = range(start, min(end, start + BATCH))
        operations: list[dict] = [{
            "op": "insert", "table": "Logical_Switch_Port", "uuid-name": f"p{n}",
            "row": {"name": f"n{n}", "addresses": address(n)}} for n in numbers]
        references = ["set", [["named-uuid", f"p{n}"] for n in numbers]]
        operations.append({"op": "mutate", "table": "Logical_Switch", "where": [["name", "==", "big"]],
                           "mutations": [["ports", "insert", references]]})
        lab.central.nb.transact(*operations)


def address(n: int) -> str:
    high, middle, low = n >> 16, n >> 8 & 255, n & 255
    return f"02:00:00:{high:02x}:{middle:02x}:{low:02x} 10.{high}.{middle}.{low}"


def median(action: Callable[[int], None]) -> float:
    """Milliseconds of action(0), action(1), ..."""
    times = []
    for number in range(REPEATS):
        start = time.perf_counter()
        action(number)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def resident_mb(pid: int) -> float:
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def measure(stack: str, ports: int) -> dict[str, float]:
    with Lab.up(hypervisors=1, mode="dummy", stack=Stack.named(stack),
                name=f"bench-{stack}-{ports}") as lab:
        central, hv1 = lab.central, lab.hypervisor("hv1")
        central.add_network("big", "physnet1", 101, localnet=True)
        insert_ports(lab, 0, ports)
        central.sync(timeout=600)
        names = [f"n{n}" for n in range(LOCAL)]
        hv1.add_vifs({name: name for name in names})
        central.wait_port_up(*names, timeout=600)
        central.sync(timeout=600)
        out: dict[str, float] = {"flows": len(hv1.flows())}
        if stack == "mooring":
            stats = json.loads(hv1.controller.ctl("engine/stats"))
            out["southbound rows on the chassis"] = stats["southbound_rows"]
        out["southbound rows of flows"] = central.sb.count(
            "Pipeline" if stack == "mooring" else "Logical_Flow")
        out["northd memory, MB"] = resident_mb(central.northd.pid)
        out["controller memory, MB"] = resident_mb(hv1.controller.pid)
        out["nothing but nb_cfg, ms"] = median(lambda _: central.sync(timeout=600))
        out["port elsewhere added, until the chassis confirms, ms"] = median(
            lambda n: (insert_ports(lab, ports + n, ports + n + 1), central.sync(timeout=600)))

        def plug(n: int) -> None:
            name = f"n{LOCAL + n}"
            hv1.add_vifs({name: name})
            central.wait_port_up(name, timeout=600)

        out["VIF plugged until up in the northbound database, ms"] = median(plug)
        return out


def table(results: dict[str, dict[str, float]]) -> str:
    """Markdown: a row per measure, a column per run."""
    columns = list(results)
    rows = list(dict.fromkeys(row for column in results.values() for row in column))
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for row in rows:
        cells = [f"{results[c][row]:,.0f}" if row in results[c] else "" for c in columns]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000", help="ports, separated by commas")
    parser.add_argument("--stacks", default="mooring,ovn")
    parser.add_argument("--json", help="write the figures to this file as well")
    options = parser.parse_args()
    results = {}
    for size in (int(word) for word in options.sizes.split(",")):
        for stack in options.stacks.split(","):
            results[f"{stack}, {size:,} ports"] = measure(stack, size)
            print(f"measured {stack} at {size:,} ports", file=sys.stderr)
    print(table(results))
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(results, file, indent=2)
    return 0


if __name__ == "__main__":
    sys.exit(main())
