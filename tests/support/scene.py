"""Networks and ports of one test, on a lab of dummy devices whose NICs share a wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Iterable, Sequence

from lab import DummyHypervisor, Lab, wait_until
from lab.stack import Command

from . import oracle
from .frames import OUTSIDER, Probe

Found = dict[str, list[str]]


@dataclass
class Port:
    """A logical port and where it is plugged in."""

    name: str
    network: str
    mac: str
    hypervisors: list[str]
    ips: list[str] = field(default_factory=list)


class Scene:
    """Makes networks and ports, sends frames, and leaves the lab as it was.

    `kind`: "physical" for a Physical_Switch, "localnet" for a Logical_Switch with a localnet port.
    What network() and port() ask for is made by ready(), in one transaction.
    """

    def __init__(self, lab: Lab, kind: str):
        self.lab = lab
        self.kind = kind
        self.ports: dict[str, Port] = {}
        self._networks: list[str] = []
        self._pending: list[Command] = []
        self._plugs: dict[str, dict[str, str]] = {}
        self._to_be_up: list[str] = []
        # What others have on the lab, as the canary of the diagnostics, stays when this scene goes.
        self._flows = {name: h.flows(cookies=False) for name, h in self._hypervisors.items()}
        self._patches = {name: h.patch_ports() for name, h in self._hypervisors.items()}

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *error: object) -> None:
        # After a failure the lab stays as it is found in the report; the module's other tests
        # get what close() can give them.
        self.close(strict=error[0] is None)

    @property
    def _hypervisors(self) -> dict[str, DummyHypervisor]:
        return {name: h for name, h in self.lab.hypervisors.items()
                if isinstance(h, DummyHypervisor)}

    def hv(self, name: str) -> DummyHypervisor:
        return self._hypervisors[name]

    # --- what there is ---

    def network(self, name: str, tag: int | None = None, *, physical_network: str = "physnet1",
                ad: bool = False, passthru: bool = False, learn: bool = False) -> str:
        """A flat network, or the VLAN `tag`. `ad`: tagged with 802.1ad's type; `passthru`: VLAN
        transparent; `learn`: addresses on the wire are learned."""
        self._networks.append(name)
        self.do(*self.lab.stack.network_commands(name, physical_network, tag,
                                                 localnet=self.kind == "localnet"))
        if passthru:
            table = "Physical_Switch" if self.kind == "physical" else "Logical_Switch"
            self.do(["set", table, name, "other_config:vlan-passthru=true"])
        if ad:
            self.do(self.set_option(name, "ethtype", "802.1ad"))
        if learn:
            self.do(self.set_option(name, "localnet_learn_fdb", "true"))
        return name

    def set_option(self, network: str, key: str, value: str) -> Command:
        """The command that sets an option of a network's uplink."""
        if self.kind == "physical":
            return ["set", "Physical_Switch", network, f"other_config:{key}={value}"]
        return ["set", "Logical_Switch_Port", f"ln-{network}", f"options:{key}={value}"]

    def retag(self, network: str, tag: int | None) -> list[Command]:
        """The commands that make a network that VLAN, or flat."""
        if self.kind == "localnet":
            # lsp-add writes tag_request, which stands over tag (ovn-nb(5)).
            row = ["Logical_Switch_Port", f"ln-{network}"]
            return [["clear", *row, "tag_request"], ["clear", *row, "tag"] if tag is None
                    else ["set", *row, f"tag={tag}"]]
        if tag is None:
            return [["set", "Physical_Switch", network, "type=flat"],
                    ["clear", "Physical_Switch", network, "tag"]]
        return [["set", "Physical_Switch", network, "type=vlan", f"tag={tag}"]]

    def set_physical_network(self, network: str, physical_network: str) -> Command:
        if self.kind == "physical":
            return ["set", "Physical_Switch", network, f"physical_network={physical_network}"]
        return self.set_option(network, "network_name", physical_network)

    def uplink(self, network: str) -> str:
        """The logical port that a network's patch ports are named after."""
        return network if self.kind == "physical" else f"ln-{network}"

    def patch_pair(self, network: str) -> dict[str, str]:
        """The patch ports, with their peers, that a hypervisor with ports of a network has."""
        uplink = self.uplink(network)
        inner, outer = f"patch-br-int-to-{uplink}", f"patch-{uplink}-to-br-int"
        return {inner: outer, outer: inner}

    def port(self, network: str, name: str, *hypervisors: str, ips: Sequence[str] = (),
             addresses: Sequence[str] | None = None, type: str = "", up: bool = True,
             security: bool = False) -> Port:
        """A port, plugged in on the given hypervisors as an interface of its name.

        Its addresses are its MAC and `ips`, or what `addresses` says. Without `up`, ready() does
        not wait for it.
        """
        number = sum(ord(letter) * 7 ** place for place, letter in enumerate(name)) % 250 + 1
        mac = f"02:00:00:00:{len(self.ports):02x}:{number:02x}"
        port = Port(name, network, mac, list(hypervisors), list(ips))
        self.ports[name] = port
        if addresses is None:
            addresses = [" ".join([mac, *ips])]
        self.do(*self.lab.stack.port_commands(network, name, addresses, security=security))
        if type:
            self.do(["lsp-set-type", name, type])
        for hypervisor in hypervisors:
            self._plugs.setdefault(hypervisor, {})[name] = name
        if up and type != "localport" and hypervisors:
            self._to_be_up.append(name)
        return port

    def do(self, *commands: Command) -> None:
        """Northbound commands, given by the next ready()."""
        self._pending += commands

    def now(self, *commands: Command) -> None:
        """Northbound commands, carried out everywhere on return."""
        self.do(*commands)
        self.ready()

    def write(self) -> None:
        """Gives the northbound commands that were asked for."""
        if self._pending:
            self.lab.central.nb_batch(self._pending)
            self._pending = []

    def ready(self) -> Scene:
        """Makes what was asked for, and returns when it works."""
        self.write()
        for hypervisor, plugs in self._plugs.items():
            self.hv(hypervisor).add_vifs(plugs)
        self._plugs = {}
        self.lab.central.wait_port_up(*self._to_be_up)
        self._to_be_up = []
        self.lab.central.sync()
        return self

    def unplug(self, *names: str) -> None:
        """Takes ports' interfaces off, on all hypervisors."""
        for name in names:
            for hypervisor in self.ports[name].hypervisors:
                self.hv(hypervisor).del_vif(name)
            self.ports[name].hypervisors = []

    def close(self, strict: bool = True) -> None:
        """Removes everything; with `strict`, there must be nothing left of it in the switches."""
        gone = "ps-del" if self.kind == "physical" else "ls-del"
        if self._networks and not self._pending:
            commands = [["--if-exists", gone, network] for network in self._networks]
            self.lab.central.nb_batch(commands)
        for hypervisor in self._hypervisors.values():
            hypervisor.del_vifs([name for name in self.ports
                                 if hypervisor.name in self.ports[name].hypervisors])
        self.lab.central.sync()
        for hypervisor in self._hypervisors.values():
            if strict and self.lab.stack.name == "mooring":
                self.wait_patches(hypervisor.name, self._patches[hypervisor.name])
                oracle.wait_quiet_flows(hypervisor, self._flows[hypervisor.name])
        self.ports, self._networks = {}, []

    def wait_patches(self, hypervisor: str, *expected: dict[str, str]) -> None:
        """Returns when a hypervisor has exactly the patch ports `expected`."""
        wanted = {name: peer for pair in expected for name, peer in pair.items()}
        node = self.hv(hypervisor)
        wait_until(lambda: node.patch_ports() == wanted, 15,
                   lambda: f"{hypervisor} to have the patch ports {wanted}, "
                           f"it has {node.patch_ports()}")

    # --- what packets do ---

    def send(self, port: str, dst: str, *, tags: str = "-", src: str | None = None,
             hypervisor: str | None = None, protocol: str = "ipv4", wire: bool = True) -> Found:
        """Sends a frame from a port to the MAC, or the port, `dst`, and says where it came out:
        {"hv1:a2": ["-"], "hv1:eth1": ["101"]}, each copy with its tags as tags_of() has them.

        Unless `wire` is cut, what leaves by a NIC arrives at that of the other hypervisors.
        """
        sender = self.ports[port]
        probe = Probe(src or sender.mac, self._mac(dst), tags, protocol)
        return self.run(probe, [(hypervisor or sender.hypervisors[0], port)], wire=wire)

    def arrive(self, dst: str, *, tags: str = "-", src: str = OUTSIDER, at: Iterable[str] = (),
               nic: str = "eth1", protocol: str = "ipv4") -> Found:
        """A frame from the physical network arrives at all hypervisors, or those of `at`."""
        places = [(name, nic) for name in at or self._hypervisors]
        return self.run(Probe(src, self._mac(dst), tags, protocol), places)

    def run(self, probe: Probe, places: Sequence[tuple[str, str]], *, wire: bool = True) -> Found:
        for hypervisor in self._hypervisors.values():
            # What an earlier frame taught the provider bridges, which learn as any switch does,
            # must not decide about this one.
            for bridge in hypervisor.bridges():
                hypervisor.appctl("fdb/flush", bridge)
            hypervisor.revalidate()
            hypervisor.clear_sent()
        for name, device in places:
            self.hv(name).inject(device, bytes(probe))
        found: Found = {}
        rounds = 0
        while True:
            fresh = self._collect(probe, found)
            if not wire or not fresh:
                return dict(sorted(found.items()))
            rounds += 1
            assert rounds < 4, f"a frame goes round and round: {found}"
            for sender, nic, data in fresh:
                for name, hypervisor in self._hypervisors.items():
                    if name != sender:
                        hypervisor.inject(nic, data)

    def _collect(self, probe: Probe, found: Found) -> list[tuple[str, str, bytes]]:
        """Adds the new copies to `found`; returns those that left by a NIC."""
        on_wire = []
        for name, hypervisor in self._hypervisors.items():
            for device, frames in hypervisor.all_sent().items():
                copies = [frame for frame in frames if probe.token in frame.data]
                if copies:
                    found.setdefault(f"{name}:{device}", []).extend(probe.among(copies))
                if device.startswith("eth"):
                    on_wire += [(name, device, frame.data) for frame in copies]
        return on_wire

    def _mac(self, name: str) -> str:
        return self.ports[name].mac if name in self.ports else name


def everywhere(tags: str, *places: str) -> Found:
    """{"hv1:a2": ["-"], "hv1:eth1": [tags]} from their places: NICs have the tags, ports none."""
    return dict(sorted((place, [tags if place.split(":")[1].startswith("eth") else "-"])
                       for place in places))


Expect = Callable[..., Found]
