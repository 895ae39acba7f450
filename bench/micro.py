"""The micro-benchmarks (Google Benchmark) of what is hot, run and put in one table."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from lab import LabError

FOLDER = Path(__file__).resolve().parent.parent / "build" / "bench"


def run() -> dict[str, dict[str, float]]:
    """Nanoseconds of CPU and of the clock per turn, by program and benchmark."""
    programs = sorted(FOLDER.glob("*_bench"))
    if not programs:
        raise LabError(f"there are no programs in {FOLDER}: run `./dev build release benchmarks`")
    out: dict[str, dict[str, float]] = {}
    factors = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
    for program in programs:
        done = subprocess.run([str(program), "--benchmark_format=json"], text=True,
                              capture_output=True, timeout=600, check=True)
        for row in json.loads(done.stdout)["benchmarks"]:
            factor = factors[row["time_unit"]]
            out[f"{program.name}: {row['name']}"] = {
                "CPU, ns": row["cpu_time"] * factor, "time, ns": row["real_time"] * factor}
    return out


def report(figures: dict[str, dict[str, float]]) -> str:
    lines = ["| | CPU, µs | time, µs |", "|---|---:|---:|"]
    lines += [f"| {name} | {row['CPU, ns'] / 1e3:,.2f} | {row['time, ns'] / 1e3:,.2f} |"
              for name, row in figures.items()]
    return "\n".join(lines)
