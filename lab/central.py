"""The central node: the northbound and southbound databases and northd."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Sequence

from .errors import LabError
from .ovsdb import OvsdbServer
from .process import Daemon, run
from .stack import Command, Stack
from .wait import scale, wait_until


class Central:
    """Two database servers and one northd in `rundir`; fault injection through nb, sb, northd."""

    def __init__(self, rundir: Path, stack: Stack, *, tcp: bool = False):
        """With `tcp` both databases also listen on loopback ports."""
        self.rundir = rundir
        self.stack = stack
        env = {"OVN_RUNDIR": str(rundir), "OVS_RUNDIR": str(rundir), "OVN_LOGDIR": str(rundir),
               "OVS_LOGDIR": str(rundir), "OVN_DBDIR": str(rundir)}
        self.nb = OvsdbServer("ovsdb-nb", rundir, stack.nb_schema, socket="ovnnb_db.sock", tcp=tcp,
                              env=env)
        self.sb = OvsdbServer("ovsdb-sb", rundir, stack.sb_schema, socket="ovnsb_db.sock", tcp=tcp,
                              env=env)
        self._daemon_env = env
        self.northd = Daemon(stack.northd, self._northd_argv(), rundir, env=env)

    @property
    def env(self) -> dict[str, str]:
        """What a shell needs so that the tools find the databases and the programs."""
        env = {**self._daemon_env, "OVN_NB_DB": self.nb.remote, "OVN_SB_DB": self.sb.remote}
        if self.stack.bindir:
            env["PATH"] = f"{self.stack.bindir}:{os.environ.get('PATH', '/usr/sbin:/usr/bin')}"
        return env

    def make_northd(self, name: str = "northd-2") -> Daemon:
        """One more northd, not started, beside the first; it ends with the lab."""
        return Daemon(name, self._northd_argv(), self.rundir, env=self._daemon_env,
                      ctl_path=self.rundir / f"{name}.ctl")

    def _northd_argv(self) -> list[str]:
        return [self.stack.program(self.stack.northd), f"--ovnnb-db={self.nb.remote}",
                f"--ovnsb-db={self.sb.remote}"]

    @property
    def daemons(self) -> list[Daemon]:
        return [self.nb, self.sb, self.northd]

    def start(self) -> None:
        self.nb.start()
        self.sb.start()
        self.northd.start()
        # The first pass of northd makes this row; hypervisors have nothing to read before it.
        wait_until(lambda: self.sb.rows("SB_Global"), what=f"{self.northd.name}'s first pass",
                   timeout=20)

    def stop(self) -> None:
        for daemon in reversed(self.daemons):
            daemon.stop()

    def nb_argv(self, *args: str) -> list[str]:
        """The full command line of a northbound command."""
        return [self.stack.program(self.stack.nbctl), f"--db={self.nb.remote}", *args]

    def nb_ctl(self, *args: str, timeout: float = 60.0) -> str:
        """A northbound command, as `mooring ARGS...` (or ovn-nbctl); returns what it prints."""
        return run(self.nb_argv(*args), env=self.env, timeout=timeout)

    def nb_batch(self, commands: Sequence[Command], *, wait: str | None = None,
                 timeout: float = 60.0) -> str:
        """Several northbound commands in one transaction; `wait` is "sb" or "hv"."""
        options = [f"--wait={wait}", f"--timeout={int(timeout * scale())}"] if wait else []
        joined: list[str] = []
        for command in commands:
            joined += ["--", *command] if joined else command
        # Its own limit is the one that ought to strike, for the better message.
        return self.nb_ctl(*options, *joined, timeout=timeout + 5)

    def sync(self, timeout: float = 30.0) -> None:
        """Returns when every hypervisor has installed what the northbound database says now."""
        self.nb_ctl("--wait=hv", f"--timeout={int(timeout * scale())}", "sync",
                    timeout=timeout + 5)

    def sync_southbound(self, timeout: float = 30.0) -> None:
        """Returns when northd has compiled what the northbound database says now."""
        self.nb_ctl("--wait=sb", f"--timeout={int(timeout * scale())}", "sync",
                    timeout=timeout + 5)

    def add_network(self, name: str, physical_network: str, tag: int | None = None, *,
                    localnet: bool = False) -> None:
        """A provider network: flat, or the VLAN `tag`. See Stack.network_commands."""
        self.nb_batch(self.stack.network_commands(name, physical_network, tag, localnet=localnet))

    def add_port(self, network: str, port: str, *addresses: str, security: bool = False) -> None:
        """A port; `addresses` as lsp-set-addresses takes them ("MAC IP IP", "unknown")."""
        self.nb_batch(self.stack.port_commands(network, port, addresses, security=security))

    def port_up(self, port: str) -> bool:
        """Logical_Switch_Port.up; LabError if there is no such port."""
        return bool(self.nb.row("Logical_Switch_Port", name=port)["up"])

    def wait_port_up(self, *ports: str, timeout: float = 20.0) -> None:
        for port in ports:
            wait_until(lambda: self.port_up(port), timeout, f"port {port} to be up")

    def binding(self, port: str) -> str | None:
        """The name of the chassis that `port` is bound on, None where there is none."""
        bound = self.sb.row("Port_Binding", logical_port=port)["chassis"]
        if bound is None:
            return None
        names = {row["_uuid"]: row["name"] for row in self.sb.rows("Chassis", columns=["name"])}
        return names.get(bound)

    def diagnostics(self) -> list[dict]:
        """The rows of the northbound Diagnostic table; LabError where the stack has none."""
        if "Diagnostic" not in self.nb.schema["tables"]:
            raise LabError(f"the stack {self.stack.name} has no table Diagnostic")
        return self.nb.rows("Diagnostic")
