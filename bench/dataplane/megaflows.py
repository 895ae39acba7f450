"""What a load leaves in the datapath's cache: how many flows, and how wide they match.

Few and narrow is good: a flow that matches little serves many connections, and every further mask
is one more table that a lookup may have to search (dpif-netdev's dpcls: a subtable for each).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from statistics import mean
from typing import Iterator

from lab import DummyHypervisor

from . import mixed_load
from .scene import Scene

# Every datapath flow matches these, whatever the pipeline.
ALWAYS = {"in_port", "recirc_id", "packet_type.ns", "packet_type.id"}
# The widths of exactly matched numbers, in bits; of other values the text shows them.
WIDTHS = {"eth_type": 16, "vlan.vid": 12, "vlan.pcp": 3, "ct_zone": 16, "ct_mark": 32,
          "ct_label": 128, "proto": 8, "op": 16, "tos": 8, "tclass": 8, "ttl": 8, "hlimit": 8,
          "frag": 2, "type": 8, "code": 8, "tp_src": 16, "tp_dst": 16, "src": 16, "dst": 16,
          "tcp_flags": 12, "label": 20}
IDLE_MS = 600_000  # longer than the load takes: no flow leaves the cache


@dataclass(frozen=True)
class Cache:
    """Datapath flows, their distinct masks, and how much a flow matches on average."""

    flows: int
    masks: int
    fields: float
    bits: float


def measure(scene: Scene, flow_count: int) -> Cache:
    """Sends the mixed load twice, and reads the cache that the second time has filled: by then the
    provider bridge, which learns as any switch does, knows where everybody is."""
    hypervisor = scene.hypervisor
    hypervisor.vsctl("set", "Open_vSwitch", ".", f"other_config:max-idle={IDLE_MS}")
    load = [frame for flow in mixed_load.flows(flow_count) for frame in mixed_load.frames(flow)]
    for _ in range(2):
        hypervisor.revalidate()
        hypervisor.appctl("dpctl/flush-conntrack")
        for device, frame in load:
            hypervisor.inject(device, frame)
    return summary(dump(hypervisor))


def dump(hypervisor: DummyHypervisor) -> list[str]:
    """The datapath's flows with all their masks."""
    text = hypervisor.appctl("dpctl/dump-flows", "-m")
    return [line for line in text.splitlines() if line.startswith("ufid:")]


def summary(lines: list[str]) -> Cache:
    if not lines:
        raise RuntimeError("the load has left no flow in the datapath")
    masks = [dict(matched(line)) for line in lines]
    own = [{name: mask for name, mask in found.items() if name not in ALWAYS} for found in masks]
    return Cache(
        flows=len(lines), masks=len({frozenset(found.items()) for found in masks}),
        fields=mean(len(found) for found in own),
        bits=mean(sum(mask.bit_count() for mask in found.values()) for found in own))


def matched(line: str) -> Iterator[tuple[str, int]]:
    """(field, mask) of what a line of dump-flows -m matches: fields with an empty mask left out."""
    key = line.split(", packets:")[0].partition(", ")[2]
    for name, text in _fields(key, ""):
        if name.startswith("ct_tuple"):
            continue  # the original direction's addresses, shown and never matched by either stack
        mask = _mask(name, text)
        if mask:
            yield name, mask


def _fields(text: str, within: str) -> Iterator[tuple[str, str]]:
    """("ipv4.src", "10.0.0.1/255.0.0.0") and so on, from name(value) and name(key=value,...)."""
    for name, inner in _groups(text):
        if name == "encap":
            yield from _fields(inner, within)
        elif "=" in inner:
            for pair in inner.split(","):
                key, _, value = pair.partition("=")
                yield f"{within}{name}.{key}", value
        else:
            yield f"{within}{name}", inner


def _groups(text: str) -> Iterator[tuple[str, str]]:
    """The outermost name(inner) of a text."""
    start = depth = 0
    name = ""
    for place, letter in enumerate(text):
        if letter == "(":
            if depth == 0:
                name, start = re.split(r"[,\s]+", text[start:place])[-1], place + 1
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth == 0:
                yield name, text[start:place]
                start = place + 1


def _mask(name: str, text: str) -> int:
    """The mask of a printed value, which is all ones where none is printed."""
    value, slash, mask = text.partition("/")
    if slash:
        return _number(mask)
    if value.count(":") == 5:
        return (1 << 48) - 1
    try:
        return (1 << ipaddress.ip_address(value).max_prefixlen) - 1
    except ValueError:
        pass
    width = WIDTHS.get(name) or WIDTHS.get(name.rpartition(".")[2])
    if width is None and name not in ALWAYS:
        raise RuntimeError(f"how wide is the field {name}, which has the value {value}?")
    return (1 << (width or 32)) - 1


def _number(text: str) -> int:
    """A mask as dump-flows prints it: hexadecimal, decimal, a MAC or an IP address."""
    if text.count(":") == 5:
        return int(text.replace(":", ""), 16)
    if "." in text or ":" in text:
        return int(ipaddress.ip_address(text))
    return int(text, 0)
