"""northd on real database servers: rows there and back, several instances, crashes, odd schemas."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from lab import wait_until
from lab.central import Central
from lab.errors import LabError
from lab.ovsdb import OvsdbServer
from lab.process import Daemon, run
from lab.stack import OVN_SHARE, Stack

pytestmark = pytest.mark.mooring

# What the southbound says of a switch and its ports, apart from a database's own columns.
TABLES = ("Datapath_Binding", "Port_Binding", "Uplink", "Pipeline", "SB_Global", "RBAC_Role",
          "RBAC_Permission")


@pytest.fixture
def make_central(tmp_path: Path) -> Iterator[Callable[..., Central]]:
    """Makes central nodes that end with the test; `start` is called by the test."""
    made: list[Central] = []

    def make(**schemas: Path) -> Central:
        central = Central(tmp_path / f"c{len(made)}", replace(Stack.mooring(), **schemas))
        made.append(central)
        return central

    yield make
    for central in made:
        for daemon in (central.northd, central.sb, central.nb):
            daemon.stop()


@pytest.fixture
def central(make_central: Callable[..., Central]) -> Central:
    made = make_central()
    made.start()
    return made


def named(name: str) -> list[str]:
    return ["named-uuid", name]


def insert(table: str, reference: str | None = None, /, **row: Any) -> dict[str, Any]:
    """`reference`: what named() calls the row in the same transaction."""
    operation: dict[str, Any] = {"op": "insert", "table": table, "row": row}
    return {**operation, "uuid-name": reference} if reference else operation


def update(table: str, where: list[Any], /, **row: Any) -> dict[str, Any]:
    return {"op": "update", "table": table, "where": where, "row": row}


def mapping(**pairs: str) -> list[Any]:
    return ["map", [[key, value] for key, value in pairs.items()]]


def add_switch(central: Central, name: str, ports: list[str], **columns: Any) -> None:
    """A Physical_Switch with ports, in one transaction."""
    rows = [insert("Logical_Switch_Port", f"p{i}", name=port) for i, port in enumerate(ports)]
    members = ["set", [named(f"p{i}") for i in range(len(ports))]]
    central.nb.transact(*rows, insert("Physical_Switch", name=name, ports=members, **columns))


def nbctl(central: Central, *args: str) -> str:
    return run(["ovn-nbctl", f"--db={central.nb.remote}", "--timeout=30", *args])


def sync(central: Central) -> None:
    nbctl(central, "--wait=sb", "sync")


def versions(server: OvsdbServer) -> dict[tuple[str, uuid.UUID], uuid.UUID]:
    """The version of every row, which the server changes with each write to the row."""
    out = {}
    for table in server.schema["tables"]:
        for row in server.rows(table, columns=["_version"]):
            out[table, row["_uuid"]] = row["_version"]
    return out


def contents(server: OvsdbServer) -> dict[str, Any]:
    """What stands in TABLES, with references left out, since they differ between databases."""
    out: dict[str, Any] = {}
    for table in TABLES:
        rows = [{column: value for column, value in row.items()
                 if column not in ("_uuid", "datapath", "permissions", "nb_cfg")}
                for row in server.rows(table)]
        out[table] = sorted(rows, key=lambda row: json.dumps(row, default=str, sort_keys=True))
    return out


def diagnostics(central: Central, code: str, /, **equal: Any) -> list[dict[str, Any]]:
    return [row for row in central.diagnostics()
            if row["code"] == code and all(row[key] == value for key, value in equal.items())]


def status(northd: Daemon) -> str:
    return northd.ctl("status").strip()


def wait_status(northd: Daemon, wanted: str) -> None:
    wait_until(lambda: status(northd) == f"Status: {wanted}", what=f"{northd.name} to be {wanted}")


def recompute(northd: Daemon) -> str:
    """What `recompute` says when the databases have been read, which may be after the lock is had."""
    for side in ("nb", "sb"):
        wait_until(lambda: northd.ctl(f"{side}-connection-status").strip() == "connected",
                   what=f"{northd.name} to have read {side}")
    return northd.ctl("recompute").strip()


def add_chassis(central: Central, name: str, ip: str, mappings: str = "") -> uuid.UUID:
    config = mapping(**({"ovn-bridge-mappings": mappings} if mappings else {}))
    done = central.sb.transact(
        insert("Encap", "e", type="geneve", ip=ip, chassis_name=name),
        insert("Chassis", name=name, hostname=f"{name}.example", encaps=named("e"),
               other_config=config))
    return uuid.UUID(done[1]["uuid"][1])


def test_rows_there_and_back(central: Central) -> None:
    nbctl(central, "--wait=sb", "ls-add", "ls", "--", "lsp-add", "ls", "ln", "--", "lsp-set-type",
          "ln", "localnet", "--", "lsp-set-options", "ln", "network_name=physnet1", "--", "set",
          "Logical_Switch_Port", "ln", "tag=101", "--", "lsp-add", "ls", "vm1", "--",
          "lsp-set-addresses", "vm1", "00:00:00:00:00:01 10.0.0.1")
    datapath = central.sb.row("Datapath_Binding", type="logical-switch")
    uplink = central.sb.row("Uplink", logical_port="ln")
    binding = central.sb.row("Port_Binding", logical_port="vm1")
    assert (uplink["tag"], uplink["datapath"]) == (101, datapath["_uuid"])
    assert uplink["tunnel_key"] == central.sb.row("Port_Binding", logical_port="ln")["tunnel_key"]
    assert binding["mac"] == ["00:00:00:00:00:01 10.0.0.1"]
    switch = central.nb.row("Logical_Switch", name="ls")
    assert datapath["nb_uuid"] == switch["_uuid"]
    nb_global = central.nb.rows("NB_Global")[0]
    assert nb_global["sb_cfg"] == nb_global["nb_cfg"] == central.sb.rows("SB_Global")[0]["nb_cfg"]
    assert nb_global["sb_cfg_timestamp"] >= nb_global["nb_cfg_timestamp"] > 0

    assert central.port_up("vm1") is False
    chassis = add_chassis(central, "hv1", "192.0.2.1", "physnet1:br-eth1")
    central.sb.transact(update("Port_Binding", [["logical_port", "==", "vm1"]],
                               chassis=["uuid", str(chassis)], up=True))
    central.wait_port_up("vm1")
    wait_until(lambda: central.nb.row("Logical_Switch", name="ls")["chassis_mapped"] == 1)
    assert central.nb.row("Logical_Switch_Port", name="vm1")["lswitch"] == switch["_uuid"]
    assert central.northd.ctl("recompute").strip() == "no difference"
    assert central.northd.log_problems() == []

    nbctl(central, "--wait=sb", "ls-del", "ls")
    for table in ("Datapath_Binding", "Port_Binding", "Uplink"):
        assert central.sb.count(table) == 0, table


def test_the_slowest_chassis_decides_hv_cfg(central: Central) -> None:
    add_chassis(central, "hv1", "192.0.2.1")
    add_chassis(central, "hv2", "192.0.2.2")
    central.sb.transact(insert("Chassis_Private", name="hv1"), insert("Chassis_Private", name="hv2"))
    sync(central)
    asked = central.nb.rows("NB_Global")[0]["nb_cfg"]
    assert central.nb.rows("NB_Global")[0]["hv_cfg"] == 0
    central.sb.transact(update("Chassis_Private", [["name", "==", "hv1"]], nb_cfg=asked,
                               nb_cfg_timestamp=1000))
    central.sb.transact(update("Chassis_Private", [["name", "==", "hv2"]], nb_cfg=asked,
                               nb_cfg_timestamp=2000))
    wait_until(lambda: central.nb.rows("NB_Global")[0]["hv_cfg"] == asked)
    assert central.nb.rows("NB_Global")[0]["hv_cfg_timestamp"] == 2000


def test_findings_come_and_go(central: Central) -> None:
    add_switch(central, "a", ["vm1"], type="vlan", tag=101, physical_network="physnet1")
    sync(central)  # of two that come at once it isn't said which has the VLAN
    add_switch(central, "b", [], type="vlan", tag=101, physical_network="physnet1")
    add_switch(central, "c", [], type="vlan", tag=4095)
    chassis = add_chassis(central, "hv1", "192.0.2.1")
    sync(central)
    assert {row["name"] for row in diagnostics(central, "vlan-conflict")} == {"a", "b"}
    assert diagnostics(central, "tag-invalid", name="c", severity="error")
    assert diagnostics(central, "network-unknown", name="a")
    central.sb.transact(update("Port_Binding", [["logical_port", "==", "vm1"]],
                               chassis=["uuid", str(chassis)]),
                        insert("Chassis_Diagnostic", chassis=["uuid", str(chassis)],
                               chassis_name="hv1", severity="warning", code="uplink-down",
                               message="no carrier", since=1000))
    wait_until(lambda: diagnostics(central, "network-unmapped", name="vm1", chassis="hv1"))
    wait_until(lambda: diagnostics(central, "uplink-down", chassis="hv1", since=1000))
    since = {row["_uuid"]: row["since"] for row in central.diagnostics()}

    central.nb.transact(update("Physical_Switch", [["name", "==", "b"]], tag=102),
                        update("Physical_Switch", [["name", "==", "c"]], tag=7))
    central.sb.transact(update("Chassis", [["name", "==", "hv1"]], other_config=mapping(
        **{"ovn-bridge-mappings": "physnet1:br1,c:br1"})))
    # Those that stay are the same rows, with the time when they were found.
    wait_until(lambda: len(central.diagnostics()) == 1, what=lambda: str(central.diagnostics()))
    assert all(since[row["_uuid"]] == row["since"] for row in central.diagnostics())
    central.sb.transact({"op": "delete", "table": "Chassis", "where": []})
    wait_until(lambda: not diagnostics(central, "uplink-down"))


def test_a_crash_and_a_restart_change_no_row(central: Central) -> None:
    add_switch(central, "a", [f"p{i}" for i in range(20)], type="vlan", tag=101)
    add_switch(central, "b", ["q"], physical_network="a")
    sync(central)
    wait_until(lambda: central.nb.row("Logical_Switch_Port", name="q")["pswitch"])
    before = versions(central.sb), versions(central.nb)
    for end in (central.northd.kill9, central.northd.exit, central.northd.stop):
        end()
        central.northd.start()
        wait_status(central.northd, "active")
        assert recompute(central.northd) == "no difference"
        # A change that follows shows that the start is over.
        add_switch(central, "end", [])
        sync(central)
        central.nb.transact({"op": "delete", "table": "Physical_Switch",
                             "where": [["name", "==", "end"]]})
        sync(central)
        after = versions(central.sb), versions(central.nb)
        for old, new in zip(before, after):
            changed = {table for table, row in old if old[table, row] != new.get((table, row))}
            assert changed <= {"NB_Global", "SB_Global"}


def test_another_instance_takes_over(central: Central) -> None:
    second = central.make_northd()
    second.start()
    try:
        wait_status(central.northd, "active")
        assert status(second) == "Status: standby"
        add_switch(central, "a", ["vm1"])
        sync(central)
        for gone, takes_over in ((central.northd, second), (second, central.northd)):
            gone.kill9()
            wait_status(takes_over, "active")
            add_switch(central, f"by-{takes_over.name}", [])
            sync(central)
            gone.start()
            wait_until(lambda: gone.ctl("sb-connection-status").strip() == "connected")
            assert status(gone) == "Status: standby"
        assert central.sb.count("Uplink") == 3
        # A paused one gives the lock away, and takes its place in the queue again.
        central.northd.ctl("pause")
        assert status(central.northd) == "Status: paused"
        assert central.northd.ctl("is-paused").strip() == "true"
        wait_status(second, "active")
        central.northd.ctl("resume")
        assert status(central.northd) == "Status: standby"
    finally:
        second.stop()


def test_a_dry_run_writes_nothing(central: Central) -> None:
    central.northd.stop()
    before = versions(central.sb)
    dry = central.make_northd("northd-dry")
    dry.argv.append("--dry-run")
    dry.start()
    try:
        add_switch(central, "a", [])
        wait_until(lambda: json.loads(dry.ctl("engine/stats"))["memos"]["physical_switch"]["nodes"])
        assert versions(central.sb) == before
        dry.ctl("resume")
        wait_until(lambda: central.sb.count("Uplink") == 1)
    finally:
        dry.stop()


def test_garbled_rows_are_put_right(central: Central) -> None:
    add_switch(central, "a", ["vm1", "vm2"], type="vlan", tag=101)
    sync(central)
    before = contents(central.sb)
    central.sb.transact(
        update("Port_Binding", [["logical_port", "==", "vm1"]], mac="garbage", type="patch",
               options=mapping(a="b"), port_security="x"),
        update("Uplink", [], tag=5, physical_network="elsewhere", vlan_passthru=True),
        update("Datapath_Binding", [], nb_uuid=["uuid", str(uuid.uuid4())], kind="none"),
        update("Pipeline", [["stage", "==", "ls_in_l2_lookup"]], actions="drop;"),
        update("RBAC_Permission", [["table", "==", "Chassis"]], insert_delete=False),
        {"op": "delete", "table": "Port_Binding", "where": [["logical_port", "==", "vm2"]]})
    wait_until(lambda: without_keys(contents(central.sb)) == without_keys(before),
               what=lambda: json.dumps([contents(central.sb), before], default=str))
    central.sb.transact({"op": "delete", "table": "Port_Binding", "where": []},
                        {"op": "delete", "table": "Uplink", "where": []},
                        {"op": "delete", "table": "Datapath_Binding", "where": []})
    wait_until(lambda: without_keys(contents(central.sb)) == without_keys(before))
    assert central.northd.log_problems() == []


def without_keys(tables: dict[str, Any]) -> dict[str, Any]:
    """Without tunnel keys, which a row that is made anew needn't get again."""
    return {table: [{key: value for key, value in row.items() if key != "tunnel_key"}
                    for row in rows] for table, rows in tables.items()}


