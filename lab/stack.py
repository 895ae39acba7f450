"""Which control plane the lab runs: Mooring, or OVN for comparison."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Mapping, Sequence

from .errors import LabError

REPOSITORY = Path(__file__).resolve().parent.parent
OVN_SHARE = Path("/usr/share/ovn")

Command = list[str]


@dataclass(frozen=True)
class Stack:
    """The programs and schemas of a control plane, and how it is told about provider networks.

    Programs are found by name in `bindir`, or in PATH where that is None. A test that wants another
    schema or another program makes a variant: dataclasses.replace(Stack.mooring(), ...).
    """

    name: str
    bindir: Path | None
    nb_schema: Path
    sb_schema: Path
    northd: str
    controller: str
    nbctl: str

    @staticmethod
    def mooring(bindir: Path | None = None) -> Stack:
        """Mooring, from `bindir`, MOORING_BIN, or the repository's build/bin."""
        found = bindir or Path(os.environ.get("MOORING_BIN", REPOSITORY / "build" / "bin"))
        schema = REPOSITORY / "schema"
        return Stack("mooring", found.absolute(), schema / "nb.ovsschema", schema / "sb.ovsschema",
                     "mooring-northd", "mooring-controller", "mooring")

    @staticmethod
    def ovn() -> Stack:
        """The distribution's OVN (Debian: ovn-central and ovn-host)."""
        return Stack("ovn", None, OVN_SHARE / "ovn-nb.ovsschema", OVN_SHARE / "ovn-sb.ovsschema",
                     "ovn-northd", "ovn-controller", "ovn-nbctl")

    @staticmethod
    def named(name: str) -> Stack:
        if name == "mooring":
            return Stack.mooring()
        if name == "ovn":
            return Stack.ovn()
        raise LabError(f"there is no stack {name!r}; there are mooring and ovn")

    def to_json(self) -> dict[str, Any]:
        return {field.name: None if getattr(self, field.name) is None
                else str(getattr(self, field.name)) for field in fields(self)}

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Stack:
        paths = {key: Path(value) if value is not None else None for key, value in data.items()
                 if key in ("bindir", "nb_schema", "sb_schema")}
        return Stack(**{**data, **paths})

    def program(self, name: str) -> str:
        """The path, or in PATH the name, of one of the stack's programs."""
        return str(self.bindir / name) if self.bindir else name

    def check(self) -> None:
        """LabError, saying what to do, if a program or a schema is not there."""
        for schema in (self.nb_schema, self.sb_schema):
            if not schema.exists():
                raise LabError(f"there is no schema {schema}" + self._cure())
        for name in (self.northd, self.controller, self.nbctl):
            if self.bindir and not os.access(self.bindir / name, os.X_OK):
                raise LabError(f"there is no program {self.bindir / name}" + self._cure())

    def _cure(self) -> str:
        if self.name == "ovn":
            return ": install the packages ovn-central and ovn-host"
        return ": run `./dev build`, set MOORING_BIN, or take the stack ovn (--stack ovn)"

    def network_commands(
        self, name: str, physical_network: str, tag: int | None = None, *, localnet: bool = False
    ) -> list[Command]:
        """The northbound commands that make a provider network.

        A Physical_Switch, or a Logical_Switch with a localnet port if `localnet`, or if the stack
        is OVN, which has no other way.
        """
        if self.name == "mooring" and not localnet:
            return [["ps-add", name, physical_network] + ([str(tag)] if tag is not None else [])]
        uplink = f"ln-{name}"
        return [
            ["ls-add", name],
            ["lsp-add", name, uplink] + (["", str(tag)] if tag is not None else []),
            ["lsp-set-type", uplink, "localnet"],
            ["lsp-set-addresses", uplink, "unknown"],
            ["lsp-set-options", uplink, f"network_name={physical_network}"],
        ]

    def port_commands(
        self, network: str, port: str, addresses: Sequence[str], *, security: bool = False
    ) -> list[Command]:
        """The northbound commands that make a port; `addresses` as lsp-set-addresses takes them."""
        commands = [["lsp-add", network, port], ["lsp-set-addresses", port, *addresses]]
        if security:
            commands.append(["lsp-set-port-security", port, *addresses])
        return commands
