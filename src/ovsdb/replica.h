// What a client feeds: tables that hold a copy of the server's rows.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "jsonrpc/json.h"
#include "ovsdb/schema.h"

namespace mooring::ovsdb {

// A table or column that a program uses and the server's schema lacks or has with another type.
struct SchemaGap {
  std::string table;
  std::string column;  // "" when the whole table is missing
  std::string reason;  // for people: "is missing", "is a set of strings there, not a string"
  friend auto operator<=>(const SchemaGap&, const SchemaGap&) = default;
};

// One table of a replica. A row that can't be read is reported as an Error and left out; the others
// go on.
class TableSink {
 public:
  virtual ~TableSink() = default;
  virtual std::string_view name() const = 0;

  // Sets what the server has; null when it has no such table. Appends what is missing to gaps.
  // Called before anything else, and again at every connection.
  virtual void bind(const TableSchema* schema, std::vector<SchemaGap>& gaps) = 0;
  // The columns to ask for, after bind(): the used ones that the server has.
  virtual std::vector<std::string> columns() const = 0;

  // A snapshot: rows that aren't put() between begin and end are gone. Rows that come out as they
  // were make no change.
  virtual void begin_snapshot() = 0;
  virtual void end_snapshot() = 0;

  // A whole row; columns that aren't in it have their default.
  virtual Result<void> put(const Uuid& uuid, json::Value row) = 0;
  // A whole row, with differences for sets and maps (update2's "modify").
  virtual Result<void> modify(const Uuid& uuid, json::Value differences) = 0;
  virtual void erase(const Uuid& uuid) = 0;
};

class Replica {
 public:
  virtual ~Replica() = default;
  // The tables to monitor. A dynamic replica learns them from the schema, which comes before
  // anything else at every connection.
  virtual std::span<TableSink* const> tables(const Schema& schema) = 0;
};

}  // namespace mooring::ovsdb
