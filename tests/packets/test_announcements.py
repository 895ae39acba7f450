"""A port that arrives is announced on its network, so that physical switches learn the way."""

from __future__ import annotations

import ipaddress

import pytest

from lab import Frame, wait_until
from lab.wait import scale
from support import oracle
from support.frames import BROADCAST, tags_of
from support.scene import Scene

LAB = {"hypervisors": 2}
# ovs-vswitchd is ended and started here.
EXPECTED_LOG = ("terminating with signal",)
RARP, ARP, IPV6 = 0x8035, 0x0806, 0x86DD
# Moments of the first announcements, in seconds after the port's flows are in.
SCHEDULE = (0, 1, 2)


def meaning(frame: Frame) -> str | None:
    """What an announcement tells: "arp IP", "na IP" or "rarp"; None for other frames."""
    from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6NDOptDstLLAddr
    from scapy.layers.l2 import ARP as Arp

    packet = frame.packet
    if frame.ethertype == RARP:
        return "rarp"
    if packet.haslayer(Arp):
        arp = packet[Arp]
        # A request for the sender's own address (RFC 5227, section 3).
        good = (arp.op == 1 and arp.psrc == arp.pdst and arp.hwsrc == frame.src
                and frame.dst == BROADCAST)
        return f"arp {arp.psrc}" if good else None
    if packet.haslayer(ICMPv6ND_NA):
        na = packet[ICMPv6ND_NA]
        # To all nodes, unsolicited, overriding, with the address's MAC (RFC 4861, section 7.2.6).
        good = (frame.dst == "33:33:00:00:00:01" and na.S == 0 and na.O == 1 and na.R == 0
                and packet[ICMPv6NDOptDstLLAddr].lladdr == frame.src
                and packet.src == frame.src and packet["IPv6"].dst == "ff02::1"
                and packet["IPv6"].hlim == 255 and packet["IPv6"].src == na.tgt
                and _checksum_is_right(frame))
        return f"na {ipaddress.ip_address(na.tgt)}" if good else None
    return None


def _checksum_is_right(frame: Frame) -> bool:
    from scapy.layers.inet6 import ICMPv6ND_NA, IPv6

    packet = frame.packet[IPv6].copy()
    sent = packet[ICMPv6ND_NA].cksum
    del packet[ICMPv6ND_NA].cksum
    return IPv6(bytes(packet))[ICMPv6ND_NA].cksum == sent


class Listener:
    """Collects what a port's MAC announces on a hypervisor's NIC."""

    def __init__(self, scene: Scene, hypervisor: str = "hv1", nic: str = "eth1"):
        self.hypervisor = scene.hv(hypervisor)
        self.nic = nic
        self.frames: list[Frame] = []
        self.hypervisor.sent(nic)

    def listen(self) -> list[Frame]:
        self.frames += self.hypervisor.sent(self.nic)
        return self.frames

    def of(self, mac: str) -> dict[str, list[Frame]]:
        """The announcements of a MAC so far, by what they tell."""
        found: dict[str, list[Frame]] = {}
        for frame in self.listen():
            told = meaning(frame) if frame.src == mac else None
            if told:
                found.setdefault(told, []).append(frame)
        return found

    def wait(self, mac: str, told: str, count: int, timeout: float = 10.0) -> list[Frame]:
        """The first `count` announcements of that kind, as soon as they are there."""
        wait_until(lambda: len(self.of(mac).get(told, [])) >= count, timeout,
                   lambda: f"{count} x {told} from {mac}; there was {self.counts(mac)}, and "
                           + "; ".join(map(str, self.frames[-20:])))
        return self.of(mac)[told][:count]

    def counts(self, mac: str) -> dict[str, int]:
        return {told: len(frames) for told, frames in self.of(mac).items()}


@pytest.mark.mooring
@pytest.mark.parametrize("tag, ad, on_wire", [(None, False, "-"), (101, False, "101"),
                                              (101, True, "ad101")],
                         ids=["flat", "8021q", "8021ad"])
def test_every_address_is_announced(scene: Scene, tag: int | None, ad: bool, on_wire: str) -> None:
    """ARP for each IPv4 address, NA for each IPv6 one, RARP where there is none; at 0, 1, 2 s."""
    listener = Listener(scene)
    scene.network("a", tag, ad=ad)
    ips = ["10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"]
    many = scene.port("a", "a1", "hv1", ips=ips)
    none = scene.port("a", "a2", "hv1")
    scene.ready()
    wanted = ["arp 10.0.0.1", "arp 10.0.0.2", "na fd00::1", "na fd00::2"]
    times: dict[str, list[float]] = {}
    for told in wanted:
        frames = listener.wait(many.mac, told, len(SCHEDULE))
        assert {tags_of(frame) for frame in frames} == {on_wire}
        times[told] = [frame.time for frame in frames]
    frames = listener.wait(none.mac, "rarp", len(SCHEDULE))
    assert {tags_of(frame) for frame in frames} == {on_wire}
    assert {frame.dst for frame in frames} == {BROADCAST}
    assert sorted(listener.of(many.mac)) == sorted(wanted)
    assert sorted(listener.of(none.mac)) == ["rarp"]
    for moments in times.values():
        for moment, planned in zip(moments, SCHEDULE):
            assert -0.1 < moment - moments[0] - planned < 0.5 * scale(), times


