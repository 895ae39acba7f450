"""What is wrong in a database, or is no database at all: nothing crashes and the rest works."""

from __future__ import annotations

import copy
import dataclasses
import json
import os
import socket
import struct
import threading
from pathlib import Path
from typing import Callable, Iterator

import pytest

from lab import DummyHypervisor, Lab, LabError, Stack, wait_until
from support import diagnostics, oracle
from support.frames import BROADCAST
from support.scene import Scene, everywhere

LAB = {"hypervisors": 2}
LONG = "x" * 65536
# Peers and rows here are bad on purpose, and daemons say so.
EXPECTED_LOG = ("",)

pytestmark = pytest.mark.mooring


@pytest.fixture
def scene(dummy_lab: Lab) -> Iterator[Scene]:
    """A network with p1 and p2 on hv1 and p3 on hv2, which works afterwards as before."""
    with Scene(dummy_lab, "physical") as made:
        made.network("n", 101)
        made.port("n", "p1", "hv1")
        made.port("n", "p2", "hv1")
        made.port("n", "p3", "hv2")
        made.ready()
        yield made
        made.ready()
        assert_works(made)
        oracle.check_all(dummy_lab)


def assert_works(scene: Scene) -> None:
    assert scene.send("p1", "p2") == everywhere("101", "hv1:p2")
    assert scene.send("p1", "p3") == everywhere("101", "hv1:eth1", "hv2:p3")
    assert scene.send("p3", BROADCAST) == everywhere("101", "hv2:eth1", "hv1:p1", "hv1:p2")


# --- southbound rows that another program garbled ---

MANY = ", ".join(f"10.0.0.{n}" for n in range(1, 200, 2))
GARBLED_PIPELINE = [
    {"match": "eth.dst == nonsense"}, {"match": "((("}, {"match": ""}, {"match": LONG},
    {"match": "inport == \"p1\" && \"\\"}, {"match": "!" * 20000 + "1"},
    {"match": "(" * 20000 + "1" + ")" * 20000},
    {"match": f"ip4.src == {{{MANY}}} && ip4.dst == {{{MANY}}} && tcp.dst == {{1, 3, 5}}"},
    {"actions": "fly;"}, {"actions": "next"}, {"actions": "next(pipeline=ingress, table=99);"},
    {"actions": LONG}, {"actions": "lookup_l2(7);"}, {"actions": "reg0 = lookup_l2();"},
]
FOREIGN = {"pipeline": "ingress", "stage": "foreign", "table_id": 5, "priority": 77, "match": "1",
           "actions": "next;", "kind": "switch"}


@pytest.fixture
def foreign_row(scene: Scene) -> Iterator[Callable[..., None]]:
    """Inserts a row that isn't northd's, while northd is paused; northd removes it afterwards."""
    lab = scene.lab
    northd, sb = lab.central.northd, lab.central.sb

    def insert(**changed: object) -> None:
        sb.transact({"op": "insert", "table": "Pipeline", "row": {**FOREIGN, **changed}})

    northd.ctl("pause")
    try:
        yield insert
        for hypervisor in lab.hypervisors.values():
            oracle.check(hypervisor.controller)
    finally:
        northd.ctl("resume")
    wait_until(lambda: not sb.rows("Pipeline", [["priority", "==", 77]]), 10,
               "northd to remove the foreign row")
    wait_until(lambda: not findings_of_chassis(lab, "flow-invalid"), 10, "flow-invalid to go")
    diagnostics.wait_gone(lab, "flow-invalid")


def wait_foreign_flows(scene: Scene) -> None:
    """Returns when all chassis have a flow of the foreign row, which is in OpenFlow table 8 + 5."""
    for node in scene.lab.hypervisors.values():
        wait_until(lambda: any("priority=77" in flow for flow in node.flows(table=13)), 10,
                   f"the row's flow on {node.name}")


@pytest.mark.parametrize("garbled", GARBLED_PIPELINE, ids=range(len(GARBLED_PIPELINE)))
def test_garbled_pipeline_row(scene: Scene, foreign_row, garbled: dict[str, str]) -> None:
    """Each chassis leaves a row out that it can't read and says so."""
    foreign_row(**garbled)
    wait_until(lambda: {row["chassis_name"] for row in findings_of_chassis(
        scene.lab, "flow-invalid")} == set(scene.lab.hypervisors), 20,
        "flow-invalid of each chassis in the southbound database")
    assert_works(scene)