def test_databases_that_restart_and_that_are_lost(central: Central) -> None:
    add_switch(central, "a", ["vm1"])
    sync(central)
    before = contents(central.sb)
    for server in (central.sb, central.nb):
        server.kill9()
        server.start()
        add_switch(central, f"after-{server.name}", [])
        sync(central)
    central.nb.transact({"op": "delete", "table": "Physical_Switch",
                         "where": [["name", "!=", "a"]]})
    sync(central)
    assert contents(central.sb) == before
    # An empty southbound database is filled from what the northbound says.
    central.sb.stop()
    central.sb.destroy_database()
    central.sb.start()
    wait_until(lambda: without_keys(contents(central.sb)) == without_keys(before), timeout=20)


def test_names_and_texts_of_any_size(central: Central) -> None:
    long = "n" * 65536
    add_switch(central, long, ["vm1", long + "p"], physical_network="physnet1")
    sync(central)
    assert central.sb.rows("Port_Binding", columns=["logical_port"])[0]["logical_port"] == "vm1"
    uplink = central.sb.rows("Uplink")[0]
    assert uuid.UUID(uplink["logical_port"])
    assert {row["table_name"] for row in diagnostics(central, "name-invalid")} == {
        "Physical_Switch", "Logical_Switch_Port"}
    assert all(len(row["message"]) < 1000 for row in central.diagnostics())
    central.nb.transact(update("Logical_Switch_Port", [["name", "==", "vm1"]],
                               addresses=["set", [f"{long}{i}" for i in range(20)]],
                               options=mapping(**{"requested-chassis": long})))
    sync(central)
    found = diagnostics(central, "address-invalid", name="vm1")
    assert len(found) == 1 and len(found[0]["message"]) < 8000
    # The server refuses what isn't UTF-8; a tab and a quote are words like any other.
    add_switch(central, 'q"\t', ['p"\\\n'])
    sync(central)
    assert central.sb.row("Port_Binding", logical_port='p"\\\n')


