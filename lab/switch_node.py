"""A node with Open vSwitch on it: a database server and a switch daemon, with their tools."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Mapping, Sequence

from .netns import Namespace
from .ovsdb import OvsdbServer
from .process import Daemon, run
from .wait import scale

OVS_SCHEMA = Path("/usr/share/openvswitch/vswitch.ovsschema")
# What changes by itself in a dumped flow, and what recompute may change.
_COOKIE = re.compile(r"cookie=0x[0-9a-f]+, *")


class SwitchNode:
    """ovsdb-server and ovs-vswitchd in one run directory; its name is the node's name."""

    datapath_type = "netdev"

    def __init__(self, name: str, rundir: Path, namespace: Namespace | None = None,
                 vswitchd_options: Sequence[str] = ()):
        self.name = name
        self.rundir = rundir
        self.namespace = namespace
        self.ovsdb = OvsdbServer("ovsdb-server", rundir, OVS_SCHEMA, socket="db.sock",
                                 env=self.env)
        self.vswitchd = Daemon(
            "ovs-vswitchd",
            ["ovs-vswitchd", "--disable-system", *vswitchd_options, self.ovsdb.remote],
            rundir, env=self.env, namespace=namespace, on_started=self._vswitchd_started)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} in {self.rundir}>"

    @property
    def env(self) -> dict[str, str]:
        """What a shell needs so that plain ovs-vsctl, ovs-ofctl, ovs-appctl work on this node."""
        here = str(self.rundir)
        return {"OVS_RUNDIR": here, "OVS_LOGDIR": here, "OVS_DBDIR": here, "OVS_SYSCONFDIR": here,
                "OVN_RUNDIR": here, "OVN_LOGDIR": here, "OVN_DBDIR": here, "OVN_SYSCONFDIR": here}

    @property
    def shell_env(self) -> dict[str, str]:
        """What `lab exec` gives to a command on this node."""
        return self.env

    @property
    def daemons(self) -> list[Daemon]:
        return [self.ovsdb, self.vswitchd]

    def start_switch(self) -> None:
        """Starts both daemons, with an empty configuration the first time."""
        self.ovsdb.start()
        # A controller sets the limit as well, but a running ovs-vswitchd does not take it over
        # wholly: what it caches for frames with two tags it could not change any more.
        run(["ovs-vsctl", f"--db={self.ovsdb.remote}", "--no-wait", "init", "--",
             "set", "Open_vSwitch", ".", "other_config:vlan-limit=0"])
        self.vswitchd.start()

    def stop(self) -> None:
        """Ends all daemons of the node."""
        for daemon in reversed(self.daemons):
            daemon.stop()

    def delete(self) -> None:
        """Ends the daemons and removes the namespace."""
        try:
            self.stop()
        finally:
            if self.namespace:
                self.namespace.delete()

    def _vswitchd_started(self) -> None:
        """What must be done to the node after every start of ovs-vswitchd."""

    # --- the tools ---

    def vsctl(self, *args: str, wait: bool = True, timeout: float = 20.0) -> str:
        """`ovs-vsctl ARGS...`; with `wait` returns when ovs-vswitchd has taken the change over."""
        options = [f"--timeout={int(timeout * scale())}"] + ([] if wait else ["--no-wait"])
        return run(["ovs-vsctl", f"--db={self.ovsdb.remote}", *options, *args], env=self.env,
                   timeout=timeout + 5)

    def ofctl(self, command: str, *args: str, stdin: str | None = None) -> str:
        """`ovs-ofctl -O OpenFlow15 COMMAND ARGS...`; a bridge is given by its name."""
        return run(["ovs-ofctl", "-O", "OpenFlow15", command, *args], env=self.env, stdin=stdin)

    def appctl(self, command: str, *args: str) -> str:
        """`ovs-appctl COMMAND ARGS...` on ovs-vswitchd."""
        return self.vswitchd.ctl(command, *args)

    def wait_revalidated(self) -> None:
        """Returns when what the datapath has cached agrees with the flow tables as they are now.

        Open vSwitch answers a barrier before: its revalidator threads go through the cache after it.
        """
        self.appctl("revalidator/wait")

    def run(self, *argv: str, timeout: float = 30.0) -> str:
        """Any command, in the node's namespace and environment."""
        return run(argv, env=self.env, namespace=self.namespace, timeout=timeout)

    # --- bridges and ports ---

    def add_bridge(self, name: str, *, fail_mode: str = "standalone") -> None:
        """A bridge; standalone is an ordinary learning switch (NORMAL)."""
        self.vsctl("--may-exist", "add-br", name, "--", "set", "Bridge", name,
                   f"datapath_type={self.datapath_type}", f"fail_mode={fail_mode}",
                   "other_config:disable-in-band=true")

    def del_bridge(self, name: str) -> None:
        self.vsctl("--if-exists", "del-br", name)

    def bridges(self) -> list[str]:
        return sorted(row["name"] for row in self.ovsdb.rows("Bridge", columns=["name"]))

    def ports(self, bridge: str) -> list[str]:
        """Names of the bridge's ports, without the local one."""
        return self.vsctl("list-ports", bridge).split()

    def patch_ports(self) -> dict[str, str]:
        """All patch ports of the node and their peers."""
        found = self.ovsdb.rows("Interface", [["type", "==", "patch"]], ["name", "options"])
        return {row["name"]: row["options"].get("peer", "") for row in found}

    def interface(self, name: str) -> Mapping:
        """The Interface row of that name."""
        return self.ovsdb.row("Interface", name=name)

    def ofport(self, name: str) -> int:
        """The OpenFlow port number that ovs-vswitchd gave an interface; None before it has."""
        return self.interface(name)["ofport"]

    def set_trunk_vlans(self, port: str, tags: Sequence[int]) -> None:
        """Lets only those VLANs pass a trunk port; all of them where `tags` is empty."""
        self.vsctl("set", "Port", port, f"trunks=[{','.join(map(str, tags))}]")

    # --- what the switch does ---

    def flows(self, bridge: str = "br-int", table: int | None = None, *,
              cookies: bool = True) -> list[str]:
        """The installed flows as ovs-ofctl prints them, without statistics, sorted."""
        match = [f"table={table}"] if table is not None else []
        text = self.ofctl("dump-flows", "--no-stats", bridge, *match)
        lines = [line.strip() for line in text.splitlines() if "actions=" in line]
        return sorted(lines if cookies else (_COOKIE.sub("", line) for line in lines))

    def trace(self, in_port: str, flow: str, bridge: str = "br-int") -> str:
        """ofproto/trace of a packet with the fields `flow` (ovs-ofctl's syntax) from `in_port`."""
        joined = ",".join(filter(None, (f"in_port={self.ofport(in_port)}", flow)))
        return self.appctl("ofproto/trace", bridge, joined)

    def datapath_flows(self) -> str:
        return self.appctl("dpctl/dump-flows")

    # --- when something is wrong ---

    def dump(self) -> str:
        """The node's state and the ends of its logs, for a person who looks for a failure."""
        parts = [f"===== {self.name} ({self.rundir}) ====="]
        if self.ovsdb.running:
            parts.append(self.vsctl("show", wait=False))
        if self.ovsdb.running and self.vswitchd.running:
            for bridge in self.bridges():
                flows = self.flows(bridge)
                parts.append(f"--- {bridge}: {len(flows)} flows")
                parts += flows[:400]
        for daemon in self.daemons:
            parts.append(f"--- {daemon.name}: {daemon.describe()}")
            parts.append(daemon.log_tail(30))
            parts += daemon.sanitizer_reports()
        return "\n".join(parts)