@pytest.mark.parametrize("odd", [
    {"stage": LONG},
    {"match": " && ".join(["ip4.src == {1.2.3.4, 5.6.7.8, 9.9.9.9}"] * 200)},
], ids=["stage", "match"])
def test_odd_pipeline_row(scene: Scene, foreign_row, odd: dict[str, str]) -> None:
    """What can be read is carried out, however odd: here it only leads on."""
    foreign_row(priority=1)
    foreign_row(**odd)
    wait_foreign_flows(scene)
    assert_works(scene)
    assert not findings_of_chassis(scene.lab, "flow-invalid")


def test_foreign_pipeline_row_that_drops(scene: Scene, foreign_row) -> None:
    """A row without actions can be read: it drops, until northd removes it."""
    foreign_row(actions="")
    wait_foreign_flows(scene)
    assert scene.send("p1", "p2") == {}


def findings_of_chassis(lab: Lab, code: str) -> list[dict]:
    return lab.central.sb.rows("Chassis_Diagnostic", [["code", "==", code]])


def test_own_pipeline_row_garbled(scene: Scene) -> None:
    """One of northd's own, changed behind its back, is put right."""
    sb = scene.lab.central.sb
    before = sorted((row["stage"], row["match"], row["actions"]) for row in sb.rows("Pipeline"))
    sb.transact({"op": "update", "table": "Pipeline", "where": [], "row": {"match": "rubbish ("}})
    wait_until(lambda: sorted((row["stage"], row["match"], row["actions"])
                              for row in sb.rows("Pipeline")) == before, 10, "the rows of before")
    scene.lab.central.sync()


@pytest.mark.parametrize("changed", [
    {"mac": ["set", ["nonsense", "", LONG, "02:00:00:00:00:01 999.0.0.1"]]},
    {"mac": ["set", []]},
    {"port_security": ["set", ["nonsense", LONG]]},
    {"type": "no-such-type"},
    {"options": ["map", [["requested-chassis", LONG], [LONG, LONG]]]},
    {"tunnel_key": 32767},
    {"up": ["set", []]},
    {"chassis": ["set", []]},
], ids=lambda changed: next(iter(changed)))
def test_garbled_port_binding(scene: Scene, changed: dict) -> None:
    """Only that port may suffer, until northd has mended its row."""
    lab = scene.lab
    lab.central.northd.ctl("pause")
    try:
        lab.central.sb.transact({"op": "update", "table": "Port_Binding",
                                 "where": [["logical_port", "==", "p2"]], "row": changed})
        wait_until(lambda: scene.send("p1", "p3") == everywhere("101", "hv1:eth1", "hv2:p3"), 10,
                   "the other ports to work")
        assert "hv1:p1" in scene.send("p3", BROADCAST)
        for hypervisor in lab.hypervisors.values():
            oracle.check(hypervisor.controller)
    finally:
        lab.central.northd.ctl("resume")
    lab.central.sync()
    lab.central.wait_port_up("p1", "p2", "p3")
    wait_until(lambda: scene.send("p1", "p2") == everywhere("101", "hv1:p2"), 10, "p2 to work")


@pytest.mark.parametrize("table, row", [
    ("Uplink", {"tag": 4095}), ("Uplink", {"tag": 0}), ("Uplink", {"physical_network": LONG}),
    ("Uplink", {"logical_port": LONG}), ("Uplink", {"tunnel_key": 1}),
    ("Datapath_Binding", {"tunnel_key": 16777215}), ("Datapath_Binding", {"kind": "rubbish"}),
    ("SB_Global", {"nb_cfg": -5}), ("Chassis", {"hostname": LONG}),
    ("Chassis_Private", {"nb_cfg": -1}), ("Chassis", {"other_config": ["map", []]}),
], ids=lambda value: value if isinstance(value, str) else next(iter(value)))
def test_other_garbled_rows(scene: Scene, table: str, row: dict) -> None:
    """They are mended by whoever wrote them."""
    sb = scene.lab.central.sb
    sb.transact({"op": "update", "table": table, "where": [], "row": row})
    scene.lab.central.sync()
    scene.lab.central.wait_port_up("p1", "p2", "p3")
    wait_until(lambda: assert_works(scene) is None, 10, "everything to work")


@pytest.mark.parametrize("table", ["Port_Binding", "Datapath_Binding", "Pipeline", "Uplink",
                                   "Chassis_Private", "Encap", "Chassis"])
