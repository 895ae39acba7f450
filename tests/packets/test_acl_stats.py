"""Counts of rules, from the switches' flows to the operator."""

import re
from typing import Iterator

import pytest

from support.scene import Scene

LAB = {"hypervisors": 2}
pytestmark = pytest.mark.mooring


@pytest.fixture
def rule(scene: Scene) -> Iterator[str]:
    """The UUID of a rule on what all ports of network a send."""
    scene.network("a", 101)
    scene.port("a", "a1", "hv1", ips=["10.9.0.1"])
    scene.port("a", "a2", "hv1", ips=["10.9.0.2"])
    scene.port("a", "a3", "hv2", ips=["10.9.0.3"])
    scene.do(["acl-add", "a", "from-lport", "1", "ip4", "allow-stateless"])
    scene.ready()
    yield scene.lab.central.nb_ctl("--bare", "--columns=_uuid", "list", "ACL").strip()
    scene.now(["acl-del", "a"])


def count(scene: Scene) -> int:
    """What acl-list --stats says of the rule."""
    central = scene.lab.central
    for name in ("hv1", "hv2"):
        scene.hv(name).revalidate()
    out = central.nb_ctl(f"--sb-db={central.sb.remote}", "--timeout=60", "acl-list", "--stats", "a",
                         timeout=90)
    found = re.fullmatch(r"from-lport     1 \(ip4\) allow-stateless packets=(\d+) bytes=(\d+)\n", out)
    assert found, out
    return int(found[1])


def test_packets_on_all_chassis_are_counted(scene: Scene, rule: str) -> None:
    start = count(scene)
    scene.send("a1", "a2", wire=False)
    scene.send("a1", "a2", wire=False)
    scene.send("a3", "a1", wire=False)
    assert count(scene) == start + 3
    by_chassis = {row["chassis_name"]: row["packets"]
                  for row in scene.lab.central.sb.rows("ACL_Stats") if str(row["acl"]) == rule}
    assert sum(by_chassis.values()) == start + 3 and set(by_chassis) == {"hv1", "hv2"}
    # Nothing changes by itself, and the next question counts anew.
    scene.send("a1", "a2", wire=False)
    assert count(scene) == start + 4


def test_a_controller_that_comes_back_answers(scene: Scene, rule: str) -> None:
    start = count(scene)
    controller = scene.hv("hv1").controller
    controller.kill9()
    controller.start()
    scene.send("a1", "a2", wire=False)
    assert count(scene) == start + 1
