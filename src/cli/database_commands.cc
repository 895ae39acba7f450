// Generic commands that read: list, find, get, wait-until (ovn-nbctl(8), Database Commands).
#include <fmt/format.h>

#include "cli/column_argument.h"
#include "cli/command.h"
#include "cli/naming.h"
#include "cli/value_text.h"

namespace mooring::cli {
namespace {

using Columns = std::vector<const ovsdb::ColumnSchema*>;

Result<Columns> columns_asked(const ovsdb::TableSchema& table, const Invocation& invocation) {
  Columns out;
  const auto listed = invocation.option("columns");
  if (!listed) {
    out.push_back(*find_column(table, "_uuid"));
    for (const auto& [name, column] : table.columns) out.push_back(&column);
    return out;
  }
  std::string_view rest = *listed;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(", "), rest.size());
    if (end > 0) {
      auto column = find_column(table, rest.substr(0, end));
      if (!column) return tl::unexpected(column.error());
      out.push_back(*column);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (out.empty()) return fail("--columns names no column");
  return out;
}

Table tabulate(const Context& context, const Columns& columns, const std::vector<RowId>& rows) {
  Table table;
  for (const ovsdb::ColumnSchema* column : columns) table.headings.push_back(column->name);
  for (const RowId& row : rows) {
    std::vector<Cell> cells;
    for (const ovsdb::ColumnSchema* column : columns) {
      cells.push_back(make_cell(column->type, context.nb.value(row, column->name),
                                context.options.style.cells));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Result<void> list(Context& context, const Invocation& invocation, Output& output) {
  auto table = find_table(context.nb.schema(), invocation.arguments[0]);
  if (!table) return tl::unexpected(table.error());
  auto columns = columns_asked(**table, invocation);
  if (!columns) return tl::unexpected(columns.error());
  std::vector<RowId> rows;
  if (invocation.arguments.size() == 1) rows = context.nb.rows((*table)->name);
  for (std::size_t i = 1; i < invocation.arguments.size(); ++i) {
    const std::string& word = invocation.arguments[i];
    auto row = find_row(context.nb, **table, word, context.symbols);
    if (!row) return tl::unexpected(row.error());
    if (*row) {
      rows.push_back(**row);
    } else if (!invocation.has("if-exists")) {
      return tl::unexpected(need_row(context.nb, **table, word, context.symbols).error());
    }
  }
  output.tables.push_back(tabulate(context, *columns, rows));
  return {};
}

Result<std::vector<Comparison>> comparisons(Context& context, const ovsdb::TableSchema& table,
                                            const Invocation& invocation, std::size_t from) {
  std::vector<Comparison> out;
  for (std::size_t i = from; i < invocation.arguments.size(); ++i) {
    auto comparison = parse_comparison(table, invocation.arguments[i], context.symbols);
    if (!comparison) return tl::unexpected(comparison.error());
    out.push_back(std::move(*comparison));
  }
  return out;
}

bool all_hold(const std::vector<Comparison>& comparisons, const Draft& draft, const RowId& row) {
  for (const Comparison& comparison : comparisons) {
    if (!comparison.holds(draft, row)) return false;
  }
  return true;
}

Result<void> find(Context& context, const Invocation& invocation, Output& output) {
  auto table = find_table(context.nb.schema(), invocation.arguments[0]);
  if (!table) return tl::unexpected(table.error());
  auto columns = columns_asked(**table, invocation);
  if (!columns) return tl::unexpected(columns.error());
  auto wanted = comparisons(context, **table, invocation, 1);
  if (!wanted) return tl::unexpected(wanted.error());
  std::vector<RowId> rows;
  for (RowId& row : context.nb.rows((*table)->name)) {
    if (all_hold(*wanted, context.nb, row)) rows.push_back(std::move(row));
  }
  output.tables.push_back(tabulate(context, *columns, rows));
  return {};
}

Result<std::string> value_of(const Context& context, const RowId& row, const ColumnArgument& asked,
                             std::string_view word, bool if_exists) {
  const ovsdb::Datum value = context.nb.value(row, asked.column->name);
  if (!asked.key) return value.to_text(asked.column->type);
  const std::size_t place = value.find(*asked.key);
  if (place != ovsdb::Datum::npos) return value.values[place].to_text();
  if (if_exists) return std::string();
  return fail(fmt::format("row \"{}\" of table {} has no key {} in column {}", word, row.table,
                          asked.key->to_text(), asked.column->name));
}

// Lets later commands call the row by --id=@name.
Result<void> name_row(Context& context, const Invocation& invocation, const RowId& row) {
  const auto id = invocation.option("id");
  if (!id) return {};
  if (!id->starts_with('@')) return fail("--id=" + *id + ": a name begins with @");
  if (!context.symbols.emplace(id->substr(1), row.uuid).second)
    return fail("--id=" + *id + " is taken");
  return {};
}

Result<void> get(Context& context, const Invocation& invocation, Output& output) {
  const bool if_exists = invocation.has("if-exists");
  if (if_exists && invocation.has("id")) return fail("--id and --if-exists exclude each other");
  auto table = find_table(context.nb.schema(), invocation.arguments[0]);
  if (!table) return tl::unexpected(table.error());
  const std::string& word = invocation.arguments[1];
  std::vector<ColumnArgument> asked;
  for (std::size_t i = 2; i < invocation.arguments.size(); ++i) {
    auto column = parse_column_argument(**table, invocation.arguments[i]);
    if (!column) return tl::unexpected(column.error());
    asked.push_back(std::move(*column));
  }
  auto row = find_row(context.nb, **table, word, context.symbols);
  if (!row) return tl::unexpected(row.error());
  if (!*row && if_exists) return {};
  if (!*row) return tl::unexpected(need_row(context.nb, **table, word, context.symbols).error());
  if (auto named = name_row(context, invocation, **row); !named) return named;
  for (const ColumnArgument& column : asked) {
    auto text = value_of(context, **row, column, word, if_exists);
    if (!text) return tl::unexpected(text.error());
    output.text += *text + "\n";
  }
  return {};
}

Result<void> wait_until(Context& context, const Invocation& invocation, Output&) {
  auto table = find_table(context.nb.schema(), invocation.arguments[0]);
  if (!table) return tl::unexpected(table.error());
  auto wanted = comparisons(context, **table, invocation, 2);
  if (!wanted) return tl::unexpected(wanted.error());
  auto row = find_row(context.nb, **table, invocation.arguments[1], context.symbols);
  if (!row) return tl::unexpected(row.error());
  if (!*row || !all_hold(*wanted, context.nb, **row)) context.waiting = true;
  return {};
}

}  // namespace

std::vector<Command> database_commands() {
  constexpr std::size_t any = Command::kAny;
  return {
      {.name = "list",
       .arguments = "TABLE [RECORD]...",
       .min_arguments = 1,
       .max_arguments = any,
       .options = {"if-exists", "columns="},
       .names_table = true,
       .summary = "print the given rows of TABLE, or all",
       .run = list},
      {.name = "find",
       .arguments = "TABLE [COLUMN[:KEY]=VALUE]...",
       .min_arguments = 1,
       .max_arguments = any,
       .options = {"columns="},
       .names_table = true,
       .summary = "print the rows that satisfy all conditions; = may be another operator",
       .run = find},
      {.name = "get",
       .arguments = "TABLE RECORD [COLUMN[:KEY]]...",
       .min_arguments = 2,
       .max_arguments = any,
       .options = {"if-exists", "id="},
       .names_table = true,
       .summary = "print values of one row",
       .run = get},
      {.name = "wait-until",
       .arguments = "TABLE RECORD [COLUMN[:KEY]=VALUE]...",
       .min_arguments = 2,
       .max_arguments = any,
       .names_table = true,
       .summary = "wait until the row exists and satisfies all conditions",
       .run = wait_until},
  };
}

}  // namespace mooring::cli