def test_first_ipv4_address_is_announced(scene: Scene) -> None:
    """What OVN does as well."""
    listener = Listener(scene)
    scene.network("a", 101)
    port = scene.port("a", "a1", "hv1", ips=["10.0.0.1"])
    scene.ready()
    for frame in listener.wait(port.mac, "arp 10.0.0.1", 2):
        assert tags_of(frame) == "101"


def test_announced_where_it_is_and_nowhere_else(scene: Scene) -> None:
    here, there = Listener(scene, "hv1"), Listener(scene, "hv2")
    scene.network("a", 101)
    port = scene.port("a", "a1", "hv1", ips=["10.0.0.1"])
    scene.port("a", "a3", "hv2", ips=["10.0.0.3"])
    scene.ready()
    here.wait(port.mac, "arp 10.0.0.1", 2)
    assert not there.of(port.mac)
    # Moved: announced from the new place.
    scene.unplug("a1")
    scene.hv("hv2").add_vif("a1", "a1")
    scene.ports["a1"].hypervisors = ["hv2"]
    there.wait(port.mac, "arp 10.0.0.1", 1)


@pytest.mark.mooring
def test_changed_address_is_announced(scene: Scene) -> None:
    listener = Listener(scene)
    scene.network("a", 101)
    port = scene.port("a", "a1", "hv1", ips=["10.0.0.1"])
    scene.ready()
    listener.wait(port.mac, "arp 10.0.0.1", 1)
    scene.now(["lsp-set-addresses", "a1", f"{port.mac} 10.0.0.7 fd00::7"])
    listener.wait(port.mac, "arp 10.0.0.7", 1)
    listener.wait(port.mac, "na fd00::7", 1)


@pytest.mark.mooring
def test_again_after_the_switch_reconnects(scene: Scene) -> None:
    """A switch that was away may have come back to physical switches that forgot."""
    listener = Listener(scene)
    scene.network("a", 101)
    port = scene.port("a", "a1", "hv1", ips=["10.0.0.1"])
    scene.ready()
    listener.wait(port.mac, "arp 10.0.0.1", 1)
    vswitchd = scene.hv("hv1").vswitchd
    vswitchd.stop()
    before = len(listener.of(port.mac)["arp 10.0.0.1"]) if vswitchd.running else None
    assert before is None
    vswitchd.start()
    scene.lab.central.sync()
    count = listener.counts(port.mac)["arp 10.0.0.1"]
    listener.wait(port.mac, "arp 10.0.0.1", count + len(SCHEDULE))


def test_disabled_by_option(scene: Scene) -> None:
    """disable_garp_rarp: not a word, while a port beside it is announced."""
    listener = Listener(scene)
    scene.network("a", 101)
    silent = scene.port("a", "a1", "hv1", ips=["10.0.0.1", "fd00::1"])
    mute = scene.port("a", "a2", "hv1")
    loud = scene.port("a", "a3", "hv1", ips=["10.0.0.3"])
    for name in ("a1", "a2"):
        scene.do(["lsp-set-options", name, "disable_garp_rarp=true"])
    scene.ready()
    listener.wait(loud.mac, "arp 10.0.0.3", 2)
    if scene.lab.stack.name == "mooring":
        assert not listener.of(silent.mac) and not listener.of(mute.mac)


def test_localport_is_not_announced(scene: Scene) -> None:
    """It is everywhere: an announcement from each host would be a lie."""
    listener = Listener(scene)
    scene.network("a", 101)
    port = scene.port("a", "lp", "hv1", "hv2", ips=["10.0.0.2"], type="localport")
    loud = scene.port("a", "a1", "hv1", ips=["10.0.0.1"])
    scene.ready()
    listener.wait(loud.mac, "arp 10.0.0.1", 2)
    assert not listener.of(port.mac)


@pytest.mark.mooring
def test_local_members_hear_nothing(scene: Scene) -> None:
    """An announcement is for the wire; on the chassis everybody knows."""
    listener = Listener(scene)
    scene.network("a", 101)
    port = scene.port("a", "a1", "hv1", ips=["10.0.0.1"])
    scene.port("a", "a2", "hv1")
    scene.ready()
    listener.wait(port.mac, "arp 10.0.0.1", 2)
    assert not [frame for frame in scene.hv("hv1").sent("a2") if frame.src == port.mac]


@pytest.mark.mooring
def test_counted(scene: Scene) -> None:
    """engine/stats says how many there were."""
    listener = Listener(scene)
    controller = scene.hv("hv1").controller
    before = oracle.stats(controller)["announcements"]
    scene.network("a", 101)
    port = scene.port("a", "a1", "hv1", ips=["10.0.0.1", "fd00::1"])
    scene.ready()
    listener.wait(port.mac, "na fd00::1", 1)
    assert oracle.stats(controller)["announcements"] >= before + 2
