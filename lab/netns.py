"""Network namespaces: machines, hypervisors and the switch live in one each."""

from __future__ import annotations

import ctypes
import hashlib
import os
import socket
import subprocess
import threading
from pathlib import Path
from typing import Callable, Sequence, TypeVar

from .errors import LabError

T = TypeVar("T")

NETNS_DIR = Path("/run/netns")
CLONE_NEWNET = 0x40000000
IFNAMSIZ = 16

_libc = ctypes.CDLL(None, use_errno=True)


def interface_name(wanted: str) -> str:
    """`wanted` if Linux takes it as an interface's name; else a stable, shorter one."""
    if 0 < len(wanted) < IFNAMSIZ:
        return wanted
    return wanted[:8] + "-" + hashlib.sha256(wanted.encode()).hexdigest()[:6]


class Namespace:
    """A named network namespace, as `ip netns` has them. The object need not have made it."""

    def __init__(self, name: str):
        self.name = name

    def __repr__(self) -> str:
        return f"Namespace({self.name!r})"

    @property
    def path(self) -> Path:
        return NETNS_DIR / self.name

    @property
    def exists(self) -> bool:
        return self.path.exists()

    def create(self, *, ipv6: bool) -> None:
        """Makes it, with lo up. IPv6 has no duplicate detection there (addresses serve at once) and
        no router solicitation. Without `ipv6` its interfaces say nothing of their own accord:
        that is for switches."""
        if self.exists:
            raise LabError(
                f"there is a network namespace {self.name} already: another lab of this name runs, "
                f"or was left behind; take it down, or choose another name")
        self._host_ip("netns", "add", self.name)
        for scope in ("all", "default"):
            self.sysctl(f"net.ipv6.conf.{scope}.accept_dad", "0")
            self.sysctl(f"net.ipv6.conf.{scope}.router_solicitations", "0")
            self.sysctl(f"net.ipv6.conf.{scope}.accept_ra", "0")
            if not ipv6:
                self.sysctl(f"net.ipv6.conf.{scope}.disable_ipv6", "1")
                # A NIC would answer for the address of a bridge that it is in.
                self.sysctl(f"net.ipv4.conf.{scope}.arp_ignore", "1")
        self.ip("link", "set", "lo", "up")

    def delete(self) -> None:
        """Removes it, and with it the interfaces in it; nothing if it isn't there."""
        if self.exists:
            self._host_ip("netns", "del", self.name)

    def enter(self, argv: Sequence[str]) -> list[str]:
        """The command line that runs `argv` inside."""
        return ["ip", "netns", "exec", self.name, *argv]

    def ip(self, *args: str) -> str:
        """`ip ARGS...` inside."""
        return self._host_ip("-n", self.name, *args)

    def sysctl(self, key: str, value: str) -> None:
        path = Path("/proc/sys") / key.replace(".", "/")
        self.call(lambda: path.write_text(value))

    def add_link(self, name: str, peer: Namespace, peer_name: str,
                 peer_mac: str | None = None) -> None:
        """A virtual cable: interface `name` here, `peer_name` in `peer`, both up.

        The peer has its MAC from the start, for its link-local address is made of it.

        Both ends compute their checksums before sending: the userspace datapath takes frames as
        they are.
        """
        self._host_ip("link", "add", "name", name, "netns", self.name, "type", "veth",
                      "peer", "name", peer_name, "netns", peer.name,
                      *(["address", peer_mac] if peer_mac else []))
        for namespace, interface in ((self, name), (peer, peer_name)):
            namespace.no_checksum_offload(interface)
            namespace.ip("link", "set", "dev", interface, "up")

    def delete_link(self, name: str) -> None:
        """Removes an interface and its other end; nothing if it isn't there."""
        if self.exists and name in self.interfaces():
            self.ip("link", "delete", "dev", name)

    def no_checksum_offload(self, interface: str) -> None:
        done = subprocess.run(self.enter(["ethtool", "-K", interface, "tx", "off"]),
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise LabError(f"ethtool -K {interface} tx off in {self.name}: {done.stderr.strip()}")

    def interfaces(self) -> list[str]:
        return sorted(name for _, name in self.call(socket.if_nameindex))

    def call(self, function: Callable[[], T]) -> T:
        """Runs `function` inside, in a thread of its own; returns or raises what it does.

        A socket made in there stays in the namespace, whoever uses it afterwards.
        """
        result: list[T] = []
        failure: list[BaseException] = []

        def inside() -> None:
            try:
                descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    if _libc.setns(descriptor, CLONE_NEWNET) != 0:
                        code = ctypes.get_errno()
                        raise LabError(f"cannot enter namespace {self.name}: {os.strerror(code)}")
                finally:
                    os.close(descriptor)
                result.append(function())
            except FileNotFoundError as error:
                if error.filename != str(self.path):
                    failure.append(error)
                    return
                failure.append(LabError(f"there is no network namespace {self.name}"))
            except BaseException as error:  # handed to the caller, below
                failure.append(error)

        thread = threading.Thread(target=inside, name=f"in-{self.name}")
        thread.start()
        thread.join()
        if failure:
            raise failure[0]
        return result[0]

    @staticmethod
    def _host_ip(*args: str) -> str:
        done = subprocess.run(["ip", *args], capture_output=True, text=True)
        if done.returncode != 0:
            raise LabError(f"ip {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout
