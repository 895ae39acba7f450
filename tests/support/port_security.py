"""What a port with port security may send and get, and what is refused and counted."""

from __future__ import annotations

from typing import Any

from lab import Frame

from .scene import Scene


def refusals(scene: Scene, port: str) -> dict[str, int]:
    text = scene.hv("hv1").controller.ctl("port-security/show", port)
    first, *lines = text.splitlines()
    assert first == port
    return {reason: int(count) for reason, count in (line.split() for line in lines)}


def reached(scene: Scene, device: str, frame: Any) -> set[str]:
    """Where copies of a frame come out that arrives on a device: none twice, none changed."""
    hv1 = scene.hv("hv1")
    for bridge in hv1.bridges():
        hv1.appctl("fdb/flush", bridge)
    found = [place for place, copies in hv1.exchange(device, bytes(frame)).items()
             for copy in copies if untagged(copy.data) == untagged(bytes(frame))]
    assert len(found) == len(set(found))
    return set(found)


def sends(scene: Scene, port: str, frame: Any) -> set[str]:
    """reached(), of a frame that a port may send."""
    before = refusals(scene, port)
    found = reached(scene, port, frame)
    assert refusals(scene, port) == before
    return found


def assert_refused(scene: Scene, port: str, frame: Any, reason: str) -> None:
    """The frame comes out nowhere, and is counted once, for that reason."""
    before = refusals(scene, port)
    assert reached(scene, port, frame) == set()
    after = refusals(scene, port)
    assert {r: n - before[r] for r, n in after.items() if n != before[r]} == {reason: 1}


def assert_delivered(scene: Scene, port: str, frame: Any, expected: bool) -> None:
    """The port gets a frame from the wire, or refuses and counts it."""
    before = refusals(scene, port)["not-for-port"]
    found = reached(scene, "eth1", tagged(frame))
    assert (port in found) == expected
    assert refusals(scene, port)["not-for-port"] - before == (0 if expected else 1)


def untagged(data: bytes) -> bytes:
    return data[:12] + data[12 + 4 * len(Frame(data).tags):]


def tagged(frame: Any) -> bytes:
    data = bytes(frame)
    return data[:12] + bytes.fromhex("81000065") + data[12:]