def test_deleted_southbound_rows(scene: Scene, table: str) -> None:
    """Whoever wrote them writes them again; what a chassis wrote about itself, without a word to
    its switch."""
    central = scene.lab.central
    hv1 = scene.hv("hv1")
    numbers = {name: hv1.ofport(name) for name in hv1.patch_ports()}
    assert len(numbers) == 2
    operations = [{"op": "delete", "table": table, "where": []}]
    if table == "Datapath_Binding":
        operations = [{"op": "delete", "table": name, "where": []}
                      for name in ("Port_Binding", "Uplink", "Pipeline")] + operations
    if table == "Encap":
        # A chassis must have one: both go.
        operations = [{"op": "delete", "table": "Chassis", "where": []}, *operations]
    central.sb.transact(*operations)
    for node in scene.lab.hypervisors.values():
        node.wait_registered()
    central.sync()
    central.wait_port_up("p1", "p2", "p3")
    central.sync()
    wait_until(lambda: assert_works(scene) is None, 10, "everything to work")
    if table in ("Chassis_Private", "Encap", "Chassis", "Pipeline"):
        assert {name: hv1.ofport(name) for name in hv1.patch_ports()} == numbers


# --- names ---

def test_long_names_in_the_northbound_database(scene: Scene) -> None:
    lab = scene.lab
    nb = lab.central.nb
    for operation in (
        {"op": "insert", "table": "Physical_Switch", "row": {"name": LONG, "type": "vlan",
                                                             "tag": 777}},
        {"op": "insert", "table": "Physical_Switch", "row": {"name": "short", "type": LONG}},
        {"op": "insert", "table": "Physical_Switch",
         "row": {"name": "wide", "type": "flat", "physical_network": LONG}},
        {"op": "insert", "table": "Logical_Switch",
         "row": {"name": LONG, "other_config": ["map", [[LONG, LONG]]]}},
    ):
        nb.transact(operation)
    nb.transact(
        {"op": "insert", "table": "Logical_Switch_Port", "uuid-name": "a", "row": {"name": LONG}},
        {"op": "insert", "table": "Logical_Switch_Port", "uuid-name": "b",
         "row": {"name": "talker", "addresses": ["set", [LONG, "unknown"]],
                 "options": ["map", [[LONG, LONG]]]}},
        {"op": "mutate", "table": "Physical_Switch", "where": [["name", "==", "n"]],
         "mutations": [["ports", "insert", ["set", [["named-uuid", "a"], ["named-uuid", "b"]]]]]})
    diagnostics.wait_for(lab, "name-invalid")
    diagnostics.wait_for(lab, "address-invalid", name="talker")
    assert all(len(row["name"]) + len(row["message"]) < 4096 for row in lab.central.diagnostics())
    lab.central.sync()
    assert_works(scene)
    with pytest.raises(LabError, match="name-invalid"):
        lab.nb("doctor")
    nb.transact(*({"op": "delete", "table": table, "where": [["name", "==", name]]}
                  for table in ("Physical_Switch", "Logical_Switch")
                  for name in (LONG, "short", "wide")))
    ports = [row["_uuid"] for row in nb.rows("Logical_Switch_Port")
             if row["name"] in (LONG, "talker")]
    nb.transact({"op": "mutate", "table": "Physical_Switch", "where": [["name", "==", "n"]],
                 "mutations": [["ports", "delete", ["set", [["uuid", str(u)] for u in ports]]]]})
    diagnostics.wait_gone(lab, "name-invalid")
    diagnostics.wait_gone(lab, "address-invalid")


NOT_UTF8 = os.fsdecode(b"caf\xe9 \xc0\x80 \xff")


@pytest.mark.parametrize("arguments", [
    ["ps-add", NOT_UTF8, "physnet1", "7"], ["lsp-add", "n", NOT_UTF8],
    ["lsp-set-addresses", "p1", NOT_UTF8],
    ["set", "Physical_Switch", "n", f"external_ids:a={NOT_UTF8}"],
], ids=lambda arguments: arguments[0])
def test_what_is_not_utf8_is_refused(scene: Scene, arguments: list[str]) -> None:
    """With a word about it, and without a trace in the database."""
    nb = scene.lab.central.nb
    before = nb.rows("Physical_Switch"), nb.rows("Logical_Switch_Port")
    with pytest.raises(LabError, match="UTF-8"):
        scene.lab.nb(*arguments)
    assert (nb.rows("Physical_Switch"), nb.rows("Logical_Switch_Port")) == before


