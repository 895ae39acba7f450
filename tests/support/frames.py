"""Frames that are known again wherever they come out, and tags as short text."""

from __future__ import annotations

import itertools
import re

from lab import Frame

BROADCAST = "ff:ff:ff:ff:ff:ff"
MULTICAST = "01:00:5e:00:00:fb"
MULTICAST6 = "33:33:00:00:00:fb"
NOBODY = "02:ff:00:00:00:99"  # a MAC that no test gives to a port
OUTSIDER = "02:fe:00:00:00:01"  # a machine on the physical network

_numbers = itertools.count(1)
_TAG = re.compile(r"(ad)?(\d+)(?:/(\d))?")
_TPIDS = {None: 0x8100, "ad": 0x88A8}


def tags_of(frame: Frame) -> str:
    """The tags of a frame as text, the outermost first: "-" for none, "101", "101/5" with the
    priority 5, "ad100 101" for an 802.1ad tag outside of a plain one."""
    return " ".join(("ad" if tag.tpid == 0x88A8 else "") + str(tag.vid)
                    + (f"/{tag.pcp}" if tag.pcp else "") for tag in frame.tags) or "-"


def tag_bytes(text: str) -> bytes:
    """The headers that tags_of() describes."""
    parts = b""
    for word in text.split():
        if word == "-":
            continue
        found = _TAG.fullmatch(word)
        assert found, f"{word!r} is no tag"
        tci = int(found[3] or 0) << 13 | int(found[2])
        parts += _TPIDS[found[1]].to_bytes(2, "big") + tci.to_bytes(2, "big")
    return parts


class Probe:
    """A frame with a payload that no other has."""

    def __init__(self, src: str, dst: str, tags: str = "-", protocol: str = "ipv4"):
        """`protocol`: ipv4 or ipv6 (UDP between addresses made from the MACs), or raw."""
        self.token = f"<probe {next(_numbers)}>".encode()
        self.src, self.dst = src, dst
        plain = self._plain(protocol)
        self.data = plain[:12] + tag_bytes(tags) + plain[12:]

    def __bytes__(self) -> bytes:
        return self.data

    def among(self, frames: list[Frame]) -> list[str]:
        """The tags of each copy of this frame, as tags_of() has them."""
        copies = [frame for frame in frames if self.token in frame.data]
        for copy in copies:
            # Nothing but the tags may differ.
            assert copy.data[:12] == self.data[:12] and copy.payload.startswith(self._body), copy
        return [tags_of(copy) for copy in copies]

    def _plain(self, protocol: str) -> bytes:
        payload = self.token.ljust(32, b".")
        if protocol == "raw":
            self._body = payload
            return _mac(self.dst) + _mac(self.src) + b"\x88\xb5" + payload.ljust(46, b".")
        from scapy.layers.inet import IP, UDP
        from scapy.layers.inet6 import IPv6
        from scapy.layers.l2 import Ether

        low_src, low_dst = _mac(self.src)[-1], _mac(self.dst)[-1]
        if protocol == "ipv4":
            network = IP(src=f"10.9.0.{low_src}", dst=f"10.9.0.{low_dst}")
        else:
            network = IPv6(src=f"fd09::{low_src:x}", dst=f"fd09::{low_dst:x}")
        frame = bytes(Ether(src=self.src, dst=self.dst) / network / UDP(sport=9, dport=9) / payload)
        self._body = frame[14:]
        return frame


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", ""))
