"""Processes: one-shot commands, and daemons that are started, killed and ended by identity."""

from __future__ import annotations

import json
import os
import select
import shlex
import signal
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Callable, Mapping, Sequence

from . import jsonrpc
from .errors import LabError
from .netns import Namespace
from .wait import Deadline, scale, wait_until

START_TIMEOUT = 30.0
STOP_TIMEOUT = 15.0
# Warnings that say nothing about the lab: a short-lived tool that hung up early on ovsdb-server,
# and a plug-in that ovn-controller is packaged without.
BENIGN = ("Broken pipe", "Connection reset by peer", "vif_plug_provider")


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    namespace: Namespace | None = None,
    timeout: float = 30.0,
    stdin: str | None = None,
) -> str:
    """Runs a command to its end and returns what it printed; LabError if it fails or hangs.

    `env` is added to the process's own environment.
    """
    full = (namespace.enter(argv) if namespace else list(argv))
    try:
        done = subprocess.run(
            full,
            env={**os.environ, **(env or {})},
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=timeout * scale(),
        )
    except FileNotFoundError as error:
        raise LabError(f"no program {full[0]}: install it or put it into PATH") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"`{shlex.join(argv)}` did not end within {error.timeout:g} s") from error
    if done.returncode != 0:
        complaint = done.stderr.strip() or done.stdout.strip() or "it said nothing"
        raise LabError(f"`{shlex.join(argv)}` failed with status {done.returncode}: {complaint}")
    return done.stdout


@dataclass(frozen=True)
class Identity:
    """Which process this is: a pid alone may be another process by now."""

    pid: int
    start: int
    boot: str

    @staticmethod
    def of(pid: int) -> Identity | None:
        """The identity of the live process `pid`; None if there is none (a zombie is none)."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return None
        # The command, in parentheses, may hold spaces; what follows the last one does not.
        fields = stat.rpartition(")")[2].split()
        if fields[0] in "ZX":
            return None
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return Identity(pid, int(fields[19]), boot)

    @staticmethod
    def read(path: Path) -> Identity:
        """What write() wrote."""
        return Identity(**json.loads(path.read_text()))

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @property
    def alive(self) -> bool:
        return Identity.of(self.pid) == self

    def signal(self, number: int) -> bool:
        """Sends a signal to this very process; False if it is gone."""
        pidfd = self._open()
        if pidfd is None:
            return False
        try:
            signal.pidfd_send_signal(pidfd, number)
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(pidfd)

    def kill(self) -> None:
        """SIGKILL; returns when the process is gone, LabError if it won't."""
        if self.signal(signal.SIGKILL) and not self.wait_gone(STOP_TIMEOUT):
            raise LabError(f"process {self.pid} survives SIGKILL for {STOP_TIMEOUT:g} s")

    def wait_gone(self, timeout: float) -> bool:
        """Waits for the process's end; False if it is still there after `timeout`."""
        pidfd = self._open()
        if pidfd is None:
            return True
        try:
            poller = select.poll()
            poller.register(pidfd, select.POLLIN)
            return bool(poller.poll(timeout * scale() * 1000))
        finally:
            os.close(pidfd)

    def _open(self) -> int | None:
        # Opened first and checked afterwards: the descriptor cannot change its process.
        try:
            pidfd = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return None
        if self.alive:
            return pidfd
        os.close(pidfd)
        return None


