"""What a lab consists of, in a file, so that the next command finds it again."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .errors import LabError

VERSION = 1
STATE_FILE = "lab.json"
# A unix socket's path has 107 characters; the longest that a node appends.
MAX_DIR = 107 - len("/hypervisor1/ovs-vswitchd.1234567.ctl")


@dataclass
class HypervisorState:
    name: str
    encap_ip: str


@dataclass
class MachineState:
    """A VM has a hypervisor and a port; a plain machine has neither."""

    name: str
    mac: str
    ips: list[str]
    hypervisor: str | None = None
    port: str | None = None
    tag: int | None = None
    trunk: bool = False
    physical_network: str | None = None


@dataclass
class LabState:
    name: str
    # Stack.to_json().
    stack: dict[str, Any]
    # "netns" or "dummy".
    mode: str
    physical_networks: list[str]
    underlay: bool
    tcp: bool
    hypervisors: list[HypervisorState] = field(default_factory=list)
    machines: list[MachineState] = field(default_factory=list)
    version: int = VERSION

    def write(self, directory: Path) -> None:
        """Replaces the file as a whole, so that a reader never sees half of it."""
        path = directory / STATE_FILE
        draft = path.with_suffix(".new")
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n")
        os.replace(draft, path)

    @staticmethod
    def read(directory: Path) -> LabState:
        path = directory / STATE_FILE
        try:
            data = json.loads(path.read_text())
        except FileNotFoundError as error:
            raise LabError(f"there is no lab in {directory}: `lab up` makes one") from error
        except json.JSONDecodeError as error:
            raise LabError(f"{path} is damaged ({error}); end its processes by hand, "
                           f"then remove {directory}") from error
        if data.get("version") != VERSION:
            raise LabError(f"{path} was written by another version of the lab; take it down "
                           f"with that one")
        data["hypervisors"] = [HypervisorState(**item) for item in data["hypervisors"]]
        data["machines"] = [MachineState(**item) for item in data["machines"]]
        return LabState(**data)
