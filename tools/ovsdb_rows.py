#!/usr/bin/python3
"""Generates typed C++ rows from an OVSDB schema and a list of the columns that a program uses.

    ovsdb_rows.py --schema nb.ovsschema --columns nb.columns --namespace mooring::northd::nb \
                  --output gen/northd/nb.h

writes nb.h and nb.cc beside each other. A line of the columns file is

    Logical_Switch_Port: name type addresses
        options up          # goes on where it is indented

and "Table: *" takes every column. What a row type offers is described in src/ovsdb/row.h and
src/ovsdb/transaction.h.
"""

import argparse
import json
import os
import re
import sys

MAX_COLUMNS = 63

KEYWORDS = set("""
alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t
char32_t class compl concept const consteval constexpr constinit const_cast continue co_await
co_return co_yield decltype default delete do double dynamic_cast else enum explicit export extern
false float for friend goto if inline int long mutable namespace new noexcept not not_eq nullptr
operator or or_eq private protected public register reinterpret_cast requires return short signed
sizeof static static_assert static_cast struct switch template this thread_local throw true try
typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq
""".split())

ATOMS = {
    "integer": ("std::int64_t", "kInteger"),
    "real": ("double", "kReal"),
    "boolean": ("bool", "kBoolean"),
    "string": ("std::string", "kString"),
    "uuid": ("::mooring::Uuid", "kUuid"),
}


class Wrong(Exception):
    """What the author of an input file has to mend."""


def camel(name):
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


def member(name, taken=()):
    return name + "_" if name in KEYWORDS or name in taken else name


def parse_columns(path):
    """[(table, [column or '*'])] in the order of the file."""
    tables = []
    with open(path, encoding="utf-8") as source:
        for number, line in enumerate(source, 1):
            text = line.split("#", 1)[0].rstrip()
            if not text.strip():
                continue
            if text[0].isspace():
                if not tables:
                    raise Wrong(f"{path}:{number}: an indented line continues nothing")
                tables[-1][1].extend(text.split())
                continue
            match = re.fullmatch(r"(\w+)\s*:(.*)", text)
            if not match:
                raise Wrong(f"{path}:{number}: expected 'Table: column ...', found '{text}'")
            if any(name == match[1] for name, _ in tables):
                raise Wrong(f"{path}:{number}: {match[1]} is listed already")
            tables.append((match[1], match[2].split()))
    return tables


class Column:
    def __init__(self, name, spec):
        self.name = name
        kind = spec["type"]
        if isinstance(kind, str):
            kind = {"key": kind}
        key = self.base(kind["key"])
        value = self.base(kind["value"]) if "value" in kind else None
        self.key, self.key_ref = key["type"], key.get("refTable")
        self.value = value["type"] if value else None
        self.value_ref = value.get("refTable") if value else None
        self.min = kind.get("min", 1)
        self.max = kind.get("max", 1)
        self.member = member(name, ("uuid", "columns"))
        self.constant = "k" + camel(name)
        if self.constant == "kTable":
            self.constant += "_"

    @staticmethod
    def base(spec):
        return {"type": spec} if isinstance(spec, str) else spec

    @staticmethod
    def atom(kind, ref, structs):
        if ref in structs:
            return f"::mooring::store::Ref<{structs[ref]}>"
        return ATOMS[kind][0]

    def cpp_type(self, structs):
        key = self.atom(self.key, self.key_ref, structs)
        if self.value:
            return f"::mooring::Map<{key}, {self.atom(self.value, self.value_ref, structs)}>"
        if self.max != 1:
            return f"::mooring::Set<{key}>"
        return f"std::optional<{key}>" if self.min == 0 else key

    def initialiser(self):
        scalar = not self.value and self.max == 1 and self.min == 1
        return {"integer": " = 0", "real": " = 0", "boolean": " = false"}.get(self.key, "") \
            if scalar else ""

    def shape(self):
        atom = "::mooring::ovsdb::AtomType::"
        value = atom + ATOMS[self.value][1] if self.value else "std::nullopt"
        flags = ("true" if self.min == 0 else "false", "true" if self.max != 1 else "false")
        return f"{{{atom}{ATOMS[self.key][1]}, {value}, {flags[0]}, {flags[1]}}}"


class Table:
    def __init__(self, name, columns, taken):
        self.name = name
        self.columns = columns
        self.struct = camel(name)
        if self.struct in taken:
            self.struct += "_"
        self.member = member(name.lower(), ("table", "replica"))


def load(schema_path, columns_path):
    with open(schema_path, encoding="utf-8") as source:
        schema = json.load(source)
    tables = []
    for name, wanted in parse_columns(columns_path):
        spec = schema["tables"].get(name)
        if spec is None:
            known = ", ".join(sorted(schema["tables"]))
            raise Wrong(f"{columns_path}: {schema['name']} has no table {name}; it has {known}")
        if "*" in wanted:
            wanted = list(spec["columns"])
        for column in wanted:
            if column not in spec["columns"]:
                known = ", ".join(sorted(spec["columns"]))
                raise Wrong(f"{columns_path}: {name} has no column {column}; it has {known}")
        if len(set(wanted)) != len(wanted):
            raise Wrong(f"{columns_path}: {name} lists a column twice")
        if len(wanted) > MAX_COLUMNS:
            raise Wrong(f"{columns_path}: {name} has more than {MAX_COLUMNS} columns; name those "
                        "that are used")
        tables.append(Table(name, [Column(c, spec["columns"][c]) for c in wanted], {"Database"}))
    return schema["name"], tables