@pytest.mark.parametrize("key", ["iface-id", "attached-mac"])
def test_long_names_on_an_interface(scene: Scene, key: str) -> None:
    hv1 = scene.hv("hv1")
    hv1.add_port("br-int", "odd")
    hv1.ovsdb.transact({"op": "update", "table": "Interface", "where": [["name", "==", "odd"]],
                        "row": {"external_ids": ["map", [[key, LONG]]]}})
    scene.lab.central.sync()
    assert_works(scene)
    hv1.del_vif("odd")


@pytest.mark.parametrize("text", [LONG, LONG + ":br-eth1", "physnet1:" + LONG,
                                  ",".join(f"n{n}:br-eth1" for n in range(5000))],
                         ids=["network", "entry", "bridge", "many"])
def test_long_mapping(scene: Scene, text: str) -> None:
    hv1 = scene.hv("hv1")
    hv1.ovsdb.transact({"op": "mutate", "table": "Open_vSwitch", "where": [],
                        "mutations": [["external_ids", "delete", ["set", ["ovn-bridge-mappings"]]],
                                      ["external_ids", "insert",
                                       ["map", [["ovn-bridge-mappings",
                                                 f"physnet1:br-eth1,{text}"]]]]]})
    scene.lab.central.sync()
    assert_works(scene)
    hv1.set_mappings({"physnet1": "br-eth1"})
    scene.lab.central.sync()
    wait_until(lambda: not scene.lab.central.diagnostics(), 10, "no diagnostic")


# --- databases of other versions ---

def edited(path: Path, target: Path, edit: Callable[[dict], None]) -> Path:
    schema = json.loads(path.read_text())
    edit(schema)
    target.write_text(json.dumps(schema))
    return target


def newer(schema: dict) -> None:
    schema["version"] = "999.0.0"
    schema["tables"]["Hologram"] = {
        "columns": {"name": {"type": "string"}}, "isRoot": True, "indexes": [["name"]]}
    for table in list(schema["tables"].values()):
        table["columns"]["shiny"] = {"type": {"key": "string", "value": "integer", "min": 0,
                                              "max": "unlimited"}}


def test_newer_schemas(make_lab, tmp_path: Path) -> None:
    """Tables and columns that aren't known are nobody's trouble."""
    stack = Stack.mooring()
    stack = dataclasses.replace(stack, nb_schema=edited(stack.nb_schema, tmp_path / "nb", newer),
                                sb_schema=edited(stack.sb_schema, tmp_path / "sb", newer))
    with Scene(make_lab(stack=stack, mode="dummy", hypervisors=2), "physical") as scene:
        three_ports(scene)
        assert_works(scene)
        assert not scene.lab.central.diagnostics()


def three_ports(scene: Scene) -> None:
    scene.network("n", 101)
    scene.port("n", "p1", "hv1")
    scene.port("n", "p2", "hv1")
    scene.port("n", "p3", "hv2")
    scene.ready()


# (database, table, columns): what an older schema lacks; no columns: the table.
OLDER = [
    ("sb", "Uplink", ["learn_fdb"]), ("sb", "Port_Binding", ["enabled"]),
    ("sb", "Chassis_Diagnostic", []), ("sb", "Datapath_Binding", ["kind", "nb_uuid"]),
    ("nb", "Physical_Switch", ["chassis_mapped", "ports_without_uplink"]),
    ("nb", "Logical_Switch_Port", ["pswitch"]), ("nb", "Chassis_Template_Var", []),
    ("nb", "Diagnostic", ["external_ids"]),
]


@pytest.mark.parametrize("database, table, columns", OLDER,
                         ids=["-".join([d, t, *c]) for d, t, c in OLDER])
def test_older_schemas(make_lab, tmp_path: Path, database: str, table: str,
                       columns: list[str]) -> None:
    """What lacks is reported; what doesn't need it works."""

    def older(schema: dict) -> None:
        schema["version"] = "0.9.0"
        for column in columns:
            del schema["tables"][table]["columns"][column]
        if not columns:
            del schema["tables"][table]

    stack = Stack.mooring()
    field = f"{database}_schema"
    path = edited(getattr(stack, field), tmp_path / database, older)
    stack = dataclasses.replace(stack, **{field: path})
    with Scene(make_lab(stack=stack, mode="dummy", hypervisors=2), "physical") as scene:
        three_ports(scene)
        assert_works(scene)
        if table != "Diagnostic":
            found = diagnostics.wait_for(scene.lab, "schema-mismatch")
            assert table in "".join(diagnostics.texts(scene.lab)), found


