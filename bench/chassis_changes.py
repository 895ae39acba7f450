"""The changes whose cost is measured, each from the database it is written to until all have it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping, Sequence

from lab import LabError

from .chassis_fleet import Fleet, Session, Update
from .chassis_load import (Load, Operation, acl_row, chassis_name, group_ref, mutate,
                           port_name)
from .chassis_meter import Condition
from .chassis_recorder import Template, with_nb_cfg
from .chassis_wire import Request

NORTHBOUND = "OVN_Northbound"


@dataclass(frozen=True)
class Voice:
    """A recorded controller: what it said and what it wrote about its chassis."""

    opening: Template          # when it connects, having its VIFs
    claim: Template            # when one more is plugged, until it is up
    confirm: Template          # when its switch reflects a northbound configuration
    identities: Sequence[str]  # as Load.identities() has them
    chassis: Operation         # columns of its Chassis row


@dataclass(frozen=True)
class Change:
    """A kind of change. The functions take the number of the repetition; only apply is measured."""

    name: str
    apply: Callable[[int], Condition]
    check: Callable[[int], None] = lambda _: None  # LabError if it has not come to its end


@dataclass
class Chassis:
    """A simulated chassis: its session, and what it says."""

    number: int
    confirm: Request
    session: Session = field(init=False)


class Scene:
    """The sessions of all chassis on one server, and northbound clients of the benchmark's own."""

    def __init__(self, fleet: Fleet, load: Load, voice: Voice, server: Path):
        """`server`: the unix socket that chassis connect to."""
        self.fleet = fleet
        self.load = load
        self.answering = False   # whether chassis confirm a new nb_cfg
        self.hv_cfg = -1
        self._voice = voice
        self._added = ""               # the port added last
        self._plugged: list[str] = []  # ports added to the group, to be claimed in this order
        self.chassis = [self._make(number, server) for number in range(load.shape.chassis)]
        northbound = load.central.nb.socket
        self._writer = fleet.attach(Session("the northbound writer", northbound))
        self._watcher = fleet.attach(Session("the northbound watcher", northbound,
                                             watched=b'"hv_cfg"', on_update=self._see_hv_cfg))
        fleet.call(self._watcher, ("monitor", [NORTHBOUND, None, {"NB_Global": {
            "columns": ["hv_cfg"]}}]))

    def _make(self, number: int, server: Path) -> Chassis:
        # A port of its own in the place of the one to be claimed: conditions don't have it yet.
        names = self._names(number, port_name(number, 0))
        chassis = Chassis(number, self._voice.confirm.for_chassis(names)[0])
        chassis.session = Session(
            chassis_name(number), server, opening=self._voice.opening.for_chassis(names),
            watched=b'"SB_Global"', on_update=lambda update: self._see_nb_cfg(chassis, update))
        return chassis

    def _names(self, number: int, claimed: str) -> Mapping[str, str]:
        theirs = self.load.identities(number, chassis_name(number), claimed)
        return dict(zip(self._voice.identities, theirs, strict=True))

    # --- what sessions do by themselves ---

    def _see_nb_cfg(self, chassis: Chassis, update: Update) -> None:
        for row in update["SB_Global"].values():
            nb_cfg = row.get("modify", {}).get("nb_cfg")
            if self.answering and nb_cfg is not None:
                self.fleet.send(chassis.session, with_nb_cfg(chassis.confirm, nb_cfg))

    def _see_hv_cfg(self, update: Update) -> None:
        self.hv_cfg = next(iter(update["NB_Global"].values()))["new"]["hv_cfg"]

    # --- changes ---

    def write(self, *operations: Operation) -> Any:
        """A northbound transaction; returns the results of its operations."""
        return self.fleet.call(self._writer, ("transact", [NORTHBOUND, *operations]))

    def add_port(self, *, grouped: bool) -> Condition:
        """On the network of the first VIF of the chassis that will claim it."""
        self._added = f"new-{next(_SERIAL)}"
        network = self.load.shape.network_of(len(self._plugged), 0)
        self.write(*self.load.port_operations([(network, self._added)], grouped=grouped))
        return lambda: True

    def _check_port(self, *, grouped: bool) -> None:
        row = self.load.central.sb.row("Port_Binding", logical_port=self._added)
        self.load.bindings[self._added] = str(row["_uuid"])
        if grouped:
            self._plugged.append(self._added)

    def claim(self, number: int) -> Condition:
        """Chassis `number` claims the port that was added for it."""
        chassis, port = self.chassis[number], self._plugged[number]
        self.fleet.send(chassis.session,
                        *self._voice.claim.for_chassis(self._names(number, port)))
        return lambda: chassis.session.idle

    def _check_claim(self, number: int) -> None:
        row = self.load.central.sb.row("Port_Binding", logical_port=self._plugged[number])
        if not row["up"] or str(row["chassis"]) != self.load.chassis[chassis_name(number)]:
            raise LabError(f"{chassis_name(number)} has not claimed {self._plugged[number]}")

    def add_acl(self) -> Condition:
        """A rule more in the group of network 0."""
        match = f"outport == @g0 && ip4 && tcp.dst == {1024 + next(_SERIAL)}"
        self.write({"op": "insert", "table": "ACL", "uuid-name": "acl",
                    "row": acl_row("to-lport", 1002, match, "allow-related")},
                   mutate("Port_Group", group_ref(0), "acls", ["named-uuid", "acl"]))
        return lambda: True

    def add_address(self) -> Condition:
        """An address more in the set that a rule of that group names."""
        third, fourth = (2 * next(_SERIAL) + 1).to_bytes(2, "big")
        self.write(mutate("Address_Set", [["name", "==", "s0"]], "addresses",
                          f"172.31.{third}.{fourth}"))
        return lambda: True

    def _check_reached(self) -> None:
        if not any(session.updates for session in self.fleet.counted):
            raise LabError("no session has got what concerns it")

    def bump(self, *, answered: bool) -> Condition:
        """nb_cfg one higher; if `answered` every chassis confirms it at once, and northd says when
        all have."""
        self.answering = answered
        _bumped, selected = self.write(
            {"op": "mutate", "table": "NB_Global", "where": [],
             "mutations": [["nb_cfg", "+=", 1]]},
            {"op": "select", "table": "NB_Global", "where": [], "columns": ["nb_cfg"]})
        nb_cfg = selected["rows"][0]["nb_cfg"]
        return lambda: not answered or self.hv_cfg == nb_cfg

    def changes(self) -> list[Change]:
        """In the order to be made in: ports are claimed that were added before."""
        return [
            Change("port added, in no group", lambda _: self.add_port(grouped=False),
                   lambda _: self._check_port(grouped=False)),
            Change("port added to the group", lambda _: self.add_port(grouped=True),
                   lambda _: self._check_port(grouped=True)),
            Change("VIF claimed", self.claim, self._check_claim),
            Change("ACL added to the group", lambda _: self.add_acl(),
                   lambda _: self._check_reached()),
            Change("address added to a set", lambda _: self.add_address(),
                   lambda _: self._check_reached()),
            Change("nb_cfg, nobody answers", lambda _: self.bump(answered=False),
                   lambda _: self._check_reached()),
            Change("nb_cfg, all chassis answer", lambda _: self.bump(answered=True)),
        ]


# Names of what is added must differ between all scenes on one database.
_SERIAL = itertools.count()
