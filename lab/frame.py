"""Ethernet frames, as captures and dummy devices yield them, parsed enough to sort them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import Any

VLAN_TPIDS = (0x8100, 0x88A8, 0x9100)


@dataclass(frozen=True)
class Tag:
    """One VLAN header."""

    tpid: int
    pcp: int
    vid: int


@dataclass(frozen=True)
class Frame:
    """One frame on the wire; tags are where they belong, whatever the kernel did with them.

    `outgoing`: sent by the captured interface's own side (its kernel, its ovs-vswitchd), not
    received from the cable. `time` is the kernel's, in seconds.
    """

    data: bytes
    outgoing: bool = False
    time: float = 0.0

    @property
    def dst(self) -> str:
        return self.data[0:6].hex(":")

    @property
    def src(self) -> str:
        return self.data[6:12].hex(":")

    @cached_property
    def _parsed(self) -> tuple[list[Tag], int, int]:
        tags: list[Tag] = []
        offset = 12
        while len(self.data) >= offset + 4:
            tpid, tci = struct.unpack_from("!HH", self.data, offset)
            if tpid not in VLAN_TPIDS:
                break
            tags.append(Tag(tpid, tci >> 13, tci & 0xFFF))
            offset += 4
        ethertype = int.from_bytes(self.data[offset:offset + 2], "big")
        return tags, ethertype, offset + 2

    @property
    def tags(self) -> list[Tag]:
        """All VLAN headers, the outermost first."""
        return self._parsed[0]

    @property
    def vid(self) -> int | None:
        """The outermost VLAN id, None where there is no tag."""
        return self.tags[0].vid if self.tags else None

    @property
    def ethertype(self) -> int:
        """The first type behind the tags."""
        return self._parsed[1]

    @property
    def payload(self) -> bytes:
        return self.data[self._parsed[2]:]

    @cached_property
    def packet(self) -> Any:
        """The frame as scapy's Ether."""
        # Importing scapy takes a second, which only those pay who look into packets.
        from scapy.layers import dhcp, dhcp6, inet, inet6, l2  # noqa: F401 (they teach it theirs)

        return l2.Ether(self.data)

    def __str__(self) -> str:
        tags = "".join(f" vlan {tag.vid}" + (f" pcp {tag.pcp}" if tag.pcp else "")
                       + (f" ({tag.tpid:#06x})" if tag.tpid != 0x8100 else "")
                       for tag in self.tags)
        arrow = "sent" if self.outgoing else "received"
        return f"{arrow} {self.src} > {self.dst}{tags} type {self.ethertype:#06x} {len(self.data)}B"
