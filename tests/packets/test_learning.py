"""Addresses learned behind `unknown` ports, and behind the uplink where that is asked for."""

import pytest

from support.frames import BROADCAST, NOBODY
from support.scene import Scene, everywhere

LAB = {"hypervisors": 2}
# ovs-vswitchd is ended and started here.
EXPECTED_LOG = ("terminating with signal",)
NESTED = "02:aa:00:00:00:01"  # a MAC behind an unknown port
# Learned addresses live as long as IEEE 802.1Q recommends (section 8.8.3).
AGEING_SECONDS = 300

pytestmark = pytest.mark.mooring


def unknown_ports(scene: Scene, *, learn: bool = False) -> None:
    """a1, and u1 and u2 that take unknown addresses, on hv1; u3 on hv2."""
    scene.network("a", 101, learn=learn)
    scene.port("a", "a1", "hv1")
    scene.port("a", "u1", "hv1", addresses=["unknown"])
    scene.port("a", "u2", "hv1", addresses=["unknown"])
    scene.port("a", "u3", "hv2", addresses=["unknown"])
    scene.ready()


FLOODED = everywhere("101", "hv1:u1", "hv1:u2", "hv1:eth1", "hv2:u3")


@pytest.mark.parametrize("protocol", ["ipv4", "ipv6"])
def test_second_packet_goes_only_there(scene: Scene, protocol: str) -> None:
    unknown_ports(scene)
    assert scene.send("a1", NESTED, protocol=protocol) == FLOODED
    assert scene.send("u1", "a1", src=NESTED, protocol=protocol) == everywhere("101", "hv1:a1")
    assert scene.send("a1", NESTED, protocol=protocol) == everywhere("101", "hv1:u1")
    assert scene.send("u2", NESTED, protocol=protocol) == everywhere("101", "hv1:u1")
    assert scene.arrive(NESTED, tags="101", at=["hv1"]) == everywhere("101", "hv1:u1")
    # Others are still unknown, and broadcasts go to all.
    assert scene.send("a1", NOBODY) == FLOODED
    assert scene.send("a1", BROADCAST) == FLOODED


def test_learned_from_broadcasts_and_moved(scene: Scene) -> None:
    """The latest port to have sent from a MAC is where it is."""
    unknown_ports(scene)
    scene.send("u1", BROADCAST, src=NESTED)
    assert scene.send("a1", NESTED) == everywhere("101", "hv1:u1")
    scene.send("u2", BROADCAST, src=NESTED)
    assert scene.send("a1", NESTED) == everywhere("101", "hv1:u2")


def test_another_network_doesnt_know(scene: Scene) -> None:
    unknown_ports(scene)
    scene.network("b", 102)
    scene.port("b", "b1", "hv1")
    scene.port("b", "b2", "hv1", addresses=["unknown"])
    scene.ready()
    scene.send("u1", BROADCAST, src=NESTED)
    assert scene.send("b1", NESTED) == everywhere("102", "hv1:b2", "hv1:eth1")
    scene.send("b2", BROADCAST, src=NESTED)
    assert scene.send("a1", NESTED) == everywhere("101", "hv1:u1")
    assert scene.send("b1", NESTED) == everywhere("102", "hv1:b2")


def test_port_security_forbids_learning(scene: Scene) -> None:
    scene.network("a", 101)
    scene.port("a", "a1", "hv1")
    own = "02:00:00:00:88:01"
    scene.port("a", "u1", "hv1", addresses=[own, "unknown"])
    scene.do(["lsp-set-port-security", "u1", f"{own} 10.9.0.1"])
    scene.ready()
    assert scene.send("u1", BROADCAST, src=NESTED) == {}
    assert scene.send("u1", BROADCAST, src=own, protocol="raw") == everywhere(
        "101", "hv1:a1", "hv1:eth1")
    # It takes unknown addresses, but only those that its port security allows.
    assert scene.send("a1", NESTED) == everywhere("101", "hv1:eth1")


def test_known_port_learns_nothing(scene: Scene) -> None:
    """A port whose addresses are known is no place for others, whatever it sends from."""
    unknown_ports(scene)
    scene.send("a1", BROADCAST, src=NESTED)
    assert scene.send("u1", NESTED) == everywhere("101", "hv1:u2", "hv1:eth1", "hv2:u3")


