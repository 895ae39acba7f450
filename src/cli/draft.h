// The database as the commands of one transaction see it: what the replica has, changed by the
// commands before.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/uuid.h"
#include "ovsdb/datum.h"
#include "ovsdb/dynamic.h"
#include "ovsdb/schema.h"
#include "ovsdb/transaction.h"

namespace mooring::cli {

// A row of the draft. table is the schema's spelling.
struct RowId {
  std::string table;
  Uuid uuid;
  friend auto operator<=>(const RowId&, const RowId&) = default;
};

// Tables and columns that the server lacks read as empty, so that reports work with any version of
// the schema; writing to one is an error.
class Draft {
 public:
  // base must outlive the draft and stay as it is meanwhile.
  explicit Draft(const ovsdb::DynamicReplica& base) : base_(base) {}

  const ovsdb::Schema& schema() const { return base_.schema(); }

  // --- Reading ---

  // In the order of their UUIDs, then those inserted by this draft in that order.
  std::vector<RowId> rows(std::string_view table) const;
  bool exists(const RowId& row) const;
  const ovsdb::Datum& get(const RowId& row, std::string_view column) const;
  // A copy; "_uuid" counts as a column.
  ovsdb::Datum value(const RowId& row, std::string_view column) const;

  // A string or optional string; "" when absent.
  std::string text(const RowId& row, std::string_view column) const;
  std::int64_t integer(const RowId& row, std::string_view column) const;
  std::optional<std::int64_t> optional_integer(const RowId& row, std::string_view column) const;
  std::optional<bool> optional_boolean(const RowId& row, std::string_view column) const;
  std::vector<std::string> strings(const RowId& row, std::string_view column) const;
  // The rows of `table` that a column of references names.
  std::vector<RowId> references(const RowId& row, std::string_view column,
                                std::string_view table) const;
  // The value under key in a map of strings.
  std::optional<std::string> value_at(const RowId& row, std::string_view column,
                                      std::string_view key) const;
  // Rows whose column is exactly this string.
  std::vector<RowId> with_text(std::string_view table, std::string_view column,
                               std::string_view value) const;

  // --- Writing: errors are those of the type (check()) or a column that isn't there ---

  // uuid: a placeholder (ovsdb::make_placeholder) that other rows may already refer to, or the UUID
  // that the row shall get.
  RowId insert(std::string_view table, const Uuid& uuid = ovsdb::make_placeholder());
  // The whole value. A set or map is written as its difference, and refused by the server when
  // another writer changed it meanwhile, so that the result is what was asked for.
  Result<void> set(const RowId& row, std::string_view column, ovsdb::Datum value);
  Result<void> set(const RowId& row, std::string_view column, std::string value);
  Result<void> set_boolean(const RowId& row, std::string_view column, bool value);
  Result<void> set(const RowId& row, std::string_view column, std::vector<std::string> values);
  // Elements of a set or pairs of a map; a key that is there keeps its value.
  Result<void> add(const RowId& row, std::string_view column, const ovsdb::Datum& elements);
  Result<void> add_reference(const RowId& row, std::string_view column, const RowId& target);
  // Elements of a set. Of a map: keys when elements has no values, else pairs that match wholly.
  Result<void> remove(const RowId& row, std::string_view column, const ovsdb::Datum& elements);
  Result<void> remove_reference(const RowId& row, std::string_view column, const RowId& target);
  // One pair of a map, replacing.
  Result<void> put(const RowId& row, std::string_view column, ovsdb::Atom key, ovsdb::Atom value);
  // Deletes the row. Of a table that is no root set nothing is sent: such rows go with the last
  // reference, and ovsdb-server refuses to delete one that has any.
  void erase(const RowId& row);

  // Makes the server refuse the transaction when by then there is a row with this value. Does
  // nothing when there is one already, which can only be one that this transaction deletes.
  void expect_none(std::string_view table, std::string_view column, std::string value);
  // Makes the server refuse it when the column has changed meanwhile.
  void expect_unchanged(const RowId& row, std::string_view column);
  void comment(std::string text) { comments_.push_back(std::move(text)); }

  // --- The outcome ---

  bool changed() const { return plan().changes; }
  bool inserted(const Uuid& uuid) const { return inserted_.contains(uuid); }
  // What makes the database so. insertions: which operation's result has the UUID of which row.
  // changes: there is more in it than conditions and remarks.
  struct Plan {
    ovsdb::Transaction transaction;
    bool changes = false;
    std::vector<std::pair<std::size_t, Uuid>> insertions;
  };
  Plan plan() const;

 private:
  using Columns = std::map<std::string, ovsdb::Datum, std::less<>>;
  using TextIndex = std::multimap<std::string, Uuid, std::less<>>;

  const TextIndex& base_index(std::string_view table, std::string_view column) const;

  const ovsdb::ColumnSchema* column_schema(const RowId& row, std::string_view column) const;
  Error lacking(const std::string& table, std::string_view column) const;
  Result<ovsdb::Datum*> edit(const RowId& row, std::string_view column);
  void plan_insert(Plan& plan, const RowId& row) const;
  void plan_edits(Plan& plan, const RowId& row, const Columns& columns) const;
  void plan_column(Plan& plan, const RowId& row, const ovsdb::ColumnSchema& column,
                   const ovsdb::Datum& after) const;

  const ovsdb::DynamicReplica& base_;
  mutable std::map<std::pair<std::string, std::string>, TextIndex> indexes_;  // by table, column
  struct Edits {
    std::string table;
    Columns columns;  // the new values
  };
  std::map<Uuid, Edits> edits_;    // of inserted rows too
  std::vector<RowId> insertions_;  // in their order
  std::set<Uuid> inserted_;
  std::map<Uuid, std::string> erased_;  // with their tables
  std::set<std::pair<RowId, std::string>> unchanged_;
  std::vector<std::array<std::string, 3>> none_;  // table, column, value
  std::vector<std::string> comments_;
};

// A Datum of these.
ovsdb::Datum datum_of(std::string text);
ovsdb::Datum datum_of(std::vector<std::string> texts);
ovsdb::Datum datum_of(const Uuid& uuid);
ovsdb::Datum datum_of(std::int64_t number);

}  // namespace mooring::cli
