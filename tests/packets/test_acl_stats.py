"""Counts of rules, from the switches' flows to the operator.

northd is paused, and a row of the program is said to be a rule's: what is tested is the way of the
question to the controllers and of their counts back.
"""

import re
import subprocess
from typing import Iterator

import pytest

from lab import wait_until
from support.scene import Scene

LAB = {"hypervisors": 2}
pytestmark = pytest.mark.mooring


@pytest.fixture
def rule(scene: Scene) -> Iterator[str]:
    """The UUID of a rule of network a, to which all rows of the first stage are ascribed."""
    scene.network("a", 101)
    scene.port("a", "a1", "hv1")
    scene.port("a", "a2", "hv1")
    scene.port("a", "a3", "hv2")
    scene.ready()
    central = scene.lab.central
    central.northd.ctl("pause")
    central.nb_ctl("acl-add", "a", "from-lport", "1", "1", "allow")
    uuid = central.nb_ctl("--bare", "--columns=_uuid", "list", "ACL").strip()
    set_rule(central, ["uuid", uuid])
    yield uuid
    set_rule(central, ["set", []])
    central.nb_ctl("acl-del", "a")
    central.northd.ctl("resume")
    central.sync()


def set_rule(central, value: list) -> None:
    central.sb.transact({"op": "update", "table": "Pipeline", "row": {"acl": value},
                         "where": [["stage", "==", "ls_in_admission"]]})


def count(scene: Scene) -> int:
    """What acl-list --stats says of the rule."""
    central = scene.lab.central
    for name in ("hv1", "hv2"):
        scene.hv(name).revalidate()
    before = question(central.nb.row("NB_Global"))
    argv = central.nb_argv(f"--sb-db={central.sb.remote}", "--timeout=60", "acl-list", "--stats", "a")
    run = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_until(lambda: question(central.nb.row("NB_Global")) != before, 30, "the question")
    word = question(central.nb.row("NB_Global"))
    central.sb.transact({"op": "update", "table": "SB_Global", "where": [],
                         "row": {"options": ["map", [["acl-stats", word]]]}})
    out, err = run.communicate(timeout=90)
    assert (run.returncode, err) == (0, ""), err
    found = re.fullmatch(r"from-lport     1 \(1\) allow packets=(\d+) bytes=(\d+)\n", out)
    assert found, out
    return int(found[1])


def question(row: dict) -> str | None:
    return row["options"].get("acl-stats")


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
