"""`./dev bench`: what Mooring costs, beside Debian's OVN in the same run. See docs/performance.md."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from lab import LabError

from . import chassis_sessions, dataplane, micro, report
from .control import LARGE, Case, Figures, measure
from .floor import floor

PLOTTED = {
    "flows": "flows on the chassis",
    "northd-start": "northd start until southbound complete, ms",
    "chassis-start": "chassis start until VIFs up, ms",
    "port-elsewhere": "port elsewhere added, ms",
    "vif-plugged": "VIF plugged until up, ms",
    "controller-memory": "controller memory, MB",
}


def control_cases(options: argparse.Namespace) -> list[list[Case]]:
    """Those that are measured together, in groups; large ones are alone."""
    out = []
    stacks = options.stacks.split(",")
    for size in (int(word) for word in options.sizes.split(",")):
        # A single change takes the peer tens of seconds on a large network.
        repeats = 3 if "ovn" in stacks and size > LARGE else options.repeats
        cases = [Case(stack, size, self_rule, repeats) for stack in stacks
                 for self_rule in ((True, False) if stack == "mooring" else (True,))]
        out += [[case] for case in cases] if size > LARGE else [cases]
    if options.networks:
        out += [[Case(stack, 10 * options.networks, True, options.repeats, options.networks)]
                for stack in stacks]
    return out


def run_control(options: argparse.Namespace) -> dict[str, Figures]:
    """A case that its stack doesn't get through is left out, and said; ours has to get through."""
    results = {}
    for group in control_cases(options):
        names = "; ".join(str(case) for case in group)
        try:
            results.update(zip(map(str, group), measure(group, floor)))
            print(f"measured {names}", file=sys.stderr)
        except (LabError, TimeoutError) as error:
            if any(case.stack == "mooring" for case in group):
                raise
            print(f"not measured: {names}: {error}", file=sys.stderr)
    return results


def report_control(options: argparse.Namespace, results: dict[str, Figures]) -> str:
    parts = []
    cases = [case for group in control_cases(options) for case in group]
    for size, networks in dict.fromkeys((case.ports, case.networks) for case in cases):
        ours = results.get(str(Case("mooring", size, networks=networks)))
        theirs = results.get(str(Case("ovn", size, networks=networks)))
        columns = {str(case): results[str(case)] for case in cases
                   if str(case) in results and (case.ports, case.networks) == (size, networks)}
        if ours and theirs:
            columns["OVN by Mooring"] = report.ratios(ours, theirs)
        if ours:
            columns["by its floor"] = report.by_floor(ours)
        parts.append(report.table(columns))
    return "\n\n".join(parts)


def plot_control(options: argparse.Namespace, results: dict[str, Figures], folder: Path) -> None:
    sizes = [int(word) for word in options.sizes.split(",")]
    labels = {"Mooring": ("mooring", True), "Mooring, no rule of the group's own addresses":
              ("mooring", False), "OVN": ("ovn", True)}
    folder.mkdir(parents=True, exist_ok=True)
    for file, name in PLOTTED.items():
        lines = {}
        for label, (stack, self_rule) in labels.items():
            values = [results.get(str(Case(stack, size, self_rule)), {}).get(name)
                      for size in sizes]
            if any(value is not None for value in values):
                lines[label] = values
        report.plot(folder / f"{file}.svg", name, sizes, lines)


def defaults(module: Any) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return parser.parse_args([])


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--parts", default="control,micro,dataplane",
                        help="what to measure, separated by commas: control, micro, dataplane, "
                             "chassis; `python3 -m bench.dataplane` and `-m bench.chassis_sessions` "
                             "take options of their own")
    parser.add_argument("--sizes", default="1000,10000,100000", help="ports, by commas")
    parser.add_argument("--networks", type=int, default=1000,
                        help="another run with so many networks of ten ports; 0 for none")
    parser.add_argument("--stacks", default="mooring,ovn")
    parser.add_argument("--repeats", type=int, default=9, help="of each change; medians are shown")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument("--plots", type=Path, help="write SVGs into this folder")
    options = parser.parse_args()
    parts = options.parts.split(",")
    results: dict[str, Any] = {}
    if "control" in parts:
        results["control"] = run_control(options)
        print(report_control(options, results["control"]))
        if options.plots:
            plot_control(options, results["control"], options.plots)
    if "micro" in parts:
        results["micro"] = micro.run()
        print("\n" + micro.report(results["micro"]))
    for part, module in (("dataplane", dataplane), ("chassis", chassis_sessions)):
        if part in parts:
            results[part] = module.run(defaults(module))
            print("\n" + module.report(results[part]))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