def test_learned_never_overrides_a_port(scene: Scene) -> None:
    """An unknown port that sends from another port's MAC doesn't get that port's frames."""
    unknown_ports(scene)
    scene.port("a", "a2", "hv1")
    scene.ready()
    mac = scene.ports["a1"].mac
    scene.send("u1", BROADCAST, src=mac)
    assert scene.send("a2", "a1") == everywhere("101", "hv1:a1")
    # Nor one that comes after it was learned.
    scene.send("u1", BROADCAST, src="02:00:00:00:99:09")
    assert scene.send("a2", "02:00:00:00:99:09") == everywhere("101", "hv1:u1")
    scene.port("a", "a5", "hv1", addresses=["02:00:00:00:99:09"])
    scene.ready()
    assert scene.send("a2", "02:00:00:00:99:09") == everywhere("101", "hv1:a5")


def test_learned_ages(scene: Scene) -> None:
    """After five minutes of silence it is forgotten, and not before."""
    unknown_ports(scene)
    hv1 = scene.hv("hv1")
    scene.send("u1", BROADCAST, src=NESTED)
    hv1.appctl("time/stop")
    try:
        warp(scene, AGEING_SECONDS - 100)
        assert scene.send("a1", NESTED) == everywhere("101", "hv1:u1")
        scene.send("u1", BROADCAST, src=NESTED)
        warp(scene, AGEING_SECONDS - 100)
        assert scene.send("a1", NESTED) == everywhere("101", "hv1:u1")
        warp(scene, 101)
        assert scene.send("a1", NESTED) == FLOODED
    finally:
        # There is no command that lets time go on: the next tests get a new process.
        hv1.vswitchd.restart()
        scene.lab.central.sync()


def warp(scene: Scene, seconds: int) -> None:
    """Lets the switch of hv1 believe that time has passed, in steps of a second, in which flows
    are looked at."""
    scene.hv("hv1").appctl("time/warp", str(seconds * 1000), "1000")
    scene.hv("hv1").appctl("revalidator/purge")
    scene.hv("hv1").barrier()


def test_forgotten_with_the_port(scene: Scene) -> None:
    unknown_ports(scene)
    scene.send("u1", BROADCAST, src=NESTED)
    assert scene.send("a1", NESTED) == everywhere("101", "hv1:u1")
    scene.unplug("u1")
    scene.lab.central.sync()
    assert scene.send("a1", NESTED) == everywhere("101", "hv1:u2", "hv1:eth1", "hv2:u3")


def test_survives_a_restart_of_the_controller(scene: Scene) -> None:
    unknown_ports(scene)
    scene.send("u1", BROADCAST, src=NESTED)
    controller = scene.hv("hv1").controller
    controller.kill9()
    assert scene.send("a1", NESTED) == everywhere("101", "hv1:u1")
    controller.start()
    scene.lab.central.sync()
    assert scene.send("a1", NESTED) == everywhere("101", "hv1:u1")


def test_uplink_learns_only_by_option(scene: Scene) -> None:
    unknown_ports(scene)
    scene.arrive(BROADCAST, tags="101", src=NESTED)
    assert scene.send("a1", NESTED) == FLOODED
    scene.now(scene.set_option("a", "localnet_learn_fdb", "true"))
    scene.arrive(BROADCAST, tags="101", src=NESTED)
    # Known to be outside: local ports needn't see it.
    assert scene.send("a1", NESTED, wire=False) == everywhere("101", "hv1:eth1")
    # What the wire says of a local port's MAC is not believed.
    scene.arrive(BROADCAST, tags="101", src=scene.ports["a1"].mac, at=["hv1"])
    assert scene.send("u1", "a1") == everywhere("101", "hv1:a1")
    # And a frame from the wire for an address on the wire goes nowhere.
    assert scene.arrive(NESTED, tags="101", at=["hv1"]) == {}
    scene.now(scene.set_option("a", "localnet_learn_fdb", "false"))
    assert scene.send("a1", NESTED) == FLOODED
