// Generic commands that write: set, add, remove, clear, create, destroy, comment (ovn-nbctl(8),
// Database Commands).
#include <fmt/format.h>

#include "cli/column_argument.h"
#include "cli/command.h"
#include "cli/naming.h"
#include "cli/remarks.h"

namespace mooring::cli {
namespace {

// The table and row of the first two arguments; no row: it isn't there and --if-exists excuses it.
struct Place {
  const ovsdb::TableSchema* table = nullptr;
  std::optional<RowId> row;
};

Result<Place> find_place(Context& context, const Invocation& invocation) {
  auto table = find_table(context.nb.schema(), invocation.arguments[0]);
  if (!table) return tl::unexpected(table.error());
  const std::string& word = invocation.arguments[1];
  auto row = find_row(context.nb, **table, word, context.symbols);
  if (!row) return tl::unexpected(row.error());
  if (*row || invocation.has("if-exists")) return Place{*table, *row};
  return tl::unexpected(need_row(context.nb, **table, word, context.symbols).error());
}

Result<void> assign(Context& context, const RowId& row, Assignment assignment) {
  const std::string& column = assignment.target.column->name;
  if (column == "_uuid") return fail("_uuid can't be changed; create takes --id=UUID");
  if (!assignment.target.key) return context.nb.set(row, column, std::move(assignment.value));
  return context.nb.put(row, column, *assignment.target.key, assignment.value.keys.front());
}

// These commands write what they are told, but not without a word about what can't work.
void remark(const Context& context, const RowId& row, Output& output) {
  for (std::string& remark : remarks_on(context.nb, row)) {
    output.warnings.push_back(std::move(remark));
  }
}

// The server would refuse a second row of a name as well, but in words of its own. Rows of tables
// that are no root set may be on their way out with what referred to them.
Result<void> check_unique(const Draft& draft, const ovsdb::TableSchema& table, const RowId& row) {
  if (!table.is_root) return {};
  for (const auto& index : table.indexes) {
    const std::string& column = index.front();
    const std::string value = draft.text(row, column);
    if (index.size() != 1 || value.empty()) continue;
    for (const RowId& other : draft.with_text(table.name, column, value)) {
      if (other == row) continue;
      return fail(fmt::format("a row of {} with {} \"{}\" exists already: {}", table.name, column,
                              value, other.uuid.to_string()));
    }
  }
  return {};
}

Result<void> set(Context& context, const Invocation& invocation, Output& output) {
  auto place = find_place(context, invocation);
  if (!place) return tl::unexpected(place.error());
  for (std::size_t i = 2; i < invocation.arguments.size(); ++i) {
    auto parsed = parse_assignment(*place->table, invocation.arguments[i], context.symbols);
    if (!parsed) return tl::unexpected(parsed.error());
    if (!place->row) continue;
    auto done = assign(context, *place->row, std::move(*parsed));
    if (!done) return done;
  }
  if (!place->row) return {};
  remark(context, *place->row, output);
  return check_unique(context.nb, *place->table, *place->row);
}

Result<const ovsdb::ColumnSchema*> column_of(const Place& place, const std::string& word) {
  auto column = find_column(*place.table, word);
  if (column && (*column)->name == "_uuid") return fail("_uuid can't be changed");
  return column;
}

// A type whose values may be any part of a column's.
ovsdb::ColumnType part_of(const ovsdb::ColumnType& type) {
  ovsdb::ColumnType out = type;
  out.min = 0;
  out.max = ovsdb::ColumnType::kUnlimited;
  return out;
}

Result<void> add(Context& context, const Invocation& invocation, Output& output) {
  auto place = find_place(context, invocation);
  if (!place) return tl::unexpected(place.error());
  auto column = column_of(*place, invocation.arguments[2]);
  if (!column) return tl::unexpected(column.error());
  for (std::size_t i = 3; i < invocation.arguments.size(); ++i) {
    auto value = ovsdb::Datum::from_text(part_of((*column)->type), invocation.arguments[i],
                                         &context.symbols);
    if (!value) return tl::unexpected(value.error());
    if (!place->row) continue;
    if (auto done = context.nb.add(*place->row, (*column)->name, *value); !done) return done;
  }
  if (place->row) remark(context, *place->row, output);
  return {};
}

// Of a map, words may be keys alone: whichever reads.
Result<ovsdb::Datum> parse_removal(const ovsdb::ColumnType& type, const std::string& word,
                                   ovsdb::Symbols& symbols) {
  const ovsdb::ColumnType part = part_of(type);
  auto value = ovsdb::Datum::from_text(part, word, &symbols);
  if (value || !type.is_map()) return value;
  ovsdb::ColumnType keys = part;
  keys.value.reset();
  auto as_keys = ovsdb::Datum::from_text(keys, word, &symbols);
  return as_keys ? as_keys : value;
}

Result<void> remove(Context& context, const Invocation& invocation, Output&) {
  auto place = find_place(context, invocation);
  if (!place) return tl::unexpected(place.error());
  auto column = column_of(*place, invocation.arguments[2]);
  if (!column) return tl::unexpected(column.error());
  for (std::size_t i = 3; i < invocation.arguments.size(); ++i) {
    auto value = parse_removal((*column)->type, invocation.arguments[i], context.symbols);
    if (!value) return tl::unexpected(value.error());
    if (!place->row) continue;
    if (auto done = context.nb.remove(*place->row, (*column)->name, *value); !done) return done;
  }
  return {};
}

Result<void> clear(Context& context, const Invocation& invocation, Output&) {
  auto place = find_place(context, invocation);
  if (!place) return tl::unexpected(place.error());
  for (std::size_t i = 2; i < invocation.arguments.size(); ++i) {
    auto column = column_of(*place, invocation.arguments[i]);
    if (!column) return tl::unexpected(column.error());
    if ((*column)->type.min > 0) {
      return fail(
          fmt::format("column {} of table {} can't be empty, so it can't be cleared; set "
                      "it to another value",
                      (*column)->name, place->table->name));
    }
    if (!place->row) continue;
    auto done = context.nb.set(*place->row, (*column)->name, ovsdb::Datum());
    if (!done) return done;
  }
  return {};
}

// The UUID of the row to be created: --id=@name may have been referred to before.
Result<Uuid> new_uuid(Context& context, const Invocation& invocation) {
  const auto id = invocation.option("id");
  if (!id) return ovsdb::make_placeholder();
  if (!id->starts_with('@')) {
    const auto uuid = Uuid::parse(*id);
    if (!uuid) return fail("--id=" + *id + ": @name or a whole UUID is needed");
    return *uuid;
  }
  const auto it = context.symbols.try_emplace(id->substr(1), ovsdb::make_placeholder()).first;
  if (context.nb.inserted(it->second) || !ovsdb::is_placeholder(it->second)) {
    return fail("--id=" + *id + " is taken");
  }
  return it->second;
}

Result<void> create(Context& context, const Invocation& invocation, Output& output) {
  auto table = find_table(context.nb.schema(), invocation.arguments[0]);
  if (!table) return tl::unexpected(table.error());
  auto uuid = new_uuid(context, invocation);
  if (!uuid) return tl::unexpected(uuid.error());
  const RowId row = context.nb.insert((*table)->name, *uuid);
  for (std::size_t i = 1; i < invocation.arguments.size(); ++i) {
    auto parsed = parse_assignment(**table, invocation.arguments[i], context.symbols);
    if (!parsed) return tl::unexpected(parsed.error());
    if (auto done = assign(context, row, std::move(*parsed)); !done) return done;
  }
  if (auto unique = check_unique(context.nb, **table, row); !unique) return unique;
  remark(context, row, output);
  if (!(*table)->is_root && !invocation.has("id")) {
    output.warnings.push_back(fmt::format(
        "rows of {} go at once when nothing refers to them; name this one with --id=@name and add "
        "it to a column by another command of the same run",
        (*table)->name));
  }
  output.text += row.uuid.to_string() + "\n";
  return {};
}

void warn_not_root(const ovsdb::TableSchema& table, Output& output) {
  if (table.is_root) return;
  output.warnings.push_back(fmt::format(
      "rows of {} go when nothing refers to them any more: remove the references instead",
      table.name));
}

Result<void> destroy(Context& context, const Invocation& invocation, Output& output) {
  auto table = find_table(context.nb.schema(), invocation.arguments[0]);
  if (!table) return tl::unexpected(table.error());
  const bool named = invocation.arguments.size() > 1;
  if (invocation.has("all")) {
    if (named) return fail("--all and names of rows exclude each other");
    for (const RowId& row : context.nb.rows((*table)->name)) context.nb.erase(row);
  }
  for (std::size_t i = 1; i < invocation.arguments.size(); ++i) {
    const std::string& word = invocation.arguments[i];
    auto row = find_row(context.nb, **table, word, context.symbols);
    if (!row) return tl::unexpected(row.error());
    if (*row) {
      context.nb.erase(**row);
    } else if (!invocation.has("if-exists")) {
      return tl::unexpected(need_row(context.nb, **table, word, context.symbols).error());
    }
  }
  warn_not_root(**table, output);
  return {};
}

Result<void> comment(Context& context, const Invocation& invocation, Output&) {
  context.nb.comment(invocation.text());
  return {};
}

}  // namespace

std::vector<Command> edit_commands() {
  constexpr std::size_t any = Command::kAny;
  return {
      {.name = "set",
       .arguments = "TABLE RECORD COLUMN[:KEY]=VALUE...",
       .min_arguments = 3,
       .max_arguments = any,
       .options = {"if-exists"},
       .names_table = true,
       .summary = "set columns, or keys of maps",
       .run = set},
      {.name = "add",
       .arguments = "TABLE RECORD COLUMN [KEY=]VALUE...",
       .min_arguments = 4,
       .max_arguments = any,
       .options = {"if-exists"},
       .names_table = true,
       .summary = "add elements to a set, or pairs to a map whose keys aren't there yet",
       .run = add},
      {.name = "remove",
       .arguments = "TABLE RECORD COLUMN KEY|VALUE|KEY=VALUE...",
       .min_arguments = 4,
       .max_arguments = any,
       .options = {"if-exists"},
       .names_table = true,
       .summary = "remove elements from a set, or keys or pairs from a map",
       .run = remove},
      {.name = "clear",
       .arguments = "TABLE RECORD COLUMN...",
       .min_arguments = 3,
       .max_arguments = any,
       .options = {"if-exists"},
       .names_table = true,
       .summary = "make columns empty",
       .run = clear},
      {.name = "create",
       .arguments = "TABLE COLUMN[:KEY]=VALUE...",
       .min_arguments = 1,
       .max_arguments = any,
       .options = {"id="},
       .names_table = true,
       .summary = "create a row and print its UUID",
       .run = create},
      {.name = "destroy",
       .arguments = "TABLE [RECORD]...",
       .min_arguments = 1,
       .max_arguments = any,
       .options = {"if-exists", "all"},
       .names_table = true,
       .summary = "delete rows",
       .run = destroy},
      {.name = "comment",
       .arguments = "[WORD]...",
       .max_arguments = any,
       .summary = "put words into the database's log with this change",
       .run = comment},
  };
}

}  // namespace mooring::cli
