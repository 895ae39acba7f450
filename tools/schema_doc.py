#!/usr/bin/python3
"""Writes docs/northbound.md and docs/southbound.md from schema/*.ovsschema and schema/*.doc.toml.

Without arguments it writes; with --check it only says, by its exit status and on the standard error
stream, whether a table or column lacks its sentence or a page is stale.
"""
from __future__ import annotations

import argparse
import json
import pathlib
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = {"nb": "northbound.md", "sb": "southbound.md"}


class Incomplete(Exception):
    """Something isn't documented, or something documented isn't there."""


def base_text(base: str | dict) -> str:
    """One value's type and limits in words."""
    if isinstance(base, str):
        return base
    kind = base["type"]
    if "refTable" in base:
        weak = "weak " if base.get("refType") == "weak" else ""
        return f"{weak}reference to [{base['refTable']}](#{base['refTable'].lower()})"
    if "enum" in base:
        values = base["enum"][1] if isinstance(base["enum"], list) else [base["enum"]]
        return "one of " + ", ".join(f"`{value}`" for value in values)
    low, high = base.get("minInteger"), base.get("maxInteger")
    if low is not None and high is not None:
        return f"{kind}, {low} to {high}"
    if low is not None:
        return f"{kind}, at least {low}"
    if "maxLength" in base:
        return f"{kind} of at most {base['maxLength']} characters"
    return kind


def type_text(spec: dict) -> str:
    """A column's type in words."""
    kind = spec["type"]
    if isinstance(kind, str):
        kind = {"key": kind}
    text = base_text(kind["key"])
    low, high = kind.get("min", 1), kind.get("max", 1)
    if "value" in kind:
        text = f"map of {text} to {base_text(kind['value'])}"
    elif high == "unlimited":
        text = ("set of " if low == 0 else "set, not empty, of ") + text
    elif high != 1:
        text = f"set of up to {high} of {text}"
    elif low == 0:
        text = "optional " + text
    return text + (", not stored" if spec.get("ephemeral") else "")


def column_doc(documents: dict, table: str, column: str) -> str:
    text = documents[table].get("columns", {}).get(column) or documents["common"].get(column)
    if not text:
        raise Incomplete(f"column {table}.{column} has no sentence")
    return text.replace("|", "\\|")


def table_lines(documents: dict, name: str, table: dict) -> list[str]:
    document = documents[name]
    lines = [f"### {name}", ""]
    if document.get("own"):
        lines += ["*Mooring's own.*", ""]
    if document.get("implemented") is False:
        lines += ["*Stored, not acted on yet: its use is reported as `unsupported`.*", ""]
    lines += [document["doc"].strip(), ""]
    for index in table.get("indexes", []):
        columns = ", ".join(f"`{column}`" for column in index)
        lines += [f"No two rows have the same {columns}.", ""]
    if not table.get("isRoot") and name not in ("Connection", "SSL"):
        lines += ["A row lives as long as another refers to it.", ""]
    lines += ["| column | type | meaning |", "|---|---|---|"]
    for column, spec in table["columns"].items():
        lines.append(f"| `{column}` | {type_text(spec)} | {column_doc(documents, name, column)} |")
    return lines + [""]


def check_names(documents: dict, schema: dict) -> None:
    documented = {name for name, value in documents.items()
                  if isinstance(value, dict) and name != "common"}
    tables = schema["tables"]
    for name in sorted(set(tables) - documented):
        raise Incomplete(f"table {name} has no description")
    for name in sorted(documented - set(tables)):
        raise Incomplete(f"table {name} is described but isn't in the schema")
    for name in documented:
        for column in documents[name].get("columns", {}):
            if column not in tables[name]["columns"]:
                raise Incomplete(f"column {name}.{column} is described but isn't in the schema")


def page(which: str) -> str:
    """The text of one page."""
    schema = json.loads((ROOT / "schema" / f"{which}.ovsschema").read_text())
    documents = tomllib.loads((ROOT / "schema" / f"{which}.doc.toml").read_text())
    check_names(documents, schema)
    groups: dict[str, list[str]] = {}
    for name in schema["tables"]:
        groups.setdefault(documents[name]["group"], []).append(name)
    lines = [f"# {documents['title']}", "",
             f"<!-- Made by tools/schema_doc.py from schema/{which}.ovsschema and "
             f"schema/{which}.doc.toml. -->", "", documents["intro"].strip(), "",
             f"Database `{schema['name']}`, schema version {schema['version']}.", ""]
    for group, names in groups.items():
        links = ", ".join(f"[{name}](#{name.lower()})" for name in names)
        lines.append(f"- {group}: {links}")
    lines.append("")
    for group, names in groups.items():
        lines += [f"## {group}", ""]
        for name in names:
            lines += table_lines(documents, name, schema["tables"][name])
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    status = 0
    for which, name in PAGES.items():
        path = ROOT / "docs" / name
        try:
            text = page(which)
        except Incomplete as problem:
            print(f"schema/{which}.doc.toml: {problem}", file=sys.stderr)
            return 1
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"docs/{name} is stale: run tools/schema_doc.py", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