class Daemon:
    """A daemon with Open vSwitch's options, in a run directory of its own or a shared one.

    Files in `rundir`: NAME.pid, NAME.log, NAME.PID.ctl (control socket, where `ovs-appctl -t NAME`
    looks for it), NAME.identity (which process was started, for a later process of the lab) and
    NAME.stderr. The control socket has its default place, for which `env` must make `rundir` the
    daemon's OVS_RUNDIR or OVN_RUNDIR: not every daemon has --unixctl (ovn-controller 23.03).
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        rundir: Path,
        *,
        env: Mapping[str, str] | None = None,
        namespace: Namespace | None = None,
        ctl_path: Path | None = None,
        on_started: Callable[[], None] | None = None,
    ):
        """`argv` without the daemon options, which start() adds. `on_started` runs after each.

        `ctl_path` is for a daemon whose `name` is not its program's: where --unixctl puts its
        control socket."""
        self.name = name
        self.argv = list(argv)
        self.rundir = rundir
        self.env = dict(env or {})
        self.namespace = namespace
        self._fixed_ctl_path = ctl_path
        self.on_started = on_started

    def __repr__(self) -> str:
        return f"<{self.name} in {self.rundir}: {self.describe()}>"

    @property
    def ctl_path(self) -> Path:
        """The running daemon's control socket; LabError if it does not run."""
        return self._fixed_ctl_path or self.rundir / f"{self.name}.{self.pid}.ctl"

    @property
    def log_path(self) -> Path:
        return self.rundir / f"{self.name}.log"

    @property
    def pid_path(self) -> Path:
        return self.rundir / f"{self.name}.pid"

    @property
    def _identity_path(self) -> Path:
        return self.rundir / f"{self.name}.identity"

    @property
    def identity(self) -> Identity | None:
        """The process started last, alive or not; None before the first start and after a stop."""
        try:
            return Identity.read(self._identity_path)
        except FileNotFoundError:
            return None

    @property
    def running(self) -> bool:
        identity = self.identity
        return identity is not None and identity.alive

    @property
    def died(self) -> bool:
        """Whether it was started, nobody here ended it, and yet it is gone."""
        return self.identity is not None and not self.running

    @property
    def pid(self) -> int:
        return self._require_identity().pid

    def describe(self) -> str:
        """One word or two on its state: "running (pid 12)", "stopped" or "died"."""
        if self.running:
            return f"running (pid {self.pid})"
        return "died" if self.died else "stopped"

    def start(self) -> None:
        """Starts it and returns when it serves: its control socket answers."""
        if self.running:
            raise LabError(f"{self.name} is running already (pid {self.pid}); stop() it first")
        self.rundir.mkdir(parents=True, exist_ok=True)
        stale = self._pidfile_text()
        argv = self.argv + [
            "--detach",
            "--no-chdir",
            f"--pidfile={self.pid_path}",
            f"--log-file={self.log_path}",
            "-vconsole:off",
        ]
        if self._fixed_ctl_path:
            argv.append(f"--unixctl={self._fixed_ctl_path}")
        deadline = Deadline(START_TIMEOUT)
        stderr_path = self.rundir / f"{self.name}.stderr"
        # A file and not a pipe: a daemon that keeps its stderr open must not hold the lab up.
        with stderr_path.open("w") as stderr:
            try:
                started = subprocess.run(
                    self.namespace.enter(argv) if self.namespace else argv,
                    env={**os.environ, **self.env, **self._sanitizer_env()},
                    stdin=subprocess.DEVNULL,
                    stdout=stderr,
                    stderr=stderr,
                    timeout=deadline.left,
                )
                failure = f"status {started.returncode}" if started.returncode else None
            except FileNotFoundError as error:
                raise LabError(f"no program {argv[0]}: is it built or installed?") from error
            except subprocess.TimeoutExpired:
                failure = f"it did not detach within {deadline.timeout:g} s"
        # Even a failed start may have left a process behind; its pidfile says which, unless it is
        # the one that a killed predecessor left.
        text = self._pidfile_text()
        identity = Identity.of(int(text)) if text != stale and text.strip().isdigit() else None
        if identity is not None:
            identity.write(self._identity_path)
        if failure or identity is None:
            raise LabError(
                f"{self.name} did not start ({failure or 'no process by its pidfile'}): "
                f"`{shlex.join(argv)}`\n{stderr_path.read_text()}{self.log_tail(20)}"
            )
        wait_until(lambda: self.ctl("version"), max(deadline.left, 1.0),
                   f"{self.name} to answer on its control socket")
        if self.on_started:
            self.on_started()

    def stop(self) -> None:
        """SIGTERM, and waits for the end; one that will not go is killed, and that is an error."""
        identity = self.identity
        if identity is not None and identity.signal(signal.SIGTERM):
            if not identity.wait_gone(STOP_TIMEOUT):
                self.kill9()
                raise LabError(f"{self.name} had to be killed: SIGTERM did not end it within "
                               f"{STOP_TIMEOUT:g} s\n{self.log_tail(20)}")
        self._forget()

    def exit(self, *args: str) -> None:
        """Ends it by the control command `exit` (with `args`, as --restart), and waits for it."""
        identity = self._require_identity()
        self.ctl("exit", *args)
        if not identity.wait_gone(STOP_TIMEOUT):
            raise LabError(f"{self.name} is still there {STOP_TIMEOUT:g} s after `exit`")
        self._forget()

    def kill9(self) -> None:
        """SIGKILL, and waits for the end. Its pidfile and sockets stay, as after a crash."""
        identity = self.identity
        if identity is not None:
            identity.kill()
        self._identity_path.unlink(missing_ok=True)

    def freeze(self) -> None:
        """SIGSTOP: it is there and does nothing, as on an overloaded machine. thaw() ends it."""
        self._require_identity().signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._require_identity().signal(signal.SIGCONT)

    def restart(self) -> None:
        self.stop()
        self.start()

    def ctl(self, command: str, *args: str, timeout: float = 10.0) -> str:
        """What `ovs-appctl -t NAME COMMAND ARGS...` prints; LabError if the daemon refuses."""
        self._require_identity()
        return jsonrpc.unixctl(self.ctl_path, command, args, timeout=timeout)

    def log_text(self) -> str:
        try:
            return self.log_path.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def log_tail(self, lines: int = 40) -> str:
        return "\n".join(self.log_text().splitlines()[-lines:]) + "\n"

    def log_problems(self, benign: Sequence[str] = BENIGN) -> list[str]:
        """The log's lines at WARN or above, except those that hold a `benign` text; a healthy run
        has none."""
        levels = ("|WARN|", "|ERR|", "|EMER|")
        return [line for line in self.log_text().splitlines()
                if any(level in line for level in levels)
                and not any(text in line for text in benign)]

    def sanitizer_reports(self) -> list[str]:
        """What the sanitizers of an instrumented build wrote about this daemon."""
        return [path.read_text(errors="replace")
                for path in sorted(self.rundir.glob(f"{self.name}.sanitizer.*"))]

    def acknowledge(self) -> None:
        """Forgets that it died and what sanitizers reported: somebody has been told."""
        if self.died:
            self._forget()
        for path in self.rundir.glob(f"{self.name}.sanitizer.*"):
            path.rename(path.with_name(path.name.replace(".sanitizer.", ".reported.")))

    def _require_identity(self) -> Identity:
        identity = self.identity
        if identity is None or not identity.alive:
            raise LabError(f"{self.name} is not running; start() it first")
        return identity

    def _sanitizer_env(self) -> dict[str, str]:
        # A detached daemon has no stderr left, and a report there would be lost.
        log = f"log_path={self.rundir / self.name}.sanitizer"
        return {
            name: ":".join(filter(None, (os.environ.get(name, ""), log)))
            for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")
        }

    def _pidfile_text(self) -> str:
        try:
            return self.pid_path.read_text()
        except FileNotFoundError:
            return ""

    def _forget(self) -> None:
        self._identity_path.unlink(missing_ok=True)
