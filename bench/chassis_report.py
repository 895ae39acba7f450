"""The figures of chassis_sessions as Markdown."""

from __future__ import annotations

from typing import Any, Iterator

_DAEMONS = {"server": "server", "relay": "relay", "northd": "northd"}


def report(figures: dict[str, Any]) -> str:
    """Tables of all that run() has returned. "last": until the last session had its update; "done":
    until the writer was answered, the chassis had claimed the port, or northd had hv_cfg."""
    shape = figures["shape"]
    parts = [f"{shape['chassis']} chassis with {shape['vifs']} VIFs each and {shape['unbound']:,} "
             f"ports bound nowhere, on a machine with "
             f"{figures['machine']['cores']} cores; " + ", ".join(figures["machine"]["versions"])
             + f". Changes: medians of {shape['repeats']}."]
    for variant, found in figures["variants"].items():
        parts.append(f"### {variant}")
        parts.append(_sizes(found["sizes"]))
        for server in _servers(found["sessions"]):
            sessions = {name: by_server[server] for name, by_server in found["sessions"].items()}
            parts.append(f"#### {variant}, {server}")
            parts.append(_downloads(sessions))
            parts.append(_changes(sessions))
    parts += ["### writes of all chassis at once, without northd", _writes(figures["writes"])]
    return "\n\n".join(parts)


def _servers(sessions: dict[str, Any]) -> list[str]:
    return list(next(iter(sessions.values())))


def _sizes(sizes: dict[str, Any]) -> str:
    rows = [[stack, *(f"{of[name]:,.0f}" for name in ("northd_mb", "northbound_mb", "server_mb")),
             f"{of['snapshot_mb']:.1f}", f"{of['snapshot_cpu_ms']:,.0f}",
             f"{of['northd_start_cpu_ms']:,.0f}"]
            for stack, of in sizes.items()]
    return _table(["no session yet", "northd, MiB", "northbound server, MiB",
                   "southbound server, MiB", "southbound database, MiB", "CPU to write it, ms",
                   "northd's CPU to start, ms"], rows)


def _downloads(sessions: dict[str, Any]) -> str:
    rows = []
    for name, of in sessions.items():
        figures = of["download"]
        rows.append([name, *_cpu(figures), _amount(figures["bytes"]), f"{figures['seconds']:.2f}",
                     f"{figures['session_mb'] * 1024:,.0f}", f"{of['others_cores']:.2f}"])
    first = next(iter(sessions.values()))["download"]
    return _table(["initial download", *_cpu_titles(first), "bytes", "s", "KiB grown a session",
                   "cores that others kept busy"], rows)


def _changes(sessions: dict[str, Any]) -> str:
    rows = list(_change_rows(sessions))
    first = next(iter(next(iter(sessions.values()))["changes"].values()))
    return _table(["change", "monitors", *_cpu_titles(first), "bytes", "sessions", "last, ms",
                   "done, ms"], rows)


def _change_rows(sessions: dict[str, Any]) -> Iterator[list[str]]:
    for change in next(iter(sessions.values()))["changes"]:
        for name, of in sessions.items():
            figures = of["changes"][change]
            last = f"{figures['last_ms']:,.0f}" if figures["sessions"] else "-"
            yield [change, name, *_cpu(figures), _amount(figures["bytes"]),
                   f"{figures['sessions']:.0f}", last, f"{figures['done_ms']:,.0f}"]


def _writes(writes: dict[str, Any]) -> str:
    rows = [[name, f"{of['seconds']:.2f}", f"{of['cpu_ms']:,.0f}", f"{of['others_cpu_ms']:,.0f}",
             f"{of['single_ms']:.1f}"] for name, of in writes.items()]
    return _table(["server", "s", "busiest server's CPU, ms", "the others' CPU, ms",
                   "a write alone, ms"], rows)


def _cpu_titles(figures: dict[str, float]) -> list[str]:
    return [f"{title} CPU, ms" for name, title in _DAEMONS.items() if f"{name}_cpu_ms" in figures]


def _cpu(figures: dict[str, float]) -> list[str]:
    return [f"{figures[f'{name}_cpu_ms']:,.1f}" for name in _DAEMONS if f"{name}_cpu_ms" in figures]


def _amount(count: float) -> str:
    """Bytes in the largest unit that leaves a digit before the point."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:,.0f} {unit}" if unit == "B" else f"{count:,.1f} {unit}"
        count /= 1000
    return f"{count:,.2f} GB"


def _table(titles: list[str], rows: list[list[str]]) -> str:
    lines = [titles, ["---"] + ["---:"] * (len(titles) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