def test_many_ports_are_few_transactions(central: Central) -> None:
    """Of 250 bindings each, and one for what says that they are there."""
    add_switch(central, "a", [f"p{i}" for i in range(3000)])
    sync(central)
    assert central.sb.count("Port_Binding") == 3000
    keys = {row["tunnel_key"] for row in central.sb.rows("Port_Binding", columns=["tunnel_key"])}
    assert len(keys) == 3000
    assert int(central.northd.ctl("coverage/read-counter", "northd_sb_transaction")) <= 18
    runs = json.loads(central.northd.ctl("engine/stats"))["runs"]
    central.nb.transact(update("Logical_Switch_Port", [["name", "==", "p77"]], enabled=False))
    wait_until(lambda: central.sb.row("Port_Binding", logical_port="p77")["enabled"] is False)
    assert json.loads(central.northd.ctl("engine/stats"))["runs"] - runs <= 6
    central.nb.transact({"op": "delete", "table": "Physical_Switch", "where": []})
    wait_until(lambda: central.sb.count("Port_Binding") == 0, timeout=20)


def test_a_row_that_is_refused_stops_no_other(central: Central) -> None:
    add_switch(central, "a", ["vm1", "vm2", "vm3"])
    sync(central)
    # A row that another refers to strongly can't be deleted by anybody.
    datapath = central.sb.row("Datapath_Binding")["_uuid"]
    central.sb.transact(insert("DNS", datapaths=["uuid", str(datapath)]))
    central.nb.transact({"op": "delete", "table": "Physical_Switch", "where": []})
    add_switch(central, "b", ["vm4"])
    sync(central)
    assert central.sb.row("Port_Binding", logical_port="vm4")
    assert central.sb.count("Uplink") == 1
    wait_until(lambda: diagnostics(central, "row-rejected"))


