"""What a process costs, read from the kernel without disturbing it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

# clockid_t of another process's CPU time, as clock_getcpuclockid(3) makes it.
_CPUCLOCK_SCHED = 2


@dataclass(frozen=True)
class Process:
    """A running process; OSError from each of these once it has ended."""

    name: str
    pid: int

    def cpu(self) -> float:
        """Seconds of CPU, user and system, of all its threads.

        The sum that /proc/PID/stat has as utime and stime, but in nanoseconds: its ticks of 10 ms
        are longer than most changes take.
        """
        return time.clock_gettime((~self.pid << 3) | _CPUCLOCK_SCHED)

    def asleep(self) -> bool:
        """Whether it waits for something to happen, rather than running or wanting to."""
        stat = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii", errors="replace")
        return stat.rpartition(")")[2].split()[0] == "S"

    def resident_mb(self) -> float:
        """Resident memory, MiB."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii", errors="replace")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


def machine_busy() -> float:
    """Seconds of CPU that all cores together have spent on anything but idling."""
    fields = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0].split()[1:]
    user, nice, system, _idle, _iowait, irq, softirq, steal = (int(word) for word in fields[:8])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")
