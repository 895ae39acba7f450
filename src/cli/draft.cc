#include "cli/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ovsdb/codec.h"

namespace mooring::cli {
namespace {

const ovsdb::Datum kEmpty;

std::string json_of(const ovsdb::ColumnType& type, const ovsdb::Datum& datum) {
  std::string out;
  json::Writer writer(out);
  datum.to_json(type, writer);
  return out;
}

// The type of a set of a map's keys, as a "delete" mutation takes it.
ovsdb::ColumnType keys_type(const ovsdb::ColumnType& map) {
  ovsdb::ColumnType out = map;
  out.value.reset();
  out.min = 0;
  out.max = ovsdb::ColumnType::kUnlimited;
  return out;
}

// The same type without a lower limit: what a mutation may carry.
ovsdb::ColumnType part_type(const ovsdb::ColumnType& type) {
  ovsdb::ColumnType out = type;
  out.min = 0;
  out.max = ovsdb::ColumnType::kUnlimited;
  return out;
}

// What of `from` isn't in `in` with the same value.
ovsdb::Datum difference(const ovsdb::Datum& from, const ovsdb::Datum& in) {
  ovsdb::Datum out;
  for (std::size_t i = 0; i < from.keys.size(); ++i) {
    const std::size_t place = in.find(from.keys[i]);
    const bool same =
        place != ovsdb::Datum::npos && (from.values.empty() || in.values[place] == from.values[i]);
    if (same) continue;
    out.keys.push_back(from.keys[i]);
    if (!from.values.empty()) out.values.push_back(from.values[i]);
  }
  return out;
}

template <class T>
const T* first(const ovsdb::Datum& datum) {
  return datum.keys.empty() ? nullptr : std::get_if<T>(&datum.keys.front().value);
}

}  // namespace

ovsdb::Datum datum_of(std::string text) { return ovsdb::Datum::of({std::move(text)}); }

ovsdb::Datum datum_of(std::vector<std::string> texts) {
  ovsdb::Datum out;
  for (std::string& text : texts) out.put(ovsdb::Atom{std::move(text)});
  return out;
}

ovsdb::Datum datum_of(const Uuid& uuid) { return ovsdb::Datum::of({uuid}); }
ovsdb::Datum datum_of(std::int64_t number) { return ovsdb::Datum::of({number}); }

std::vector<RowId> Draft::rows(std::string_view table) const {
  std::vector<RowId> out;
  for (const auto& [uuid, row] : base_.table(table)) {
    if (!erased_.contains(uuid)) out.push_back({std::string(table), uuid});
  }
  for (const RowId& id : insertions_) {
    if (id.table == table && !erased_.contains(id.uuid)) out.push_back(id);
  }
  return out;
}

bool Draft::exists(const RowId& row) const {
  if (erased_.contains(row.uuid)) return false;
  return inserted_.contains(row.uuid) || base_.find(row.table, row.uuid) != nullptr;
}

const ovsdb::Datum& Draft::get(const RowId& row, std::string_view column) const {
  if (const auto edits = edits_.find(row.uuid); edits != edits_.end()) {
    const auto edit = edits->second.columns.find(column);
    if (edit != edits->second.columns.end()) return edit->second;
  }
  const ovsdb::Datum* value = base_.find(row.table, row.uuid, column);
  return value == nullptr ? kEmpty : *value;
}

ovsdb::Datum Draft::value(const RowId& row, std::string_view column) const {
  return column == "_uuid" ? datum_of(row.uuid) : get(row, column);
}

std::string Draft::text(const RowId& row, std::string_view column) const {
  const std::string* value = first<std::string>(get(row, column));
  return value == nullptr ? "" : *value;
}

std::int64_t Draft::integer(const RowId& row, std::string_view column) const {
  return optional_integer(row, column).value_or(0);
}

std::optional<std::int64_t> Draft::optional_integer(const RowId& row,
                                                    std::string_view column) const {
  const std::int64_t* value = first<std::int64_t>(get(row, column));
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::optional<bool> Draft::optional_boolean(const RowId& row, std::string_view column) const {
  const bool* value = first<bool>(get(row, column));
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::vector<std::string> Draft::strings(const RowId& row, std::string_view column) const {
  std::vector<std::string> out;
  for (const ovsdb::Atom& atom : get(row, column).keys) {
    if (const auto* value = std::get_if<std::string>(&atom.value)) out.push_back(*value);
  }
  return out;
}

std::vector<RowId> Draft::references(const RowId& row, std::string_view column,
                                     std::string_view table) const {
  std::vector<RowId> out;
  for (const ovsdb::Atom& atom : get(row, column).keys) {
    if (const auto* uuid = std::get_if<Uuid>(&atom.value)) {
      out.push_back({std::string(table), *uuid});
    }
  }
  return out;
}

std::optional<std::string> Draft::value_at(const RowId& row, std::string_view column,
                                           std::string_view key) const {
  const ovsdb::Datum& map = get(row, column);
  const std::size_t place = map.find({std::string(key)});
  if (place == ovsdb::Datum::npos || place >= map.values.size()) return std::nullopt;
  const auto* value = std::get_if<std::string>(&map.values[place].value);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

// Made at the first question: a run of a thousand commands asks a thousand times.
const Draft::TextIndex& Draft::base_index(std::string_view table, std::string_view column) const {
  auto [place, fresh] = indexes_.try_emplace({std::string(table), std::string(column)});
  TextIndex& index = place->second;
  if (!fresh) return index;
  for (const auto& [uuid, row] : base_.table(table)) {
    const auto cell = row.find(column);
    const auto* text = cell == row.end() ? nullptr : first<std::string>(cell->second);
    if (text != nullptr) index.emplace(*text, uuid);
  }
  return index;
}

std::vector<RowId> Draft::with_text(std::string_view table, std::string_view column,
                                    std::string_view value) const {
  std::vector<RowId> out;
  const TextIndex& index = base_index(table, column);
  const auto [begin, end] = index.equal_range(value);
  for (auto it = begin; it != end; ++it) {
    if (edits_.contains(it->second) || erased_.contains(it->second)) continue;
    out.push_back({std::string(table), it->second});
  }
  for (const auto& [uuid, edits] : edits_) {
    if (edits.table != table || erased_.contains(uuid)) continue;
    RowId row{edits.table, uuid};
    const std::string* text = first<std::string>(get(row, column));
    if (text != nullptr && *text == value) out.push_back(std::move(row));
  }
  std::sort(out.begin(), out.end());
  return out;
}

const ovsdb::ColumnSchema* Draft::column_schema(const RowId& row, std::string_view column) const {
  const ovsdb::TableSchema* table = schema().find(row.table);
  return table == nullptr ? nullptr : table->find(column);
}

RowId Draft::insert(std::string_view table, const Uuid& uuid) {
  RowId row{std::string(table), uuid};
  edits_[uuid].table = row.table;
  Columns& columns = edits_[uuid].columns;
  if (const ovsdb::TableSchema* known = schema().find(table)) {
    for (const auto& [name, column] : known->columns) {
      columns.emplace(name, ovsdb::Datum::initial(column.type));
    }
  }
  insertions_.push_back(row);
  inserted_.insert(uuid);
  return row;
}

Error Draft::lacking(const std::string& table, std::string_view column) const {
  const bool has_table = schema().find(table) != nullptr;
  return Error{fmt::format("the database has no {}{}: its schema is {} {}, not one of Mooring's",
                           has_table ? fmt::format("column {} in table ", column) : "table ", table,
                           schema().name, schema().version)};
}

// The value to be changed in place.
Result<ovsdb::Datum*> Draft::edit(const RowId& row, std::string_view column) {
  const ovsdb::ColumnSchema* known = column_schema(row, column);
  if (known == nullptr) return tl::unexpected(lacking(row.table, column));
  if (!known->is_mutable && !inserted_.contains(row.uuid)) {
    return fail(fmt::format("column {} of table {} can't be changed once the row exists", column,
                            row.table));
  }
  edits_[row.uuid].table = row.table;
  Columns& columns = edits_[row.uuid].columns;
  auto it = columns.find(column);
  if (it == columns.end()) {
    const ovsdb::Datum* before = base_.find(row.table, row.uuid, column);
    it = columns.emplace(column, before == nullptr ? ovsdb::Datum() : *before).first;
  }
  return &it->second;
}

Result<void> Draft::set(const RowId& row, std::string_view column, ovsdb::Datum value) {
  auto slot = edit(row, column);
  if (!slot) return tl::unexpected(slot.error());
  const ovsdb::ColumnType& type = column_schema(row, column)->type;
  if (auto fits = ovsdb::check(type, value); !fits) return fits;
  **slot = std::move(value);
  if (type.max > 1) expect_unchanged(row, column);
  return {};
}

Result<void> Draft::set(const RowId& row, std::string_view column, std::string value) {
  return set(row, column, datum_of(std::move(value)));
}

Result<void> Draft::set_boolean(const RowId& row, std::string_view column, bool value) {
  return set(row, column, ovsdb::Datum::of({value}));
}

Result<void> Draft::set(const RowId& row, std::string_view column,
                        std::vector<std::string> values) {
  return set(row, column, datum_of(std::move(values)));
}

Result<void> Draft::add(const RowId& row, std::string_view column, const ovsdb::Datum& elements) {
  auto slot = edit(row, column);
  if (!slot) return tl::unexpected(slot.error());
  for (std::size_t i = 0; i < elements.keys.size(); ++i) {
    if ((*slot)->contains(elements.keys[i])) continue;
    if (elements.values.empty()) {
      (*slot)->put(elements.keys[i]);
    } else {
      (*slot)->put(elements.keys[i], elements.values[i]);
    }
  }
  return ovsdb::check(column_schema(row, column)->type, **slot);
}

Result<void> Draft::add_reference(const RowId& row, std::string_view column, const RowId& target) {
  return add(row, column, datum_of(target.uuid));
}

Result<void> Draft::remove(const RowId& row, std::string_view column,
                           const ovsdb::Datum& elements) {
  auto slot = edit(row, column);
  if (!slot) return tl::unexpected(slot.error());
  for (std::size_t i = 0; i < elements.keys.size(); ++i) {
    const std::size_t place = (*slot)->find(elements.keys[i]);
    if (place == ovsdb::Datum::npos) continue;
    const bool whole = elements.values.empty() || (*slot)->values[place] == elements.values[i];
    if (whole) (*slot)->erase(elements.keys[i]);
  }
  return ovsdb::check(column_schema(row, column)->type, **slot);
}

Result<void> Draft::remove_reference(const RowId& row, std::string_view column,
                                     const RowId& target) {
  return remove(row, column, datum_of(target.uuid));
}

Result<void> Draft::put(const RowId& row, std::string_view column, ovsdb::Atom key,
                        ovsdb::Atom value) {
  auto slot = edit(row, column);
  if (!slot) return tl::unexpected(slot.error());
  (*slot)->put(std::move(key), std::move(value));
  return ovsdb::check(column_schema(row, column)->type, **slot);
}

void Draft::erase(const RowId& row) { erased_.emplace(row.uuid, row.table); }

void Draft::expect_none(std::string_view table, std::string_view column, std::string value) {
  if (base_index(table, column).contains(value)) return;
  none_.push_back({std::string(table), std::string(column), std::move(value)});
}

void Draft::expect_unchanged(const RowId& row, std::string_view column) {
  if (!inserted_.contains(row.uuid)) unchanged_.emplace(row, std::string(column));
}

Draft::Plan Draft::plan() const {
  Plan plan;
  for (const auto& [table, column, value] : none_) {
    plan.transaction.raw(fmt::format(
        R"({{"op":"wait","table":{},"where":[[{},"==",{}]],"columns":[{}],"until":"==",)"
        R"("rows":[],"timeout":0}})",
        json::quoted(table), json::quoted(column), json::quoted(value), json::quoted(column)));
  }
  for (const auto& [row, column] : unchanged_) {
    const ovsdb::Datum* before = base_.find(row.table, row.uuid, column);
    const ovsdb::ColumnSchema* known = column_schema(row, column);
    if (before == nullptr || known == nullptr) continue;
    plan.transaction.wait_column(row.table, row.uuid, column, json_of(known->type, *before));
  }
  for (const RowId& row : insertions_) {
    if (!erased_.contains(row.uuid)) plan_insert(plan, row);
  }
  for (const auto& [uuid, edits] : edits_) {
    if (inserted_.contains(uuid) || erased_.contains(uuid)) continue;
    plan_edits(plan, {edits.table, uuid}, edits.columns);
  }
  for (const auto& [uuid, name] : erased_) {
    const ovsdb::TableSchema* table = schema().find(name);
    if (table == nullptr || !table->is_root || inserted_.contains(uuid)) continue;
    plan.transaction.remove_row(name, uuid);
    plan.changes = true;
  }
  for (const std::string& text : comments_) plan.transaction.comment(text);
  return plan;
}

void Draft::plan_insert(Plan& plan, const RowId& row) const {
  std::string out;
  json::Writer writer(out);
  writer.begin_object().key("op").string("insert").key("table").string(row.table);
  if (ovsdb::is_placeholder(row.uuid)) {
    writer.key("uuid-name").string(ovsdb::placeholder_name(row.uuid));
  } else {
    writer.key("uuid").string(row.uuid.to_string());
  }
  writer.key("row").begin_object();
  for (const auto& [name, value] : edits_.at(row.uuid).columns) {
    const ovsdb::ColumnSchema* column = column_schema(row, name);
    if (column == nullptr || value == ovsdb::Datum::initial(column->type)) continue;
    writer.key(name);
    value.to_json(column->type, writer);
  }
  writer.end_object().end_object();
  plan.changes = true;
  plan.insertions.emplace_back(plan.transaction.raw(std::move(out)), row.uuid);
}

void Draft::plan_edits(Plan& plan, const RowId& row, const Columns& columns) const {
  bool first_edit = true;
  for (const auto& [name, after] : columns) {
    const ovsdb::Datum* old = base_.find(row.table, row.uuid, name);
    const ovsdb::ColumnSchema* column = column_schema(row, name);
    if (column == nullptr || (old != nullptr && *old == after)) continue;
    // An edit of a row that is gone would come to nothing without a word.
    if (std::exchange(first_edit, false)) plan.transaction.wait_row(row.table, row.uuid);
    plan.changes = true;
    plan_column(plan, row, *column, after);
  }
}

void Draft::plan_column(Plan& plan, const RowId& row, const ovsdb::ColumnSchema& column,
                        const ovsdb::Datum& after) const {
  ovsdb::Transaction& transaction = plan.transaction;
  if (column.type.max <= 1) {
    transaction.set_column(row.table, row.uuid, column.name, json_of(column.type, after));
    return;
  }
  const ovsdb::Datum* old = base_.find(row.table, row.uuid, column.name);
  const ovsdb::Datum& before = old == nullptr ? kEmpty : *old;
  ovsdb::Datum gone = difference(before, after);
  const ovsdb::Datum fresh = difference(after, before);
  gone.values.clear();
  const auto mutate = [&](std::string_view mutator, const ovsdb::ColumnType& type,
                          const ovsdb::Datum& elements) {
    if (elements.empty()) return;
    transaction.mutate(row.table, row.uuid, column.name, mutator, json_of(type, elements));
  };
  // The limits hold after each mutation, so a set that can't be empty gets the new elements first.
  // In a map the old pairs stand in the way of new ones under the same keys.
  const bool first_in = column.type.min > 0 && !column.type.is_map();
  if (first_in) mutate("insert", part_type(column.type), fresh);
  mutate("delete", keys_type(column.type), gone);
  if (!first_in) mutate("insert", part_type(column.type), fresh);
}

}  // namespace mooring::cli
