// Database schemas (RFC 7047 section 3.2), read from a file or from get_schema.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "jsonrpc/json.h"
#include "ovsdb/datum.h"

namespace mooring::ovsdb {

struct BaseType {
  AtomType type = AtomType::kString;
  std::vector<Atom> allowed;  // the enum; empty when any value goes
  std::optional<std::int64_t> min_integer, max_integer;
  std::optional<double> min_real, max_real;
  std::optional<std::int64_t> min_length, max_length;  // of strings, in characters
  std::string ref_table;                               // "" when it isn't a reference
  bool weak = false;
  friend bool operator==(const BaseType&, const BaseType&) = default;
};

struct ColumnType {
  static constexpr unsigned kUnlimited = ~0U;
  BaseType key;
  std::optional<BaseType> value;  // of a map
  unsigned min = 1;
  unsigned max = 1;  // kUnlimited: no limit
  bool is_map() const { return value.has_value(); }
  bool is_scalar() const { return !value && min == 1 && max == 1; }
  bool is_optional() const { return !value && min == 0 && max == 1; }
  bool is_set() const { return !value && max > 1; }
  // Whether update2 sends differences of it (ovsdb-server(7), 4.1.14).
  bool sends_differences() const { return max > 1; }
  // As ovs-vsctl's documentation words it: "set of up to 3 strings".
  std::string to_string() const;
  friend bool operator==(const ColumnType&, const ColumnType&) = default;
};

struct ColumnSchema {
  std::string name;
  ColumnType type;
  bool is_mutable = true;
  bool ephemeral = false;
};

struct TableSchema {
  std::string name;
  std::map<std::string, ColumnSchema, std::less<>> columns;
  std::vector<std::vector<std::string>> indexes;
  unsigned max_rows = ColumnType::kUnlimited;
  bool is_root = false;
  const ColumnSchema* find(std::string_view column) const {
    auto it = columns.find(column);
    return it == columns.end() ? nullptr : &it->second;
  }
};

struct Schema {
  std::string name;
  std::string version;
  std::string checksum;
  std::map<std::string, TableSchema, std::less<>> tables;
  const TableSchema* find(std::string_view table) const {
    auto it = tables.find(table);
    return it == tables.end() ? nullptr : &it->second;
  }
  // Error: names the table and column that isn't as the RFC has it.
  static Result<Schema> parse(json::Value value);
  static Result<Schema> parse_text(std::string_view text);
};

}  // namespace mooring::ovsdb
