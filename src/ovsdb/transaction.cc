#include "ovsdb/transaction.h"

namespace mooring::ovsdb {
namespace {

std::string to_text(const auto& write) {
  std::string out;
  json::Writer writer(out);
  write(writer);
  return out;
}

void write_where(json::Writer& out, const Uuid& row, std::string_view more) {
  out.key("where").raw("[[\"_uuid\",\"==\"," + to_json(row) + "]" + std::string(more) + "]");
}

}  // namespace

Uuid Transaction::insert_row(std::string_view table) {
  Uuid placeholder = make_placeholder();
  operation_on(Kind::kInsert, table, placeholder);
  return placeholder;
}

Uuid Transaction::insert_row(std::string_view table, std::span<const ColumnInfo> columns,
                             const void* row) {
  Uuid placeholder = make_placeholder();
  insert_row_as(placeholder, table, columns, row);
  return placeholder;
}

void Transaction::insert_row_as(const Uuid& uuid, std::string_view table,
                                std::span<const ColumnInfo> columns, const void* row) {
  auto& cells = operation_on(Kind::kInsert, table, uuid).cells;
  for (const ColumnInfo& column : columns) {
    const void* member = column.get(row);
    if (column.ops->is_default(member)) continue;
    std::string value = to_text([&](json::Writer& out) { column.ops->encode(out, member); });
    cells.push_back({std::string(column.name), {}, std::move(value)});
  }
}

std::size_t Transaction::set_column_where(std::string_view table, const Uuid& row,
                                          const Condition& where, std::string_view column,
                                          std::string value) {
  std::string clauses = to_text([&](json::Writer& out) { where.to_json_where(out); });
  operations_.push_back({Kind::kUpdate,
                         std::string(table),
                         row,
                         {{std::string(column), {}, std::move(value)}},
                         {},
                         "," + clauses.substr(1, clauses.size() - 2)});
  return operations_.size() - 1;
}

// The operation of this kind on the row that later parts can join, or a new one at the end.
Transaction::Operation& Transaction::operation_on(Kind kind, std::string_view table,
                                                  const Uuid& row) {
  auto [place, fresh] = places_.try_emplace({kind, row}, operations_.size());
  if (fresh) operations_.push_back({kind, std::string(table), row, {}, {}, {}});
  return operations_[place->second];
}

void Transaction::set_column(std::string_view table, const Uuid& row, std::string_view column,
                             std::string value) {
  Kind kind = places_.contains({Kind::kInsert, row}) ? Kind::kInsert : Kind::kUpdate;
  auto& cells = operation_on(kind, table, row).cells;
  for (Cell& cell : cells) {
    if (cell.column == column) {
      cell.value = std::move(value);
      return;
    }
  }
  cells.push_back({std::string(column), {}, std::move(value)});
}

void Transaction::mutate(std::string_view table, const Uuid& row, std::string_view column,
                         std::string_view mutator, std::string value) {
  operation_on(Kind::kMutate, table, row)
      .cells.push_back({std::string(column), std::string(mutator), std::move(value)});
}

void Transaction::remove_row(std::string_view table, const Uuid& row) {
  operation_on(Kind::kDelete, table, row);
}

void Transaction::wait_column(std::string_view table, const Uuid& row, std::string_view column,
                              std::string value) {
  places_.clear();  // what comes after it must not move before it
  operations_.push_back({Kind::kWait,
                         std::string(table),
                         row,
                         {{std::string(column), {}, std::move(value)}},
                         {},
                         {}});
}

void Transaction::wait_row(std::string_view table, const Uuid& row) {
  wait_column(table, row, "_uuid", to_json(row));
}

std::size_t Transaction::raw(std::string operation) {
  places_.clear();
  operations_.push_back({Kind::kOther, {}, {}, {}, std::move(operation), {}});
  return operations_.size() - 1;
}

void Transaction::comment(std::string_view text) {
  raw(to_text([&](json::Writer& out) {
    out.begin_object().key("op").string("comment").key("comment").string(text).end_object();
  }));
}

void Transaction::assert_lock(std::string_view name) {
  raw(to_text([&](json::Writer& out) {
    out.begin_object().key("op").string("assert").key("lock").string(name).end_object();
  }));
}

void Transaction::abort() { raw(R"({"op":"abort"})"); }

// False, and nothing written, when filter leaves the operation without effect.
bool Transaction::write(std::string& out, const Operation& operation, const ColumnFilter& filter,
                        const std::set<std::string, std::less<>>& names) {
  if (operation.kind == Kind::kOther) {
    out += operation.text;
    return true;
  }
  auto lacking = [&](std::string_view column) { return filter && filter(operation.table, column); };
  if (lacking("")) return false;
  std::vector<const Cell*> cells;
  for (const Cell& cell : operation.cells) {
    if (!lacking(cell.column)) cells.push_back(&cell);
  }
  bool needs_cells = operation.kind != Kind::kInsert && operation.kind != Kind::kDelete;
  if (needs_cells && cells.empty()) return false;

  json::Writer writer(out);
  constexpr std::string_view kNames[] = {"insert", "update", "mutate", "delete", "wait"};
  writer.begin_object().key("op").string(kNames[static_cast<std::size_t>(operation.kind)]);
  writer.key("table").string(operation.table);
  if (operation.kind == Kind::kInsert) {
    if (!is_placeholder(operation.row)) {
      writer.key("uuid").string(operation.row.to_string());
    } else if (std::string name = placeholder_name(operation.row); names.contains(name)) {
      writer.key("uuid-name").string(name);
    }
  } else {
    write_where(writer, operation.row, operation.where);
  }
  write_cells(writer, operation.kind, cells);
  writer.end_object();
  return true;
}

void Transaction::write_cells(json::Writer& out, Kind kind, const std::vector<const Cell*>& cells) {
  auto write_row = [&] {
    out.begin_object();
    for (const Cell* cell : cells) out.key(cell->column).raw(cell->value);
    out.end_object();
  };
  if (kind == Kind::kInsert || kind == Kind::kUpdate) {
    out.key("row");
    write_row();
  } else if (kind == Kind::kMutate) {
    out.key("mutations").begin_array();
    for (const Cell* cell : cells) {
      out.begin_array().string(cell->column).string(cell->mutator).raw(cell->value).end_array();
    }
    out.end_array();
  } else if (kind == Kind::kWait) {
    out.key("columns").begin_array();
    for (const Cell* cell : cells) out.string(cell->column);
    out.end_array().key("until").string("==").key("rows").begin_array();
    write_row();
    out.end_array().key("timeout").integer(0);
  }
}

// Of the rows that it inserts. A name that nothing refers to would be work for the server.
std::set<std::string, std::less<>> Transaction::names_referred_to() const {
  constexpr std::string_view kTag = "[\"named-uuid\",\"";
  std::set<std::string, std::less<>> out;
  auto scan = [&](std::string_view text) {
    for (std::size_t at = text.find(kTag); at != text.npos; at = text.find(kTag, at)) {
      at += kTag.size();
      std::string_view name = text.substr(at, text.find('"', at) - at);
      if (!out.contains(name)) out.emplace(name);
    }
  };
  for (const Operation& operation : operations_) {
    scan(operation.text);
    scan(operation.where);
    if (is_placeholder(operation.row) && operation.kind != Kind::kInsert) {
      out.insert(placeholder_name(operation.row));
    }
    for (const Cell& cell : operation.cells) scan(cell.value);
  }
  return out;
}

std::string Transaction::to_params(std::string_view database, const ColumnFilter& filter,
                                   std::vector<std::size_t>* kept) const {
  const auto names = names_referred_to();
  std::string out = "[" + json::quoted(database);
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    std::size_t before = out.size();
    out += ',';
    if (!write(out, operations_[i], filter, names)) {
      out.resize(before);
    } else if (kept != nullptr) {
      kept->push_back(i);
    }
  }
  return out + ']';
}

std::string Transaction::describe(std::size_t operation) const {
  const Operation& op = operations_.at(operation);
  if (op.kind == Kind::kOther) return "operation " + op.text.substr(0, 200);
  constexpr std::string_view kNames[] = {"insertion into ", "update of ", "change of ",
                                         "deletion of ", "wait for "};
  std::string out(kNames[static_cast<std::size_t>(op.kind)]);
  out += op.table;
  if (!is_placeholder(op.row)) out += " " + op.row.short_string();
  return out;
}

std::vector<std::pair<std::size_t, Uuid>> Transaction::insertions() const {
  std::vector<std::pair<std::size_t, Uuid>> out;
  for (std::size_t i = 0; i < operations_.size(); ++i) {
    if (operations_[i].kind == Kind::kInsert) out.emplace_back(i, operations_[i].row);
  }
  return out;
}

}  // namespace mooring::ovsdb
