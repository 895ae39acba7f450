"""Figures as Markdown tables and plots."""

from __future__ import annotations

from pathlib import Path
from typing import Mapping, Sequence

Figures = Mapping[str, float]


def table(columns: Mapping[str, Figures], rows: Sequence[str] | None = None) -> str:
    """A row per figure, a column per run."""
    shown = rows or list(dict.fromkeys(row for figures in columns.values() for row in figures))
    lines = ["| | " + " | ".join(columns) + " |", "|---" + "|---:" * len(columns) + "|"]
    for row in shown:
        cells = [number(figures.get(row)) for figures in columns.values()]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def number(value: float | None) -> str:
    """Three digits that say something; thousands apart."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def ratios(ours: Figures, theirs: Figures) -> dict[str, float]:
    """Theirs by ours: how many times cheaper we are."""
    return {name: theirs[name] / ours[name] for name in ours if name in theirs and ours[name]}


def by_floor(figures: Figures) -> dict[str, float]:
    """Each change by its floor."""
    return {name: figures[name] / figures[f"floor: {name}"] for name in figures
            if figures.get(f"floor: {name}")}


def plot(path: Path, name: str, sizes: Sequence[int], lines: Mapping[str, Sequence[float | None]]
         ) -> None:
    """An SVG of one figure against the number of ports, both logarithmic."""
    import matplotlib
    matplotlib.use("svg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5, 3.2), layout="constrained")
    for label, values in lines.items():
        points = [(s, v) for s, v in zip(sizes, values) if v is not None]
        axes.plot(*zip(*points), marker="o", label=label)
    axes.set(xscale="log", yscale="log", xlabel="ports in the network", title=name)
    axes.grid(True, which="both", alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
