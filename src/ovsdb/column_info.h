// A column of a generated row type, with its type erased.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "jsonrpc/json.h"
#include "jsonrpc/writer.h"
#include "ovsdb/datum.h"

namespace mooring::ovsdb {

// What code does with a column's value through a pointer to the member.
struct ValueOps {
  // Takes a whole value. False: not of this type.
  bool (*decode)(json::Value, void* member);
  // Takes a difference as update2 sends it for sets and maps. False: not of this type.
  bool (*patch)(json::Value, void* member);
  bool (*equal)(const void* a, const void* b);
  // Whether it is what a row has that nobody gave a value.
  bool (*is_default)(const void* member);
  void (*encode)(json::Writer&, const void* member);
};

// The schema's type as far as the C++ type depends on it.
struct ColumnShape {
  AtomType key;
  std::optional<AtomType> value;  // of a map
  bool may_be_empty;              // min 0
  bool many;                      // max over 1
};

struct ColumnInfo {
  std::string_view name;
  ColumnShape shape;
  const ValueOps* ops;
  void* (*member)(void* row);
  const void* get(const void* row) const { return member(const_cast<void*>(row)); }
};

}  // namespace mooring::ovsdb