def struct_lines(table, structs):
    s = table.struct
    out = [f"struct {s} {{",
           f'  static constexpr std::string_view kTable = "{table.name}";']
    if table.columns:
        constants = ", ".join(c.constant for c in table.columns)
        out.append(f"  enum Column : unsigned {{ {constants} }};")
    out.append("  ::mooring::Uuid uuid = {};")
    for c in table.columns:
        out.append(f"  {c.cpp_type(structs)} {c.member}{c.initialiser() or ' = {}'};")
    out += [f"  friend bool operator==(const {s}&, const {s}&) = default;",
            "  static std::span<const ::mooring::ovsdb::ColumnInfo> columns();",
            "",
            "  struct Columns {"]
    for c in table.columns:
        out.append(f"    static constexpr ::mooring::ovsdb::Column<{s}, {c.cpp_type(structs)}> "
                   f'{c.member}{{{c.constant}, "{c.name}"}};')
    out += ["  };",
            "",
            "  class View {",
            "   public:",
            f"    View(const {s}& row, ::mooring::store::ColumnMask& used) "
            ": row_(&row), used_(&used) {}",
            "    const ::mooring::Uuid& uuid() const { return row_->uuid; }"]
    for c in table.columns:
        out += [f"    const {c.cpp_type(structs)}& {c.member}() const {{",
                f"      *used_ |= ::mooring::store::ColumnMask{{1}} << {c.constant};",
                f"      return row_->{c.member};",
                "    }"]
    out += ["",
            "   private:",
            f"    const {s}* row_;",
            "    ::mooring::store::ColumnMask* used_;",
            "  };",
            "};",
            ""]
    return out


def header(database, tables, namespace):
    structs = {t.name: t.struct for t in tables}
    out = [f"// Rows of {database}. Generated by tools/ovsdb_rows.py; don't edit.",
           "#pragma once",
           ""]
    out += [f"#include {h}" for h in ("<cstdint>", "<memory>", "<optional>", "<span>", "<string>",
                                      "<string_view>")]
    out += ["", '#include "base/containers.h"', '#include "base/uuid.h"', '#include "ovsdb/row.h"',
            '#include "store/ref.h"', '#include "store/table.h"', "",
            "namespace mooring::ovsdb {", "class Replica;", "}", "",
            f"namespace {namespace} {{", ""]
    out += [f"struct {t.struct};" for t in tables] + [""]
    for table in tables:
        out += struct_lines(table, structs)
    out += [f"// The tables of {database} that this program uses.",
            "struct Database {",
            "  Database();",
            "  ~Database();",
            ""]
    out += [f"  ::mooring::store::Table<{t.struct}> {t.member};" for t in tables]
    out += ["",
            "  template <class Row>",
            "  ::mooring::store::Table<Row>& table();",
            "  template <class Row>",
            "  const ::mooring::store::Table<Row>& table() const {",
            "    return const_cast<Database*>(this)->table<Row>();",
            "  }",
            "  // Feeds these tables; for an ovsdb::Client. The database must outlive it.",
            "  std::unique_ptr<::mooring::ovsdb::Replica> replica();",
            "};"]
    for t in tables:
        out += ["template <>",
                f"inline ::mooring::store::Table<{t.struct}>& Database::table<{t.struct}>() {{",
                f"  return {t.member};",
                "}"]
    out += ["", f"}}  // namespace {namespace}", ""]
    return "\n".join(out)


def source(tables, namespace, header_name):
    out = ["// Generated by tools/ovsdb_rows.py; don't edit.",
           f'#include "{header_name}"', "", '#include "ovsdb/typed_sink.h"', "",
           f"namespace {namespace} {{", ""]
    for t in tables:
        s = t.struct
        out.append(f"std::span<const ::mooring::ovsdb::ColumnInfo> {s}::columns() {{")
        if not t.columns:
            out += ["  return {};", "}"]
            continue
        out.append("  static constexpr ::mooring::ovsdb::ColumnInfo kColumns[] = {")
        for c in t.columns:
            out.append(f'      ::mooring::ovsdb::column_info<&{s}::{c.member}>("{c.name}", '
                       f"{c.shape()}),")
        out += ["  };", "  return kColumns;", "}"]
    out += ["", "Database::Database() = default;", "Database::~Database() = default;"]
    out += ["", "std::unique_ptr<::mooring::ovsdb::Replica> Database::replica() {",
            "  auto out = std::make_unique<::mooring::ovsdb::TypedReplica>();"]
    out += [f"  out->add({t.member});" for t in tables]
    out += ["  return out;", "}", "", f"}}  // namespace {namespace}", ""]
    return "\n".join(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for option in ("schema", "columns", "namespace", "output"):
        parser.add_argument("--" + option, required=True)
    parser.add_argument("--include", help="how the .cc includes the header; its name by default")
    args = parser.parse_args()
    if not args.output.endswith(".h"):
        raise Wrong(f"--output must end in .h: {args.output}")
    database, tables = load(args.schema, args.columns)
    os.makedirs(os.path.dirname(os.path.abspath(args.output)), exist_ok=True)
    include = args.include or os.path.basename(args.output)
    with open(args.output, "w", encoding="utf-8") as out:
        out.write(header(database, tables, args.namespace))
    with open(args.output[:-2] + ".cc", "w", encoding="utf-8") as out:
        out.write(source(tables, args.namespace, include))


if __name__ == "__main__":
    try:
        main()
    except Wrong as error:
        sys.exit(f"ovsdb_rows.py: {error}")
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"ovsdb_rows.py: {type(error).__name__}: {error}")