def test_wrong_type_of_a_column(make_lab, tmp_path: Path) -> None:
    def bent(schema: dict) -> None:
        schema["tables"]["Uplink"]["columns"]["learn_fdb"] = {"type": "string"}

    stack = Stack.mooring()
    stack = dataclasses.replace(stack, sb_schema=edited(stack.sb_schema, tmp_path / "sb", bent))
    with Scene(make_lab(stack=stack, mode="dummy", hypervisors=2), "physical") as scene:
        three_ports(scene)
        diagnostics.wait_for(scene.lab, "schema-mismatch")
        assert_works(scene)


# --- peers that aren't what they should be ---

class StrangeServer:
    """Accepts connections and says the same to all of them, whatever they want."""

    def __init__(self, says: bytes):
        self.says = says
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.connected = threading.Event()
        self._peers: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def remote(self) -> str:
        return f"tcp:127.0.0.1:{self._socket.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            self._peers.append(peer)
            try:
                peer.sendall(self.says)
            except OSError:
                pass
            self.connected.set()

    def close(self) -> None:
        self._socket.close()
        for peer in self._peers:
            peer.close()


STRANGE = {
    "nothing": b"",
    "http": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "broken": b'{"id":1,"result":[',
    "invalid-utf8": b'{"id":"echo","method":"echo","params":["\xff\xfe\xc0\x80"]}',
    "deep": b"[" * 200000,
    "long": b'"' + b"x" * 8_000_000,
    "zeros": bytes(100000),
    "numbers": b'{"id":1e999999,"method":-0,"params":[' + b"9" * 10000 + b"]}",
    "not-a-message": b'{"id":{"a":[]},"result":7,"error":{"x":null},"method":false}' * 100,
    "answers-to-nobody": b'{"id":12345,"result":{},"error":null}' * 1000,
    "update-out-of-the-blue": b'{"id":null,"method":"update3","params":[["monid","x"],"0",'
                              b'{"Port_Binding":{"rubbish":{"insert":7}}}]}' * 10,
    "openflow": struct.pack("!BBHI", 6, 0, 8, 1),
}


@pytest.mark.parametrize("name", STRANGE)
def test_strange_southbound_server(scene: Scene, name: str) -> None:
    """The session ends with a word in the log, the process goes on, and so do the packets."""
    hv1 = scene.hv("hv1")
    server = StrangeServer(STRANGE[name])
    remote = scene.lab.central.sb.remote
    try:
        hv1.set_external_ids({"ovn-remote": server.remote})
        assert server.connected.wait(15)
        assert hv1.controller.ctl("connection-status").strip() == "not connected"
        assert_works(scene)
    finally:
        hv1.set_external_ids({"ovn-remote": remote})
        server.close()
    wait_until(lambda: hv1.controller.ctl("connection-status").strip() == "connected", 20,
               "the controller to be back")
    scene.lab.central.sync()


def test_garbage_on_the_control_socket(scene: Scene) -> None:
    for daemon in (scene.lab.central.northd, scene.hv("hv1").controller):
        for says in STRANGE.values():
            with socket.socket(socket.AF_UNIX) as peer:
                peer.connect(str(daemon.ctl_path))
                try:
                    peer.sendall(says)
                except OSError:
                    pass
        assert daemon.ctl("version")


def test_configuration_that_makes_no_sense(scene: Scene) -> None:
    """Remotes, encapsulations, numbers: taken back, all is as before."""
    hv1 = scene.hv("hv1")
    good = hv1.ovsdb.rows("Open_vSwitch")[0]["external_ids"]
    assert isinstance(hv1, DummyHypervisor)
    for key, value in (("ovn-remote", "nonsense"), ("ovn-remote", "tcp:1.2.3.4:99999999"),
                       ("ovn-remote", ","), ("ovn-encap-type", "morse"), ("ovn-encap-ip", "here"),
                       ("ovn-remote-probe-interval", "soon"), ("garp-max-timeout-sec", "-7")):
        hv1.set_external_ids({key: value})
        wait_until(lambda: hv1.controller.ctl("version"), 10, "an answer")
        assert scene.send("p1", "p2") == everywhere("101", "hv1:p2")
        hv1.set_external_ids({key: copy.copy(good.get(key))})
    wait_until(lambda: hv1.controller.ctl("connection-status").strip() == "connected", 20,
               "the controller to be back")
    scene.lab.central.sync()