def changed_schema(path: Path, tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    schema = json.loads(path.read_text())
    change(schema["tables"])
    out = tmp_path / f"changed-{path.name}"
    out.write_text(json.dumps(schema))
    return out


def test_a_southbound_server_that_hangs_keeps_no_finding_back(central: Central) -> None:
    add_switch(central, "s", ["p"])
    sync(central)
    central.sb.freeze()
    try:
        central.nb.transact(insert("Logical_Switch_Port", "q", name="q", addresses="nonsense"),
                            {"op": "mutate", "table": "Physical_Switch",
                             "where": [["name", "==", "s"]],
                             "mutations": [["ports", "insert", named("q")]]})
        wait_until(lambda: diagnostics(central, "address-invalid", name="q"))
    finally:
        central.sb.thaw()
    sync(central)
    assert central.sb.row("Port_Binding", logical_port="q")


def test_an_older_schema(make_central: Callable[..., Central], tmp_path: Path) -> None:
    def nb_change(tables: dict[str, Any]) -> None:
        del tables["Logical_Switch_Port"]["columns"]["enabled"]
        del tables["Mirror"]
        del tables["Logical_Switch_Port"]["columns"]["mirror_rules"]

    def sb_change(tables: dict[str, Any]) -> None:
        del tables["Port_Binding"]["columns"]["port_groups"]
        del tables["Chassis_Diagnostic"]

    stack = Stack.mooring()
    central = make_central(nb_schema=changed_schema(stack.nb_schema, tmp_path, nb_change),
                           sb_schema=changed_schema(stack.sb_schema, tmp_path, sb_change))
    central.start()
    add_switch(central, "a", ["vm1"])
    sync(central)
    assert central.sb.row("Port_Binding", logical_port="vm1")
    gaps = {row["name"] for row in diagnostics(central, "schema-mismatch")}
    assert {"Logical_Switch_Port.enabled", "Mirror", "Port_Binding.port_groups",
            "Chassis_Diagnostic"} <= gaps


def test_a_newer_schema(make_central: Callable[..., Central], tmp_path: Path) -> None:
    def change(tables: dict[str, Any]) -> None:
        tables["Of_Tomorrow"] = {"columns": {"name": {"type": "string"}}, "isRoot": True}
        for table in tables.values():
            table["columns"]["of_tomorrow"] = {"type": {"key": "string", "min": 0, "max": 1}}

    stack = Stack.mooring()
    central = make_central(nb_schema=changed_schema(stack.nb_schema, tmp_path, change),
                           sb_schema=changed_schema(stack.sb_schema, tmp_path, change))
    central.start()
    add_switch(central, "a", ["vm1"])
    sync(central)
    assert central.sb.count("Uplink") == 1
    assert not diagnostics(central, "schema-mismatch")


def test_ovns_own_northbound_schema(make_central: Callable[..., Central]) -> None:
    central = make_central(nb_schema=OVN_SHARE / "ovn-nb.ovsschema")
    central.start()
    nbctl(central, "--wait=sb", "ls-add", "ls", "--", "lsp-add", "ls", "vm1", "--", "lsp-add", "ls",
          "ln", "--", "lsp-set-type", "ln", "localnet", "--", "lsp-set-options", "ln",
          "network_name=physnet1")
    assert central.sb.row("Uplink", logical_port="ln")
    wait_until(lambda: central.nb.row("Logical_Switch_Port", name="vm1")["up"] is False)


def test_its_command_line(central: Central) -> None:
    program = central.stack.program(central.stack.northd)
    assert "--ovnnb-db" in run([program, "--help"])
    assert run([program, "--version"]).strip()
    with pytest.raises(LabError, match="--ovnsb-db"):
        run([program, "--ovnsb-db=nonsense:1"])
    commands = central.northd.ctl("list-commands")
    for command in ("exit", "pause", "resume", "is-paused", "status", "nb-connection-status",
                    "sb-connection-status", "inc-engine/recompute", "recompute", "engine/stats",
                    "memory/show", "coverage/show", "vlog/set", "version"):
        assert command in commands
    assert central.northd.ctl("nb-connection-status").strip() == "connected"
    assert "nodes:" in central.northd.ctl("memory/show")
