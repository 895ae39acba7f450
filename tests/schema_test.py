"""The two schemas: ovsdb-server takes them, and OVN's clients find in them what they expect."""
import json
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
OVN = pathlib.Path("/usr/share/ovn")

# What OVN's southbound schema has and ours replaces: logical flows are the table Pipeline.
REPLACED_TABLES = {"Logical_Flow", "Logical_DP_Group"}
REPLACED_COLUMNS = {("Load_Balancer", "datapath_group")}
# Columns that may have more values here, those of later versions of OVN's.
WIDER_COLUMNS = {("ACL", "action")}


def load(path):
    return json.loads(pathlib.Path(path).read_text())


def normalized(column_type):
    """A column type with its abbreviations written out (RFC 7047, 3.2)."""
    if isinstance(column_type, str):
        column_type = {"key": column_type}

    def base(value):
        return {"type": value} if isinstance(value, str) else value

    def full(value):
        out = dict(base(value))
        if "refTable" in out:
            out.setdefault("refType", "strong")
        if "enum" in out:
            out["enum"] = sorted(out["enum"][1])
        return out

    return {
        "key": full(column_type["key"]),
        "value": full(column_type["value"]) if "value" in column_type else None,
        "min": column_type.get("min", 1),
        "max": column_type.get("max", 1),
    }


def narrowed(own, theirs):
    """The own type with no more values than theirs has."""
    if not set(theirs["key"]["enum"]) <= set(own["key"]["enum"]):
        return own
    return {**own, "key": {**own["key"], "enum": theirs["key"]["enum"]}}


def missing(ours, theirs, tables=frozenset(), columns=frozenset()):
    """What of theirs ours lacks or has differently, beside the given exceptions."""
    found = []
    for name, table in theirs["tables"].items():
        if name in tables:
            continue
        mine = ours["tables"].get(name)
        if mine is None:
            found.append(f"table {name}")
            continue
        for key in ("isRoot", "maxRows", "indexes"):
            if mine.get(key) != table.get(key):
                found.append(f"{name}: {key} differs")
        for column, spec in table["columns"].items():
            if (name, column) in columns:
                continue
            if column not in mine["columns"]:
                found.append(f"column {name}.{column}")
                continue
            own = mine["columns"][column]
            own_type, their_type = normalized(own["type"]), normalized(spec["type"])
            if (name, column) in WIDER_COLUMNS:
                own_type = narrowed(own_type, their_type)
            if own_type != their_type:
                found.append(f"{name}.{column}: type differs")
            for key in ("ephemeral", "mutable"):
                if own.get(key) != spec.get(key):
                    found.append(f"{name}.{column}: {key} differs")
    return found


@pytest.mark.parametrize("name", ["nb", "sb"])
def test_ovsdb_tool_takes_it(name, tmp_path):
    schema = ROOT / "schema" / f"{name}.ovsschema"
    subprocess.run(["ovsdb-tool", "create", tmp_path / "db", schema], check=True)
    version = subprocess.run(["ovsdb-tool", "schema-version", schema], check=True,
                             capture_output=True, text=True).stdout.strip()
    assert version == load(schema)["version"]


@pytest.mark.skipif(not OVN.is_dir(), reason="OVN's schemas aren't installed")
def test_northbound_is_a_superset_of_ovn():
    ours = load(ROOT / "schema/nb.ovsschema")
    assert ours["name"] == "OVN_Northbound"
    assert missing(ours, load(OVN / "ovn-nb.ovsschema")) == []


@pytest.mark.skipif(not OVN.is_dir(), reason="OVN's schemas aren't installed")
def test_southbound_keeps_what_others_read():
    ours = load(ROOT / "schema/sb.ovsschema")
    assert ours["name"] == "OVN_Southbound"
    assert missing(ours, load(OVN / "ovn-sb.ovsschema"), REPLACED_TABLES, REPLACED_COLUMNS) == []


@pytest.mark.parametrize("name", ["nb", "sb"])
def test_every_row_can_stay(name):
    """A table that is no root set is referred to by a strong reference of another."""
    tables = load(ROOT / f"schema/{name}.ovsschema")["tables"]
    strong = set()
    for table in tables.values():
        for spec in table["columns"].values():
            kind = normalized(spec["type"])
            for base in (kind["key"], kind["value"] or {}):
                if base.get("refTable"):
                    assert base["refTable"] in tables
                    if base["refType"] == "strong":
                        strong.add(base["refTable"])
    loose = {name for name, table in tables.items() if not table.get("isRoot")} - strong
    assert loose == set()
